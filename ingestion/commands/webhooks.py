"""Commands about who is told of what happens."""

from __future__ import annotations

from typing import Annotated, NoReturn

import typer

from ingestion.commands import output
from ingestion.status import Happening

Id = Annotated[int, typer.Argument(min=1, metavar="ID")]


def add(
    url: Annotated[str, typer.Argument(help="Where to POST to.")],
    event: Annotated[
        list[Happening] | None, typer.Option(help="Only this; may be given again. All, if not given.")
    ] = None,
    site: Annotated[str | None, typer.Option(help="Only what this spider reads.")] = None,
    novel: Annotated[int | None, typer.Option(min=1, help="Only this novel.")] = None,
) -> None:
    """Tell an address of what happens, and print the secret that its messages are signed with, once.

    Example: python cli.py webhook add https://receiver.example.org/quire --event job.error
    """
    from ingestion import bookshelf, db, guard
    from ingestion.background import webhooks
    from ingestion.errors import ForbiddenAddress

    try:
        guard.check_url(url)
        with db.transaction() as session:
            if novel is not None and bookshelf.get(session, novel) is None:
                raise SystemExit(f"no novel {novel}; `python cli.py novels` lists them")
            made = webhooks.create(session, url, event or list(Happening), site=site, novel_id=novel)
    except (ForbiddenAddress, webhooks.TooMany) as reason:
        raise SystemExit(str(reason)) from None
    output.say(f"webhook {made.id}; its messages are signed with the secret on the next line, which is shown this once")
    output.out.print(made.secret, markup=False, highlight=False)


def list_webhooks(as_json: output.Json = False) -> None:
    """List the webhooks and how their last deliveries ended.

    Example: python cli.py webhook list
    """
    from ingestion import db
    from ingestion.background import webhooks

    columns = ("id", "url", "events", "site", "novel_id", "disabled_at", "told_at", "last_status", "last_error")
    with db.transaction() as session:
        rows = [{column: getattr(hook, column) for column in columns} for hook in webhooks.listed(session)]
    if as_json:
        output.as_json(
            [row | {name: row[name] and str(row[name]) for name in ("disabled_at", "told_at")} for row in rows]
        )
    else:
        output.table(rows, *columns)


def remove(webhook_id: Id) -> None:
    """Tell an address nothing any more.

    Example: python cli.py webhook remove 3
    """
    from ingestion import db
    from ingestion.background import webhooks

    with db.transaction() as session:
        known = webhooks.remove(session, webhook_id)
    if not known:
        _unknown(webhook_id)
    output.out.print(f"webhook {webhook_id} removed", highlight=False)


def try_out(webhook_id: Id) -> None:
    """Let a worker send an address a message of the event `test`.

    Example: python cli.py webhook test 3
    """
    from ingestion import db
    from ingestion.api.webhooks import TEST
    from ingestion.background import outbox, ringing, webhooks
    from ingestion.background.kinds import WEBHOOK

    with db.transaction() as session:
        known, message = webhooks.get(session, webhook_id) is not None, outbox.message(TEST, db.now(session))
    if not known:
        _unknown(webhook_id)
    task, _ = ringing.submit(WEBHOOK, {"webhook_id": webhook_id, "message": message})
    output.out.print(f"task {task.id}; `python cli.py task {task.id}` tells what came of it", highlight=False)


def _unknown(webhook_id: int) -> NoReturn:
    raise SystemExit(f"no webhook {webhook_id}; `python cli.py webhook list` lists them")


def notify() -> None:
    """Send a test message to each address of NOTIFY_URLS, now and from here.

    Example: python cli.py notify
    """
    from ingestion import config
    from ingestion.background import notifying
    from ingestion.errors import IngestionError

    failed = False
    addresses = config.settings().notify_urls
    for place, url in enumerate(addresses, start=1):
        named = f"address {place} of NOTIFY_URLS"
        try:
            notifying.send(url, named, title="Quire: a test", body="Whoever reads this is told of what happens.")
            output.out.print(f"{named}: sent", highlight=False)
        except IngestionError as reason:
            failed = True
            output.out.print(str(reason), markup=False, highlight=False)
    if failed or not addresses:
        raise SystemExit(1 if failed else "NOTIFY_URLS names nobody")
