"""The task of making a book of a novel (`ingestion.export`)."""

from __future__ import annotations

from typing import Any

from ingestion.background.kinds import Ending
from ingestion.export import making
from ingestion.export.wish import Wish
from ingestion.lease import Lease


def run(args: dict[str, Any], lease: Lease) -> Ending:
    """Make the book that `args` wish for. The result is its file, and how many bytes that has. Raises as `making.make` does."""
    path = making.make(Wish.of(args), lease.checkpoint)
    made = {"file": path.name, "size": path.stat().st_size}
    return lambda _: made
