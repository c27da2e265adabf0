"""The command that takes a novel out of the library."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ingestion.commands import output
from ingestion.export.formats import Format


def export(
    novel_id: Annotated[int, typer.Argument(min=1, metavar="ID")],
    format: Annotated[Format, typer.Option("--format", "-f", help="What to take it out as.")] = Format.EPUB,
    target: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Where to; in a folder it is named by the novel's title. Unset: here.",
        ),
    ] = None,
    first: Annotated[
        int | None, typer.Option(min=1, help="Begin with this chapter, by its place in the order.")
    ] = None,
    last: Annotated[int | None, typer.Option(min=1, help="End with this one.")] = None,
    volume: Annotated[
        list[str] | None, typer.Option(help="Only this volume, by its title; may be given again.")
    ] = None,
) -> None:
    """Write a novel into one file for an e-reader, a reader or a program, now and without the queue.

    Example: python cli.py export 7 -f epub -o ~/books
    """
    from ingestion.errors import IngestionError
    from ingestion.export import making
    from ingestion.export.book import Book
    from ingestion.export.wish import Wish

    where = target or Path()

    def place(book: Book) -> Path:
        return where / book.file_name if where.is_dir() else where

    try:
        wish = Wish(novel_id=novel_id, first=first, last=last, volumes=tuple(volume or ()), format=format)
        book = making.write(wish, place)
    except (IngestionError, OSError) as reason:
        raise SystemExit(str(reason)) from None
    missing = f", {len(book.missing)} missing" if book.missing else ""
    output.say(f"{place(book)}: {len(book.readable)} chapters{missing}, {place(book).stat().st_size / 1e6:.1f} MB")
