"""/state: how everything is, at a glance, and the hosts that a person holds back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request, Response
from redis import RedisError

from ingestion import db, health, hourly, joblist, pace, pauses, queue, readings, recovery, sitehealth, urls, vitals
from ingestion.health import Facts
from ingestion.models import ALL_HOSTS
from ingestion.pace import Standing
from ingestion.web.page import Page, go, show

router = APIRouter(route_class=Page)

HOURS = 24
SITES = 50

Host = Annotated[str, Form(max_length=255)]


@router.get("/state")
def state(request: Request) -> Response:
    """The page."""
    facts = vitals.facts(vitals.servers())
    with db.transaction() as session:
        hours = hourly.counted(session, hours=HOURS)
        sites = [(found[0], sitehealth.judge(found)) for found in readings.by_host(session, limit=SITES)]
        doing = joblist.by_id(session, {int(worker.at) for worker in facts.workers if worker.at.isdecimal()})
        now = db.now(session)
    hosts = {reading.host for reading, _ in sites} | set(facts.paused)
    said: dict[str, Any] = {"facts": facts, "findings": health.judge(facts), "jobs": _by_status(facts), "now": now}
    said |= {"hours": hours, "sites": sites, "doing": doing, "paces": _paces(hosts), "everything": ALL_HOSTS}
    return show(request, "state.html", mark=queue.TASK_MARK, **said)


@router.post("/state/pause")
def pause(request: Request, host: Host = "") -> Response:
    """Begin no job of the host, or of any where none is named."""
    named = _host(host)
    with db.transaction() as session:
        pauses.pause(session, named)
    return go(request, "/state", done=f"{_called(named)} is paused: no job of it is begun. What runs goes on.")


@router.post("/state/resume")
def resume(request: Request, host: Host = "") -> Response:
    """Undo it, and put the jobs that waited into the queue."""
    named = _host(host)
    with db.transaction() as session:
        known = pauses.resume(session, named)
    if not known:
        return go(request, "/state", done=f"{_called(named)} was not paused.")
    try:
        recovery.recover()
    except RedisError:  # what waited is put into the queue once it is there again
        return go(request, "/state", done=f"{_called(named)} goes on as soon as Redis answers again.")
    return go(request, "/state", done=f"{_called(named)} goes on.")


def _host(text: str) -> str:
    """The host as jobs know it, whatever way of writing it."""
    if text.strip() in {"", ALL_HOSTS}:
        return ALL_HOSTS
    try:
        return urls.host(text.strip())
    except urls.UnusableURL as reason:
        raise HTTPException(422, f"host: {reason}") from None


def _called(host: str) -> str:
    return "Everything" if host == ALL_HOSTS else host


def _by_status(facts: Facts) -> Counter[str]:
    counted: Counter[str] = Counter()
    for jobs in facts.jobs:
        counted[jobs.status] += jobs.count
    return counted


def _paces(hosts: Iterable[str]) -> dict[str, Standing]:
    try:
        return pace.standings(hosts)
    except RedisError:  # which the page says anyway
        return {}
