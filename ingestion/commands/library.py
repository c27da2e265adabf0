"""Commands about the library."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Annotated

import typer

from ingestion.commands import output

if TYPE_CHECKING:
    from ingestion.models import NovelRow


def novels(limit: output.Limit = 20, as_json: output.Json = False) -> None:
    """List the library, newest first.

    Example: python cli.py novels --json
    """
    from ingestion.api import library

    found = library.list_novels(limit=limit).model_dump(mode="json")["novels"]
    output.as_json(found) if as_json else output.table(
        found, "id", "title", "authors", "status", "chapters_saved", "chapters_missing", "url"
    )


def reparse(
    novel: Annotated[int | None, typer.Option(min=1, help="Only this novel.")] = None,
    site: Annotated[str | None, typer.Option(help="Only novels of this site: a spider's name, or a host.")] = None,
    background: Annotated[bool, typer.Option("--background", help="Let the workers do it, a task a novel.")] = False,
) -> None:
    """Read stored pages again after a spider was mended, without one request. What reads differently gets a new revision.

    Example: python cli.py reparse --site royalroad
    """
    from ingestion import bookshelf, db

    with db.transaction() as session:
        found = [n for n in bookshelf.of_site(session, site) if novel in (None, n.id)]
    if not found:
        raise SystemExit("there is no such novel; `python cli.py novels` lists them")
    _ask(found) if background else _do(found)


def _ask(found: list[NovelRow]) -> None:
    from ingestion.background import ringing
    from ingestion.background.kinds import REPARSE

    for row in found:
        task, _ = ringing.submit(REPARSE, {"novel_id": row.id}, once=str(row.id))
        output.out.print(f"novel {row.id} ({row.title}): task {task.id}", markup=False, highlight=False)


def _do(found: list[NovelRow]) -> None:
    from ingestion import reparse as again
    from ingestion.errors import IngestionError, Superseded

    failed = 0
    for row in found:
        try:
            done = again.reparse(row)
            told = f"{done.changed} chapters changed, {done.added} added, {done.gone} gone, {done.saved} with a text"
        except (IngestionError, Superseded) as reason:
            failed += 1
            told = f"left as it is: {reason}"
        except Exception as fault:  # one that the mended spider fails on costs the others nothing
            failed += 1
            told = f"left as it is: the spider fails on its pages ({type(fault).__name__}: {fault})"
        output.out.print(f"novel {row.id} ({row.title}): {told}", markup=False, highlight=False)
    if failed:
        raise SystemExit(1)


def diff(
    chapter_id: Annotated[int, typer.Argument(min=1, metavar="CHAPTER")],
    revision: Annotated[
        int | None, typer.Option(min=1, help="The older one; the last before today's if not given.")
    ] = None,
) -> None:
    """Show how a chapter's text differs from what it was before an edit.

    Example: python cli.py diff 1234
    """
    from ingestion import bookshelf, db, sanitize

    with db.transaction() as session:
        chapter, older = bookshelf.chapter(session, chapter_id), bookshelf.revisions(session, chapter_id)
    if chapter is None:
        raise SystemExit(f"no chapter {chapter_id}; `GET /novels/ID/chapters` lists a novel's")
    known = {old.revision: old for old in older}
    before = known.get(revision) if revision else (older[-1] if older else None)
    if before is None:
        have = ", ".join(map(str, known)) or "none"
        raise SystemExit(f"chapter {chapter_id} has no such older revision; there are: {have}")
    old, new = (sanitize.lines(text or "") for text in (before.content, chapter.content))
    heads = f"revision {before.revision}", f"revision {chapter.revision}"
    for line in difflib.unified_diff([before.title, *old], [chapter.title, *new], *heads, lineterm=""):
        output.out.print(line, markup=False, highlight=False)
