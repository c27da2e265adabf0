"""A search in 100,000 chapters, and a book of 2,000: the rows of benchmarks that tell more when they are run alone (`search`, `exports`).

Here the chapters that are searched have 100 words each instead of 1000, which is a tenth of the minutes; what is found is as much.
"""

from __future__ import annotations

import statistics

from benchmarks import exports, measure, search
from benchmarks.measure import Row
from ingestion.export.formats import Format

CHAPTERS, WORDS = 100_000, 100


def rows(*, quick: bool) -> list[Row]:
    """The two rows."""
    return [_searched(measure.size(CHAPTERS, quick=quick)), _exported(quick=quick)]


def _searched(chapters: int) -> Row:
    """Of all questions the one that takes longest is judged."""
    took = {what: milliseconds for what, milliseconds, _ in search.asked(chapters, WORDS)}
    slowest = max(took, key=lambda what: statistics.median(took[what]))
    name = f"search in {chapters:,} chapters, slowest: {slowest}"
    return measure.limit(name, unit="ms", ours=took[slowest], must=50, aim=50, more=took)


def _exported(*, quick: bool) -> Row:
    seconds = exports.seconds(Format.EPUB, len(measure.rounds(measure.ROUNDS, quick=quick)))
    return measure.limit(f"EPUB of {exports.CHAPTERS:,} chapters", unit="s", ours=seconds, must=3, aim=3)
