"""The command that says how the service is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from ingestion import health as judgement
from ingestion.commands import output
from ingestion.health import Facts, Server


def health(as_json: output.Json = False) -> None:
    """Say how everything is, and what to do about what is not well. The exit code is 0 only when nothing is wrong.

    Example: python cli.py health
    """
    from ingestion import vitals
    from ingestion.api.health import report

    facts = vitals.facts(vitals.servers())
    found = judgement.judge(facts)
    if as_json:
        output.as_json(report(facts).model_dump(mode="json"))
    else:
        output.say(*_standing(facts))
        if facts.queues:
            columns = ("name", "size", "due", "oldest_wait_seconds", "scheduled", "failed")
            output.table([asdict(queue) for queue in facts.queues], *columns)
        output.say(*(f"{finding.state}: {finding.told}\n  to do: {finding.cure}" for finding in found))
        output.say(judgement.overall(found).value) if not found else None
    if found:
        raise SystemExit(1)


def _standing(facts: Facts) -> Iterator[str]:
    servers = facts.servers
    yield f"PostgreSQL  {_server(servers.postgresql)}; tables {servers.schema} (revision {servers.revision or 'none'})"
    yield f"Redis       {_server(servers.redis)}"
    busy, stale = (sum(getattr(worker, what) for worker in facts.workers) for what in ("busy", "stale"))
    yield f"workers     {len(facts.workers)}, {busy} busy, {stale} silent"
    states: dict[str, int] = {}
    for jobs in facts.jobs:
        states[jobs.status] = states.get(jobs.status, 0) + jobs.count
    told = [*(f"{count} {state}" for state, count in sorted(states.items())), f"about {facts.done} done"]
    yield f"jobs        {', '.join(told)}; {facts.stranded} stranded"
    if facts.paused:
        yield f"paused      {', '.join(facts.paused)}"


def _server(server: Server) -> str:
    return f"{server.version}, {1000 * (server.seconds or 0):.0f} ms" if server.error is None else "away"
