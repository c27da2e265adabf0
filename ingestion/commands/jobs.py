"""Commands about one job, or a list of them: make, look, cancel, try again."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingestion.commands import imports, live, output
from ingestion.commands.found import show
from ingestion.status import JobStatus, Priority, Refresh

if TYPE_CHECKING:
    from ingestion.intake import Taken

Ids = Annotated[list[int], typer.Argument(min=1, metavar="ID…")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Save nothing: look at the index and at four chapters.")]
CANCELLED = "cancelled"


def ingest(
    url: Annotated[
        str | None, typer.Argument(help="The novel's page, its table of contents, or one of its chapters.")
    ] = None,
    sources: imports.Sources = None,
    follow: Annotated[bool, typer.Option("--follow/--no-follow", help="Stay, and show the progress.")] = True,
    priority: Annotated[Priority, typer.Option(help="Which queue it waits in.")] = Priority.DEFAULT,
    refresh: Annotated[
        Refresh, typer.Option(help="`all` asks for every chapter again, `changed` only whether anything is new.")
    ] = Refresh.NEW,
    dry_run: DryRun = False,
    rules: output.Rules = None,
    as_json: output.Json = False,
) -> None:
    """Ingest a novel, or see by a dry run what that would give.

    With --follow (the default) the exit code is 0 only when the job is DONE, and nothing looks wrong in what a dry run found. With --from
    nothing is waited for, and it is 0 only when nothing was refused.

    Example: python cli.py ingest https://www.royalroad.com/fiction/21220
    """
    if (url is None) is not bool(sources) or (sources and (dry_run or rules)):
        raise SystemExit("give a URL, or --from FILE without --dry-run and --rules")
    if url is None:
        imports.bring_in(sources or (), priority=priority, refresh=refresh, as_json=as_json)
    else:
        _tell(_submit(url, rules, priority=priority, refresh=refresh, dry_run=dry_run), follow=follow, as_json=as_json)


def _tell(taken: Taken, *, follow: bool, as_json: bool) -> None:
    from ingestion import progress

    job_id = taken.job.id
    if not as_json:
        output.say(f"job {job_id}: {taken.message}")
    job = live.followed(job_id, show=not as_json) if follow else live.look(job_id)
    found = job["found"]
    if as_json:
        output.as_json(job)
    elif follow:
        show(found) if found else None
        output.say(progress.verdict(job))
    if follow and (job["status"] != JobStatus.DONE or (found and found["looks_wrong"])):
        raise SystemExit(1)


def _submit(url: str, rules: Path | None, **wish: Any) -> Taken:
    from ingestion import intake
    from ingestion.errors import ForbiddenAddress
    from ingestion.rules import RuleError
    from ingestion.urls import UnusableURL

    try:
        return intake.submit(url, rules=rules.read_text(encoding="utf-8") if rules else None, **wish)
    except (UnusableURL, ForbiddenAddress, RuleError, UnicodeError) as reason:
        raise SystemExit(str(reason)) from None


def jobs(
    status: Annotated[JobStatus | None, typer.Option(help="Only these.")] = None,
    limit: output.Limit = 20,
    as_json: output.Json = False,
) -> None:
    """List jobs, newest first.

    Example: python cli.py jobs --status error
    """
    from ingestion import db
    from ingestion import joblist as table
    from ingestion.api.schemas import JobOut

    with db.transaction() as session:
        found = table.page(session, statuses=None if status is None else {status}, limit=limit)
    rows = [JobOut.model_validate(job).model_dump(mode="json") for job in found]
    if as_json:
        output.as_json(rows)
        return
    told = [row | ({"chapters_saved": "dry run"} if row["dry_run"] else {}) for row in rows]
    output.table(
        told, "id", "status", "site", "pages_done", "pages_total", "chapters_saved", "source_url", "error_kind"
    )


def job(
    job_id: Annotated[int, typer.Argument(min=1, metavar="ID")],
    follow: Annotated[bool, typer.Option("--follow", help="Show the progress first, until it has ended.")] = False,
    as_json: output.Json = False,
) -> None:
    """Show one job with its timeline.

    Example: python cli.py job 42
    """
    from ingestion import db
    from ingestion import joblist as table
    from ingestion.api.schemas import EventOut

    found = live.followed(job_id, show=not as_json) if follow else live.look(job_id)
    with db.transaction() as session:
        events = [EventOut.model_validate(e).model_dump(mode="json") for e in table.events(session, job_id)]
    if as_json:
        output.as_json(found | {"events": events})
        return
    looked = found.pop("found")
    for name, value in found.items():
        if value is not None:
            output.out.print(f"{name:>17}  {value}", markup=False, highlight=False)
    output.table(events, "created_at", "attempt", "status", "message")
    if looked:
        show(looked)


def cancel(job_ids: Ids) -> None:
    """End unfinished jobs in ERROR `cancelled`. Their pages stay, and `retry` goes on from them.

    Example: python cli.py cancel 42 43
    """
    from ingestion import intake

    each(job_ids, intake.cancel, "cancelled")


def retry(
    job_ids: Annotated[list[int] | None, typer.Argument(min=1, metavar="[ID…]")] = None,
    kind: Annotated[str | None, typer.Option(help="Every job in ERROR of this kind.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every job in ERROR that nobody cancelled.")] = False,
    accept_shrink: Annotated[
        bool, typer.Option("--accept-shrink", help="An index may have lost many of its chapters: mark them as gone.")
    ] = False,
) -> None:
    """Put jobs in ERROR back into the queue. They go on from the pages that they have, all of their attempts before them.

    Example: python cli.py retry --kind blocked
    """
    from ingestion import db, intake, joblist

    if sum((bool(job_ids), kind is not None, everything)) != 1:
        raise SystemExit("say which: job ids, --kind KIND, or --all; `python cli.py dead-letters` lists them")
    if not job_ids:
        with db.transaction() as session:
            job_ids = list(joblist.dead(session, kind=kind, but=CANCELLED if everything else None))
    each(job_ids, partial(intake.retry, accept_shrink=accept_shrink), "put back into the queue")


def dead_letters(
    kind: Annotated[str | None, typer.Option(help="Only this kind.")] = None,
    limit: output.Limit = 20,
    as_json: output.Json = False,
) -> None:
    """List the jobs in ERROR with their reasons, newest first, and count them by kind.

    Example: python cli.py dead-letters --kind incomplete
    """
    from ingestion import db, joblist
    from ingestion.api.schemas import JobOut

    with db.transaction() as session:
        counts = joblist.dead_letters(session)
        found = joblist.page(session, statuses={JobStatus.ERROR}, kind=kind, limit=limit)
    rows = [JobOut.model_validate(job).model_dump(mode="json") for job in found]
    if as_json:
        output.as_json({"counts": counts, "jobs": rows})
        return
    output.out.print(", ".join(f"{count} {kind}" for kind, count in counts.items()) or "no job is in ERROR")
    if rows:
        output.table(rows, "id", "error_kind", "attempt", "source_url", "error_message")


def each(job_ids: list[int], act: Any, told: str) -> None:
    """Do it to each; the exit code is 1 when one of them was not possible."""
    from ingestion.intake import NotPossible

    failed = False
    for job_id in job_ids:
        try:
            act(job_id)
            output.out.print(f"job {job_id} {told}")
        except NotPossible as reason:
            failed = True
            output.out.print(str(reason), markup=False)
    if not job_ids:
        output.out.print("there is none")
    if failed:
        raise SystemExit(1)
