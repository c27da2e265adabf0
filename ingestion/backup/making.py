"""Makes a backup: a dump of one moment, then the pictures that it may name, then a look at whether it can be read."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import IO

from ingestion import db, migrations
from ingestion.backup import BackupError, archive, programs, tables
from ingestion.pictures import store, table


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A backup: how many bytes it has, how many pictures, and how many of them were not in their folder (None: they are in a bucket)."""

    path: Path
    size: int
    pictures: int
    lost: int | None


def make(target: Path) -> Made:
    """Write a backup to `target`; where that is a folder, to a file in it that is named by the time.

    Raises BackupError, OSError, and what the database raises when it is away.
    """
    with db.transaction() as session:
        programs.refuse_pooler(session)
        version, now = tables.server_version(session), db.now(session).astimezone(UTC)
    path = target / now.strftime(archive.NAME) if target.is_dir() else target
    place, made_by = programs.folder(version)
    revision = _revision()
    dumping = [str(place / "pg_dump"), "--format=custom", "--no-owner", "--no-privileges"]
    dumping += [f"--table={name}" for name in tables.NAMES]
    dumping += [f"--exclude-table-data={name}" for name in tables.MADE]
    # A file without a name: nothing is left of it, whatever ends this process.
    with archive.written(path) as into, tempfile.TemporaryFile(dir=path.parent) as dump:
        with programs.told(db.direct_url()) as environment:
            programs.run(dumping, environment, stdout=dump)
        verify(place, dump)
        into.tell(archive.About(made_at=now.isoformat(timespec="seconds"), revision=revision, pg_dump=made_by))
        into.keep(archive.DUMP, dump)
        # After the dump: a picture's file is there before the row that names it.
        pictures, lost = _pictures(into)
    return Made(path=path, size=path.stat().st_size, pictures=pictures, lost=lost)


def verify(place: Path, dump: IO[bytes]) -> None:
    """Read the whole dump once. Raises BackupError when it is damaged."""
    programs.run([str(place / "pg_restore"), "--file=-"], stdin=dump)


def _revision() -> str:
    """The database's migration, if this program knows it. Raises BackupError."""
    revision = migrations.current()
    if revision is None:
        raise BackupError("the database has no tables yet: there is nothing to back up")
    if revision not in migrations.revisions():
        raise BackupError(f"the database's tables are of a newer version ({revision}): back it up with that")
    return revision


def _pictures(into: archive.Writer) -> tuple[int, int | None]:
    folder = store.opened()
    if not isinstance(folder, store.Folder):
        return 0, None
    with db.transaction() as session:
        names = table.all_names(session)
    kept = 0
    for name in names:
        with contextlib.suppress(FileNotFoundError), folder.place(name).open("rb") as content:
            into.keep(archive.PICTURES + name, content)
            kept += 1
    return kept, len(names) - kept
