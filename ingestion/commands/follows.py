"""Commands about followed novels: follow, follow no more, list; and the scheduler that looks at them."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from ingestion.commands import output
from ingestion.models import NovelRow

#: What fits into a terminal of 80 columns; `--json` tells all.
TIMES = ("next_at", "changed_at")
Novels = Annotated[list[int], typer.Argument(min=1, metavar="NOVEL…")]


def follow(
    novel_ids: Annotated[list[int] | None, typer.Argument(min=1, metavar="[NOVEL…]")] = None,
    every: Annotated[
        str | None, typer.Option(help="30m, 6h, 1d, 2w; without it by its own rhythm of releases.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every novel that is not followed yet.")] = False,
) -> None:
    """Look at novels for new chapters from time to time, while a scheduler runs (`cli.py up` has one). Again, to change how often.

    Example: python cli.py follow 7 --every 6h
    """
    from ingestion import bookshelf, db, follows, updates

    if bool(novel_ids) is everything:
        raise SystemExit("say which: novel ids, or --all; `python cli.py novels` lists them")
    span = _every(every)
    with db.transaction() as session:
        found = [_there(novel_id, bookshelf.get(session, novel_id)) for novel_id in novel_ids or ()]
        wanted = follows.unfollowed(session) if everything else found
        made = [(novel, updates.follow(session, novel, span)) for novel in wanted]
    for novel, row in made:
        output.say(f"novel {novel.id} ({novel.title}) is followed; the next look: {row.next_at:%Y-%m-%d %H:%M %Z}")


def unfollow(novel_ids: Novels) -> None:
    """Look at novels no more. They stay in the library.

    Example: python cli.py unfollow 7
    """
    from ingestion import db, follows

    with db.transaction() as session:
        known = {novel_id: follows.drop(session, novel_id) for novel_id in novel_ids}
    for novel_id, was in known.items():
        output.say(f"novel {novel_id} is followed no more" if was else f"novel {novel_id} was not followed")
    if not all(known.values()):
        raise SystemExit(1)


def list_follows(limit: output.Limit = 20, as_json: output.Json = False) -> None:
    """List the followed novels, newest first: how often each is looked at, and what came of it.

    Example: python cli.py follows
    """
    from ingestion.api import follows

    found = follows.list_follows(limit=limit).model_dump(mode="json")["follows"]
    if as_json:
        output.as_json(found)
        return
    rows = [row | {"every": row["every"] or "its own"} | {name: _minute(row[name]) for name in TIMES} for row in found]
    output.table(rows, "novel_id", "title", "every", *TIMES, "failures")


def _minute(time: str | None) -> str | None:
    return time and time[:16].replace("T", " ")


def _every(text: str | None) -> timedelta | None:
    from ingestion import rhythm

    try:
        return None if text is None else rhythm.every(text)
    except ValueError as reason:
        raise SystemExit(f"--every: {reason}") from None


def _there(novel_id: int, novel: NovelRow | None) -> NovelRow:
    if novel is None:
        raise SystemExit(f"no novel {novel_id}; `python cli.py novels` lists them")
    return novel
