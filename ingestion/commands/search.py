"""The command that searches the library."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from ingestion.commands import output
from ingestion.visible import visible

if TYPE_CHECKING:
    from ingestion.search.finding import FoundChapter, Results


def search(
    words: Annotated[
        list[str] | None, typer.Argument(help="What is looked for: words, “a phrase”, this OR that, -without.")
    ] = None,
    novel: Annotated[int | None, typer.Option(min=1, help="Only chapters of this novel.")] = None,
    site: Annotated[str | None, typer.Option(help="Only novels of this spider.")] = None,
    language: Annotated[str | None, typer.Option(help="Only novels in this language: en, de, ja …")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many of each at the most.")] = 10,
    reindex: Annotated[bool, typer.Option("--reindex", help="Let the workers index the whole library anew.")] = False,
    as_json: output.Json = False,
) -> None:
    """Find novels by title, author or tag, and chapters by their words. What begins with a dash comes after a --.

    Example: python cli.py search lamp '"low water"'
    """
    from ingestion import db
    from ingestion.search import finding
    from ingestion.search.query import Wish

    if reindex:
        _reindex()
    if not words:
        if reindex:
            return
        raise SystemExit("say what to look for: python cli.py search lamp weir")
    wish = Wish(text=" ".join(words), novel_id=novel, site=site, language=language, limit=limit)
    with db.transaction() as session:
        found = finding.find(session, wish)
    output.as_json(asdict(found)) if as_json else _show(found)


def _reindex() -> None:
    from ingestion import config, db
    from ingestion.background import ringing
    from ingestion.search import index

    if not config.settings().search:
        raise SystemExit("SEARCH=false: nothing is indexed; set it to true for workers, API and scheduler first")
    with db.transaction() as session:
        index.forget(session)
        count = index.waiting(session)
        index.ask_for_stale(session)
    ringing.ring_soon()
    output.say(f"novels that the workers index anew: {count}")


def _show(found: Results) -> None:
    for novel in found.novels:
        output.say(
            f"novel {novel.id}: {novel.title}, by {', '.join(novel.authors) or 'nobody known'} ({novel.matched})"
        )
    for chapter in found.chapters:
        output.say(f"chapter {chapter.id}: {chapter.title} ({chapter.novel_title}, {chapter.position})")
        output.out.print(_snippet(chapter), soft_wrap=True)
    if not found.novels and not found.chapters:
        output.say("nothing is found")
    if found.more:
        output.say("more chapters have the words than are ranked: only the newest of them are listed")
    if found.waiting:
        output.say(f"{found.waiting} novels are not indexed yet as they are now")


def _snippet(chapter: FoundChapter) -> Text:
    """The snippet as a terminal shows it: its hits stand out, and nothing in it steers."""
    parts = [(visible(part.text), "bold yellow" if part.hit else "") for part in chapter.snippet]
    return Text.assemble("  ", *parts)
