"""How long a search takes in a large library: `python -m benchmarks.search [CHAPTERS] [WORDS]`, for 100,000 chapters of 1000 words if none are given, which takes a quarter of an hour on two busy cores.

The words are made up, and some are as frequent among the others as in a real language (Zipf), so that a half of all chapters have the same
one. They are written into a throwaway database on this machine and indexed as a worker would, by as many processes as there are cores; some
GB of disk for 100,000. Each question is asked of the library in this process, as the API asks it.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing import get_context

from sqlalchemy import text

from benchmarks import running
from benchmarks.madeup import JAPANESE, PER_NOVEL, MadeUp
from ingestion import db
from ingestion.models import NovelRow
from ingestion.search import finding, index
from ingestion.search.index import Subject
from ingestion.search.query import Wish

ASKED = 30


def main() -> None:
    """Print one line a figure."""
    chapters, length = (int(given) for given in [*sys.argv[1:], *("100000", "1000")[len(sys.argv) - 1 :]])
    for what, took, found in asked(chapters, length):
        _say(what, f"{statistics.median(took):6.1f} ms, p95 {statistics.quantiles(took, n=20)[-1]:6.1f} ms   {found}")


def asked(chapters: int, length: int) -> Iterator[tuple[str, list[float], str]]:
    """Of a library of so many chapters of so many words: each question, the milliseconds that its answers took, and what was found."""
    with running.servers(durable=False):
        library, begun = MadeUp(length), time.monotonic()
        library.fill(chapters // PER_NOVEL)
        _say("seconds to write the library", f"{time.monotonic() - begun:.0f}")
        _index()
        for what, wish in _wishes(library):
            yield (what, *_measured(partial(_find, wish)))
        yield ("suggestion for four letters", *_measured(lambda: _suggest(library.title[:4])))


def _wishes(library: MadeUp) -> Iterator[tuple[str, Wish]]:
    """What is asked, and what that is."""
    frequent = _by_frequency()
    half = frequent(0.5)
    phrase = " ".join(library.sentences[1].split()[3:6])
    yield "a rare word", Wish(text=frequent(0.0005))
    yield "a word of half of the chapters", Wish(text=half)
    yield "the same in one novel", Wish(text=half, novel_id=2)  # the first is in Japanese
    yield "the same, third page", Wish(text=half, offset=40)
    yield "two words, each of a tenth of the chapters", Wish(text=f"{frequent(0.1)} {frequent(0.09)}")
    yield "either of them, without the word of half", Wish(text=f"{frequent(0.1)} OR {frequent(0.09)} -{half}")
    yield "a phrase", Wish(text=f'"{phrase}"')
    yield "a phrase of two words of half of the chapters, found nowhere", Wish(text=f'"{half} {half}"')
    yield "a word of all chapters' titles", Wish(text="chapter")
    yield "a novel's title", Wish(text=library.title)
    yield (
        "a novel's title with a slip in each word",
        Wish(text=" ".join(_slipped(word) for word in library.title.split())),
    )
    yield "three characters of Japanese", Wish(text=JAPANESE[2:5])
    yield "one character of Japanese", Wish(text=JAPANESE[0])
    yield "nothing found", Wish(text="zzyzzyva")


def _by_frequency() -> Callable[[float], str]:
    """Tells the word that so great a part of the chapters has, about; of a sample of them."""
    sample = "SELECT words FROM chapter_search WHERE chapter_id % 50 = 0"
    counting = text("SELECT word, ndoc FROM ts_stat(:sample) WHERE word ~ '^[a-z]{3,}$'")
    with db.transaction() as session:
        counted = session.execute(counting, {"sample": sample}).all()
        every = session.scalar(text("SELECT count(*) FROM chapter_search WHERE chapter_id % 50 = 0")) or 0
    return lambda share: min(counted, key=lambda one: abs(one.ndoc - share * every)).word


def _index() -> None:
    """Index all of it, as workers do."""
    begun = time.monotonic()
    with db.transaction() as session:
        ids = index.stale(session)
    with get_context("spawn").Pool() as pool:
        chapters = sum(pool.imap_unordered(_index_one, ids))
    seconds = time.monotonic() - begun
    _say(f"chapters indexed a second, by {os.cpu_count()} processes", f"{chapters / seconds:.0f}")
    with db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
        size = connection.scalar(text("SELECT pg_total_relation_size('chapter_search')")) or 0
    _say("disk of the index for each chapter", f"{size / chapters / 1000:.1f} KB")


def _index_one(novel_id: int) -> int:
    with db.transaction() as session:
        subject, count = Subject.of(session.get_one(NovelRow, novel_id)), 0
    while True:
        with db.transaction() as session:
            written = index.write_some(session, subject)
            if not written:
                index.finish(session, subject)
                return count
        count += written


def _slipped(word: str) -> str:
    return word[:2] + word[3:2:-1] + word[4:] if len(word) > 3 else word


def _find(wish: Wish) -> str:
    with db.transaction() as session:
        found = finding.find(session, wish)
    return f"{len(found.novels)} novels, {len(found.chapters)} chapters{' of more' if found.next_offset else ''}"


def _suggest(typed: str) -> str:
    with db.transaction() as session:
        return f"{len(finding.suggest(session, typed))} novels"


def _measured(ask: Callable[[], str]) -> tuple[list[float], str]:
    took, found = [], ""
    for _ in range(ASKED):
        begun = time.perf_counter()
        found = ask()
        took.append((time.perf_counter() - begun) * 1000)
    return took, found


def _say(what: str, figure: str) -> None:
    print(f"{what:<65} {figure}", flush=True)


if __name__ == "__main__":
    main()
