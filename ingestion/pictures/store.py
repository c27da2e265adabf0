"""Where pictures are kept: a folder, or a bucket of anything that speaks S3. A name says what its bytes are, so nothing ever changes.

A bucket's client has threads, which do not outlive a fork: it is made by the process that uses it, a worker's child or the API.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from uuid import uuid4

from ingestion import config

CHUNK_BYTES = 64 * 1024
OLD_SECONDS = 24 * 3600
#: A bucket that does not answer is asked again for as long; a worker's lease outlasts it.
BUCKET_SECONDS = 20


class Folder:
    """A folder, its files divided among 256 others by the beginning of their names."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, name: str, content: bytes) -> None:
        """Keep the picture, whole or not at all; it is on the disk when this returns. Raises OSError."""
        place = self.place(name)
        with contextlib.suppress(FileNotFoundError):
            with contextlib.suppress(PermissionError):  # the file of another machine's user
                os.utime(place)  # whoever looks for files that nothing names any more leaves it alone
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_suffix(f".{uuid4().hex}")
        try:
            with part.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(place)
        finally:
            part.unlink(missing_ok=True)
        _sync(place.parent)

    def get(self, name: str) -> Iterator[bytes]:
        """The picture, in chunks. Raises FileNotFoundError at once, and OSError."""
        file = self.place(name).open("rb")

        def chunks() -> Iterator[bytes]:
            with file:
                yield from iter(lambda: file.read(CHUNK_BYTES), b"")

        return chunks()

    def old(self) -> Iterator[tuple[Path, int]]:
        """The files that nobody wrote or wished to write for a day, those of broken writes too, with their sizes in bytes."""
        for path in self._root.glob("??/*"):
            with contextlib.suppress(FileNotFoundError):
                found = path.stat()
                if found.st_mtime < time.time() - OLD_SECONDS:
                    yield path, found.st_size

    def remove(self, path: Path) -> bool:
        """Remove a file of those, unless it is young again: it is put aside first, so that a `put` at the same time is not lost."""
        aside = path.with_suffix(f".{uuid4().hex}")
        path.rename(aside)
        if aside.stat().st_mtime >= time.time() - OLD_SECONDS:
            aside.rename(path)
            return False
        aside.unlink()
        return True

    def place(self, name: str) -> Path:
        """Where the picture is, if it is there."""
        return self._root / name[:2] / name


class Bucket:
    """A bucket, or what lies in it below a prefix. How to reach it is said by the environment variables of the AWS tools."""

    def __init__(self, url: str) -> None:
        from obstore.store import S3Store  # megabytes that a folder does not need

        self._bucket = S3Store.from_url(
            url,
            # Plain HTTP only where an operator's own endpoint says so.
            client_options={"timeout": timedelta(seconds=BUCKET_SECONDS), "allow_http": True},
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=BUCKET_SECONDS)},
        )

    def put(self, name: str, content: bytes) -> None:
        """Keep the picture, whole or not at all. Raises OSError."""
        with _as_os_errors():
            self._bucket.put(name, content, use_multipart=False)

    def get(self, name: str) -> Iterator[bytes]:
        """The picture, in chunks. Raises FileNotFoundError at once, and OSError."""
        with _as_os_errors():
            found = self._bucket.get(name)
        return (bytes(chunk) for chunk in found.stream(min_chunk_size=CHUNK_BYTES))


def opened() -> Folder | Bucket:
    """The store that PICTURES_STORE names."""
    ours = config.settings()
    given = ours.pictures_store or str(ours.data_dir / "pictures")
    return _bucket(given) if given.startswith("s3://") else Folder(Path(given))


#: One for each process: its connections are kept.
_bucket = cache(Bucket)


@contextlib.contextmanager
def _as_os_errors() -> Iterator[None]:
    from obstore.exceptions import BaseError

    try:
        yield
    except BaseError as error:
        raise OSError(str(error).partition("\n")[0]) from error


def _sync(folder: Path) -> None:
    """Let the folder's own entry of a new file outlive a power cut too."""
    opened_folder = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened_folder)
    finally:
        os.close(opened_folder)
