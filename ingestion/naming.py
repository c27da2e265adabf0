"""What things are called, as it is stored: text on one line, of a length that a list can show and an index can hold."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import islice

from ingestion.sanitize import storable
from ingestion.visible import shortened

LONGEST_KEY_BYTES = 1024
#: Characters of what a novel and its chapters are called, and of what is told of them; and how many names there may be.
LONGEST_NAME = 500
LONGEST_DESCRIPTION = 20_000
MOST_NAMES = 200


def name(text: str | None) -> str:
    """A name on one line, of a length that a list can show."""
    return shortened(" ".join(storable(text).split()), LONGEST_NAME)


def names(texts: Iterable[str]) -> tuple[str, ...]:
    """The names that say something, so many at the most."""
    return tuple(islice(filter(None, map(name, texts)), MOST_NAMES))


def description(text: str | None) -> str:
    """A text of several lines, of a length that a page can show."""
    return shortened(storable(text), LONGEST_DESCRIPTION)


def key(told: str) -> str:
    """The site's key in a length that an index can hold (PostgreSQL's has 2704 bytes); of a longer one its beginning and its hash."""
    kept = storable(told)
    if len(kept.encode()) <= LONGEST_KEY_BYTES:
        return kept
    return f"{kept[: LONGEST_KEY_BYTES // 8]}…{hashlib.sha256(kept.encode()).hexdigest()}"
