"""`ingest --from`: lists of URLs and EPUBs, one line for each entry of what became of it."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from ingestion.commands import output
from ingestion.status import Priority, Refresh

if TYPE_CHECKING:
    from ingestion.imports import Entry

STDIN = Path("-")
Sources = Annotated[
    list[Path] | None,
    typer.Option(
        "--from",
        metavar="FILE",
        help="A list of URLs, one a line (- for standard input), an EPUB, or a folder of EPUBs; may be given again.",
    ),
]


def bring_in(paths: Iterable[Path], *, priority: Priority, refresh: Refresh, as_json: bool) -> None:
    """Import all of them. The exit code is 1 when something was refused."""
    from ingestion.imports import Outcome

    entries = []
    for entry in _entries(paths, priority, refresh):
        entries.append(entry)
        if not as_json:
            output.say(str(entry))
    if as_json:
        output.as_json([entry.told() for entry in entries])
    elif not entries:
        output.say("there is nothing in it")
    if not entries or any(entry.outcome is Outcome.REFUSED for entry in entries):
        raise SystemExit(1)


def _entries(paths: Iterable[Path], priority: Priority, refresh: Refresh) -> Iterator[Entry]:
    from ingestion.errors import ParseError
    from ingestion.imports import Entry, Outcome, asking, lists, taking

    for path in _files(paths):
        try:
            with _opened(path) as file:
                if file.read(len(asking.ZIP)) == asking.ZIP:
                    yield taking.take(file, name=str(path), priority=priority)
                    continue
                file.seek(0)
                wanted = lists.read(file.read())
            yield from asking.ask(wanted, priority=priority, refresh=refresh)
        except (ParseError, OSError) as reason:
            yield Entry(source=str(path), outcome=Outcome.REFUSED, message=str(reason))


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files, and the EPUBs in the folders and below."""
    for path in paths:
        if path.is_dir():
            yield from sorted(found for found in path.rglob("*") if found.suffix.lower() == ".epub")
        else:
            yield path


def _opened(path: Path) -> IO[bytes]:
    return io.BytesIO(sys.stdin.buffer.read()) if path == STDIN else path.open("rb")
