"""Saving 2,000 chapters: for the first time, again without a change, and with one in a hundred edited.

The first is held against COPY of the same bytes into a table without any index, the others against the first.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from itertools import chain
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks import measure, running, sample
from benchmarks.measure import Row
from ingestion import db, novels
from ingestion.items import ParsedNovel

CHAPTERS = 2000
COLUMNS = ("novel", "key", "position", "title", "url", "content")
ESCAPED = str.maketrans({"\\": r"\\", "\n": r"\n", "\t": r"\t"})


def rows(*, quick: bool) -> list[Row]:
    """The three rows."""
    chapters = measure.size(CHAPTERS, quick=quick)
    with running.servers():
        figures = [_round(f"novel{turn}", chapters) for turn in measure.rounds(measure.ROUNDS, quick=quick)]
    copied, first, same, edited = zip(*figures, strict=True)
    name = f"saving {chapters} chapters"
    return [
        measure.by_time(f"{name}, first", ours=first, against=copied, must=0.7, aim=0.9),
        measure.growth(f"{name}, unchanged", unit="s", ours=same, against=first, must=0.1, aim=0.1),
        measure.growth(f"{name}, 1% edited", unit="s", ours=edited, against=first),
    ]


def save(novel: ParsedNovel) -> None:
    """Save it as a job does."""
    with db.transaction() as session:
        novels.save(session, novel)


def _round(key: str, chapters: int) -> tuple[float, float, float, float]:
    """Seconds of a COPY, of the first saving, of one without a change, and of one with some."""
    novel, edited = sample.parsed(key, chapters), sample.parsed(key, chapters, edited=chapters // 100)
    lines = io.StringIO("".join(chain.from_iterable(_lines(novel))))
    return (
        _seconds(lambda: _copy(lines)),
        _seconds(lambda: save(novel)),
        _seconds(lambda: save(novel)),
        _seconds(lambda: save(edited)),
    )


def _copy(lines: io.StringIO) -> None:
    with db.transaction() as session:
        session.execute(
            text(
                "CREATE TABLE IF NOT EXISTS bare (novel text, key text, position int, title text, url text, content text)"
            )
        )
        _cursor(session).copy_expert(f"COPY bare ({', '.join(COLUMNS)}) FROM STDIN", lines)


def _lines(novel: ParsedNovel) -> list[list[str]]:
    """The chapters as COPY takes them."""
    told = []
    for one in novel.chapters:
        content = one.chapter.content if one.chapter else ""
        values = (novel.novel.key, one.link.key, str(one.position), one.link.title, one.link.url, content)
        told.append(["\t".join(value.translate(ESCAPED) for value in values), "\n"])
    return told


def _cursor(session: Session) -> Any:
    return session.connection().connection.cursor()


def _seconds(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
