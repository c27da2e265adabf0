"""Commands about where a novel is read from."""

from __future__ import annotations

from typing import Annotated

import typer

from ingestion.commands import output

Novel = Annotated[int, typer.Argument(min=1, metavar="NOVEL")]


def sources(novel: Novel) -> None:
    """Show the URLs that a novel has been read from, the current one first.

    Example: python cli.py sources 7
    """
    for url in _sources(novel):
        output.out.print(url, markup=False, highlight=False)


def relocate(
    novel: Novel, to: Annotated[str, typer.Option(metavar="URL", help="Where the novel is now: any URL of it.")]
) -> None:
    """Read a novel from another site, or from the new host of its site, from now on. Its chapters stay what they are.

    Example: python cli.py relocate 7 --to https://www.royalroad.com/fiction/21220
    """
    from ingestion import intake
    from ingestion.errors import ForbiddenAddress
    from ingestion.urls import UnusableURL

    _sources(novel)
    try:
        taken = intake.submit(to, moves_id=novel)
    except (UnusableURL, ForbiddenAddress) as reason:
        raise SystemExit(str(reason)) from None
    if not taken.created:
        raise SystemExit(f"{taken.message}, {taken.job.id}; relocate the novel when that has ended")
    output.out.print(f"job {taken.job.id}: {taken.message}; `python cli.py job {taken.job.id}` says how it went")


def _sources(novel_id: int) -> list[str]:
    from ingestion import bookshelf, db
    from ingestion import sources as table

    with db.transaction() as session:
        novel = bookshelf.get(session, novel_id)
        if novel is None:
            raise SystemExit(f"no novel {novel_id}; `python cli.py novels` lists them")
        return table.of(session, novel)
