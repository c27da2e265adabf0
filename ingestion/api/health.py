"""How the service is, for whoever watches it: a process's supervisor, a load balancer, an operator.

`/health/live` and `/health/ready` tell nothing that has to be kept from anybody, so they want no token: why a server does not answer
(its address, our name there) is in the log. `/health` wants one as
everything does, unless PostgreSQL is away, which knows the tokens: then it tells no more than `/health/ready`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, TypeVar

import anyio.to_thread
import structlog
from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel, Field

from ingestion import VERSION, health, vitals
from ingestion.api import access, problems
from ingestion.health import Facts, Server, Servers, State

#: Its routes are the application's own, outside of the guard.
router = APIRouter(tags=["health"], responses=problems.DOCUMENTED)

log = structlog.get_logger(__name__)

T = TypeVar("T")


class Standing(BaseModel):
    """That it lives, or is ready."""

    status: str = Field(examples=["ready"])


class FindingOut(BaseModel):
    """Something that is wrong, and what to do about it."""

    about: str = Field(examples=["workers"])
    state: State
    told: str = Field(examples=["no worker is running, and no job is begun"])
    cure: str = Field(examples=["python worker.py"])


class Health(BaseModel):
    """How the whole service is; `checks` holds the facts by which it was judged."""

    status: State
    version: str = Field(examples=["0.1.0"])
    findings: list[FindingOut]
    checks: dict[str, Any]


GUARDED: dict[str, Any] = {"security": [{access.guard.scheme_name: []}]}
DOWN: dict[int | str, dict[str, Any]] = {503: {"model": Health, "description": "The service is down."}}


@router.get("/health/live")
async def live() -> Standing:
    """Whether this process answers at all. It asks nobody else."""
    return Standing(status="live")


@router.get("/health/ready")
async def ready() -> Standing:
    """Whether PostgreSQL and Redis answer and the tables are up to date; within two seconds, whatever they do."""
    seen = await in_thread(vitals.servers)
    found = list(health.of_servers(_unexplained(seen)))
    if wrong := [finding for finding in found if finding.state is State.DOWN]:
        detail = "; ".join(f"{finding.told} ({finding.cure})" for finding in wrong)
        raise HTTPException(503, detail, headers={"Retry-After": str(problems.RETRY_AFTER_SECONDS)})
    return Standing(status="ready")


@router.get("/health", responses=DOWN, openapi_extra=GUARDED)
async def whole(request: Request, response: Response) -> Health:
    """How everything is: servers, tables, queues, workers, jobs and sites, with what is wrong and what to do about it."""
    seen = await let_in(request)
    return await in_thread(lambda: _answer(vitals.facts(seen), response))


def report(facts: Facts) -> Health:
    """The facts with what they mean."""
    found = health.judge(facts)
    shown = [FindingOut.model_validate(asdict(finding)) for finding in found]
    return Health(status=health.overall(found), version=VERSION, findings=shown, checks=asdict(facts))


def _answer(facts: Facts, response: Response) -> Health:
    told = report(facts)
    if told.status is State.DOWN:
        response.status_code = 503
    return told


async def let_in(request: Request) -> Servers:
    """How the servers are, for whoever may read; for anybody where PostgreSQL, which knows who may, is away. Raises as the guard does."""
    seen = await in_thread(vitals.servers)
    if seen.postgresql.error is not None:
        return _unexplained(seen)
    await in_thread(lambda: access.guard.decide(request))
    return seen


def _unexplained(seen: Servers) -> Servers:
    """What anybody may know of them; the log is told the rest."""
    for name, server in (("PostgreSQL", seen.postgresql), ("Redis", seen.redis)):
        if server.error is not None:
            log.warning("a server does not answer", server=name, error=server.error)
    return replace(seen, postgresql=_veiled(seen.postgresql), redis=_veiled(seen.redis))


def _veiled(server: Server) -> Server:
    return Server(seconds=server.seconds, error=server.error and "the log says why")


async def in_thread(work: Callable[[], T]) -> T:
    """Done in a thread beside those of the other requests, all of which may be waiting for a server that hangs."""
    return await anyio.to_thread.run_sync(work, limiter=anyio.CapacityLimiter(1))
