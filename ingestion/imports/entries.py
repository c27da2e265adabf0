"""What became of each thing that was to be imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """In a word."""

    CREATED = "created"  # there is a new job
    EXISTING = "existing"  # the novel has an unfinished job already
    IN_LIBRARY = "in_library"  # the library has the novel, and no job was made
    READING = "reading"  # a background task reads the file
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A URL, or a file by its name, and what became of it: `message` says it in a sentence. `chapters` are those saved from a file."""

    source: str
    outcome: Outcome
    message: str
    job_id: int | None = None
    novel_id: int | None = None
    task_id: int | None = None
    chapters: int = 0

    def __str__(self) -> str:
        return f"{self.source}: {self.message}"

    def told(self) -> Mapping[str, Any]:
        """The entry as JSON."""
        return asdict(self)
