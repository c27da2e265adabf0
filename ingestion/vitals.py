"""Gathers the facts by which the service is judged: whether its servers answer, and what stands in the tables and in Redis."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from redis import RedisError
from sqlalchemy.orm import Session

from ingestion import (
    broker,
    census,
    crew,
    db,
    follows,
    migrations,
    pauses,
    probes,
    queue,
    readings,
    schedule,
    sitehealth,
    standing,
)
from ingestion.background.kinds import KINDS
from ingestion.health import Facts, Jobs, Queue, Schema, Server, Servers, Site
from ingestion.models import ALL_HOSTS
from ingestion.status import JobStatus

#: Of how many sites, those that were read last, the state is judged.
SITES = 500


def servers() -> Servers:
    """Whether both servers answer, and whether the tables are this program's. Takes some two seconds at the very most."""
    with ThreadPoolExecutor(1) as beside:
        redis = beside.submit(probes.redis)
        postgresql, revision = probes.postgresql()
    schema = Schema.UNKNOWN if postgresql.error else _schema(revision)
    return Servers(
        postgresql=postgresql,
        redis=redis.result(),
        schema=schema,
        revision=revision,
        wanted_revision=migrations.revisions()[-1],
    )


def facts(seen: Servers) -> Facts:
    """Everything that can be known, `seen` being how the servers are. Raises PostgreSQL's outage if it begins meanwhile."""
    if not seen.have_tables:
        return Facts(servers=seen)
    with db.transaction() as session:
        alike = census.groups(session)
        claimable = standing.claimable(session)
        paused, acting = tuple(pauses.paused(session)), schedule.standing(session)
        found = Facts(
            servers=seen,
            queues=_queues(session, alike),
            jobs=tuple(Jobs(status=g.status.value, site=g.site, kind=g.kind, count=g.count) for g in alike),
            done=max(0, census.jobs_in_all(session) - sum(group.count for group in alike)),
            stranded=standing.lost(session),
            paused=paused,
            everything_paused=ALL_HOSTS in paused,
            sites=_troubled(session),
            followed=bool(follows.page(session, limit=1)),
            scheduler=acting.holder if acting and acting.alive else None,
        )
    try:
        return found if seen.redis.error else _with_redis(found, claimable)
    except RedisError as error:  # it has left since it was asked
        return replace(found, servers=replace(seen, redis=Server(error=probes.reason(error))))


def _with_redis(found: Facts, claimable: set[str]) -> Facts:
    connection = broker.prompt_connection()
    sizes = crew.sizes(connection)
    return replace(
        found,
        queues=tuple(replace(one, size=sizes[one.name]) for one in found.queues),
        workers=tuple(crew.workers(connection)),
        stranded=found.stranded + len(claimable - crew.in_hand(connection)),
    )


def _queues(session: Session, alike: list[census.Group]) -> tuple[Queue, ...]:
    failed = Counter({name: 0 for name in queue.ALL})
    for group in alike:
        failed[queue.NAMES[group.priority]] += group.count if group.status is JobStatus.ERROR else 0
    for kind, count in census.dead_tasks(session).items():
        if kind in KINDS:
            failed[KINDS[kind].queue] += count
    return tuple(
        Queue(
            name=name,
            due=rows.due,
            scheduled=rows.resting,
            failed=failed[name],
            oldest_wait_seconds=rows.oldest_seconds or 0.0,
        )
        for name, rows in standing.rows(session).items()
    )


def _troubled(session: Session) -> tuple[Site, ...]:
    found = []
    for newest, *before in readings.by_host(session, limit=SITES):
        verdict = sitehealth.judge([newest, *before])
        if verdict.state in (sitehealth.State.DEGRADED, sitehealth.State.FAILING):
            state = verdict.state.value
            found.append(Site(host=newest.host, site=newest.site, state=state, reasons=verdict.reasons))
    return tuple(found)


def _schema(revision: str | None) -> Schema:
    known = migrations.revisions()
    if revision == known[-1]:
        return Schema.CURRENT
    return Schema.BEHIND if revision is None or revision in known else Schema.AHEAD
