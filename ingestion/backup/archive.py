"""The file of a backup: a tar that any tool opens, with a word of what it is, the database's dump, and the pictures by their names."""

from __future__ import annotations

import contextlib
import fcntl
import io
import json
import os
import re
import tarfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from ingestion.backup import BackupError
from ingestion.pictures import kinds

ABOUT, DUMP, PICTURES = "quire.json", "database.dump", "pictures/"
UNFINISHED = ".unfinished"
#: How backups are called that are given a folder only, by the time in UTC; `rotate` takes none that is called otherwise.
NAME = "quire-%Y%m%dT%H%M%SZ.tar"
_NAMED = re.compile(r"^quire-[0-9]{8}T[0-9]{6}Z\.tar$")


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """When it was made (ISO 8601, UTC), with which migration's tables, and by pg_dump of which major version."""

    made_at: str
    revision: str
    pg_dump: int

    @property
    def time(self) -> datetime:
        """When it was made."""
        return datetime.fromisoformat(self.made_at)


class Writer:
    """Puts a backup together."""

    def __init__(self, file: tarfile.TarFile) -> None:
        self._file = file

    def tell(self, about: About) -> None:
        """Put in what it is."""
        told = json.dumps(asdict(about)).encode()
        entry = _entry(ABOUT, len(told))
        self._file.addfile(entry, io.BytesIO(told))

    def keep(self, name: str, content: IO[bytes]) -> None:
        """Put in a file from its beginning. Raises OSError."""
        size = content.seek(0, os.SEEK_END)
        content.seek(0)
        self._file.addfile(_entry(name, size), content)


class Reader:
    """A backup that is there."""

    def __init__(self, path: Path, file: tarfile.TarFile) -> None:
        self._path, self._file = path, file
        with self.open(ABOUT) as told:
            self.about = About(**json.load(told))

    def open(self, name: str) -> IO[bytes]:
        """What was kept under the name. Raises BackupError."""
        with contextlib.suppress(KeyError):
            if content := self._file.extractfile(name):
                return content
        raise BackupError(f"{self._path} is no backup of this program: it has no {name}")

    def pictures(self) -> Iterator[tuple[str, bytes]]:
        """Each picture with its name. Raises BackupError for one that is not what its name says."""
        for entry in self._file:
            name = entry.name.removeprefix(PICTURES)
            if not entry.isfile() or name == entry.name:
                continue
            with self.open(entry.name) as file:
                content = file.read()
            if kinds.name(content) != name:
                raise BackupError(f"{self._path} is damaged: its picture {name} is another one")
            yield name, content


@contextlib.contextmanager
def written(path: Path) -> Iterator[Writer]:
    """A backup that stands at `path`, on the disk, once the block ends, and not before. Raises OSError."""
    part = path.with_name(f".{path.name}{UNFINISHED}")
    _clear_after_kill([part, *path.parent.glob(f".quire-*.tar{UNFINISHED}")])
    with open(part, "xb", opener=_private) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            with tarfile.open(fileobj=file, mode="w") as tar:
                yield Writer(tar)
            file.flush()
            os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


@contextlib.contextmanager
def read(path: Path) -> Iterator[Reader]:
    """The backup at `path`. Raises BackupError for what is none, and OSError."""
    try:
        with tarfile.open(path, "r:") as file:
            yield Reader(path, file)
    except (tarfile.TarError, ValueError, TypeError) as error:
        raise BackupError(f"{path} is no backup of this program, or is damaged: {error}") from error


def rotate(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest `keep` backups that were named by their time; those that were removed."""
    found = sorted(path for path in folder.iterdir() if _NAMED.match(path.name))
    old = found[: max(0, len(found) - keep)]
    for path in old:
        path.unlink()
    return old


def _clear_after_kill(parts: Iterable[Path]) -> None:
    """Remove what a process left that had no chance to do so; one that is at work holds its file's lock."""
    for part in parts:
        with contextlib.suppress(FileNotFoundError, BlockingIOError), part.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink()


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, int(time.time())
    return entry


def _private(path: str, flags: int) -> int:
    """Whoever reads a backup reads the whole library."""
    return os.open(path, flags, 0o600)
