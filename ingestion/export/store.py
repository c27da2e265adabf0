"""Where books that were made are kept until they are old: a folder of their own, each under a name that says what is in it.

A novel that changes is another book under another name, so nothing here is ever out of date, and all of it can be made again.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from uuid import uuid4

from ingestion import config
from ingestion.export.book import Book

DAY_SECONDS = 24 * 3600


def folder() -> Path:
    """The folder that EXPORTS_DIR names."""
    ours = config.settings()
    return ours.exports_dir or ours.data_dir / "exports"


def place(book: Book) -> Path:
    """Where the book's file is, if it was made."""
    return folder() / f"{book.wish.novel_id}-{book.digest}.{book.wish.format}"


@contextlib.contextmanager
def written(path: Path) -> Iterator[IO[bytes]]:
    """A file that is at `path` when the block ends, whole or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{uuid4().hex}")
    try:
        with part.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def old(days: int) -> Iterator[tuple[Path, int]]:
    """The files that were made so many days ago, those of broken writes too, with their sizes in bytes."""
    for path in folder().glob("*"):
        with contextlib.suppress(FileNotFoundError):
            found = path.stat()
            if found.st_mtime < time.time() - days * DAY_SECONDS:
                yield path, found.st_size
