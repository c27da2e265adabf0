"""The command that says how the service is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from socket import gethostname
from typing import Annotated

import typer

from ingestion import health as judgement
from ingestion.commands import output
from ingestion.health import Facts, Server


def health(
    here: Annotated[
        bool, typer.Option("--here", help="Only whether a worker of this machine gives signs of life.")
    ] = False,
    as_json: output.Json = False,
) -> None:
    """Say how everything is, and what to do about what is not well. The exit code is 0 only when nothing is wrong.

    Example: python cli.py health
    """
    if here:
        _of_this_machine()
    else:
        _of_everything(as_json=as_json)


def _of_everything(*, as_json: bool) -> None:
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
        output.say(
            *(f"{finding.state}: {finding.told}\n  to do: {finding.cure}" for finding in found) if found else ["ok"]
        )
    if found:
        raise SystemExit(1)


def _of_this_machine() -> None:
    """For who looks after a worker's container, and must not end it because a site is in trouble."""
    from ingestion import broker, crew

    alive = [
        worker
        for worker in crew.workers(broker.prompt_connection())
        if worker.host == gethostname() and not worker.stale
    ]
    if not alive:
        raise SystemExit("no worker of this machine gives signs of life: python worker.py")
    output.say(*(f"worker {worker.pid} spoke {worker.silent_seconds:.0f} s ago" for worker in alive))


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
