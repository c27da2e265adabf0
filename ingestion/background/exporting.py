"""The task of making a book of a novel (`ingestion.export`)."""

from __future__ import annotations

from typing import Any

from ingestion.background.kinds import Ending
from ingestion.errors import Unreachable
from ingestion.export import making, store
from ingestion.export.wish import Wish
from ingestion.lease import Lease


def run(args: dict[str, Any], lease: Lease) -> Ending:
    """Make the book that `args` wish for. The result is its file, and how many bytes that has. Raises NotFound and Unreachable."""
    try:
        path = making.make(Wish.of(args), lease.checkpoint)
        made = {"file": path.name, "size": path.stat().st_size}
    except OSError as error:  # a full disk, say: room is made, or time makes it
        raise Unreachable(f"the books' folder {store.folder()} (EXPORTS_DIR) takes no file: {error}") from error
    return lambda _: made
