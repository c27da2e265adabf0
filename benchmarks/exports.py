"""How long a novel takes to be taken out, and in how much memory: `python -m benchmarks.exports`, about two minutes.

A novel of CHAPTERS made-up chapters of BYTES each in a throwaway library, written as a worker does it, in a process of its own each
time. Time is the median of TIMES, memory the most that such a process ever had (Linux's VmHWM).
"""

from __future__ import annotations

import multiprocessing
import random
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import running
from ingestion import db, novels
from ingestion.export import making
from ingestion.export.formats import Format
from ingestion.export.wish import Wish
from ingestion.items import Chapter, ChapterLink, Novel, ParsedChapter, ParsedNovel
from tests.sites.samples import make_novel

CHAPTERS, BYTES, TIMES = 2000, 10_000, 5
SITE = "https://novels.example"


def main() -> None:
    """Print one line a figure."""
    with running.servers({"PICTURES": "false"}):
        few, many = _saved("few", CHAPTERS // 10), _saved("many", CHAPTERS)
        db.engine().dispose()
        for format in Format:
            _measure(format, few, many)


def seconds(format: Format, times: int) -> list[float]:
    """How long each of so many writings took."""
    with running.servers({"PICTURES": "false"}):
        wish = Wish(novel_id=_saved("many", CHAPTERS), format=format)
        db.engine().dispose()
        return [_run(wish).seconds for _ in range(times)]


@dataclass(frozen=True, kw_only=True)
class Run:
    """One writing: seconds, those of them that the process was at work, its most memory and what the writing added to it, bytes."""

    seconds: float
    work: float
    memory: float
    added: float
    size: int


def _measure(format: Format, few: int, many: int) -> None:
    runs = [_run(Wish(novel_id=many, format=format)) for _ in range(TIMES)]
    seconds, work = (statistics.median(times) for times in zip(*((run.seconds, run.work) for run in runs), strict=True))
    memory, added, size = (max(getattr(run, name) for run in runs) for name in ("memory", "added", "size"))
    tenth = _run(Wish(novel_id=few, format=format))
    told = f"{format:<5} {seconds:.2f} s, {work:.2f} s of them at work; {size / 1e6:.1f} MB; memory {memory:.0f} MB"
    print(f"{told}, {added:.0f} of them for the writing, {tenth.added:.0f} for a tenth of the chapters", flush=True)


def _run(wish: Wish) -> Run:
    """Write it in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_written, (wish,))


def _written(wish: Wish) -> Run:
    making.planned(replace(wish, last=1))  # connected, everything imported
    before, begun, worked = _peak(), time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book"
        making.write(wish, lambda _: path)
        seconds, work = time.perf_counter() - begun, time.process_time() - worked
        return Run(seconds=seconds, work=work, memory=_peak(), added=_peak() - before, size=path.stat().st_size)


def _peak() -> float:
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(found[1]) / 1e3 if found else 0.0


def _saved(key: str, chapters: int) -> int:
    """The id of a novel in the library."""
    novel = Novel(key=key, url=f"{SITE}/{key}", title="The Lamp on the Weir", authors=("Wilma Example",), language="en")
    with db.transaction() as session:
        parsed = ParsedNovel(
            site="plain",
            novel=novel,
            chapters=tuple(_chapters(chapters)),
            index_url=novel.url,
            seen_at=datetime.now(UTC),
        )
        return novels.save(session, parsed).novel_id


def _chapters(chapters: int) -> Iterator[ParsedChapter]:
    for position, sample in enumerate(make_novel(chapters=chapters).chapters, 1):
        link = ChapterLink(key=sample.key, url=f"{SITE}/{position}", title=sample.title, volume=sample.volume)
        yield ParsedChapter(
            position=position, link=link, chapter=Chapter(content=_lengthened(sample.content, position))
        )


def _lengthened(content: str, seed: int) -> str:
    """The chapter with words enough for BYTES; no two are alike, so that they compress as texts do."""
    numbers = random.Random(seed)
    while len(content) < BYTES:
        rung = " ".join(f"Bell {numbers.randrange(200)} rang over {numbers.random()}." for _ in range(6))
        content += f"<p>{rung} <em>Nobody</em> counted.</p>"
    return content


if __name__ == "__main__":
    main()
