"""Restores a backup: pictures first, then the tables in one transaction, then what has changed since it was made: migrations, leases."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen
from typing import IO

from ingestion import db, joblist, jobs, migrations
from ingestion.backup import BackupError, archive, making, programs, tables
from ingestion.models import Job
from ingestion.pictures import store

#: What newer programs write at a dump's head and older servers do not know.
UNKNOWN = b"SET transaction_timeout"
#: A dump's head ends with the first table.
HEAD_ENDS = b"CREATE "


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """What was restored: the backup's own word of itself, how many pictures, and the jobs that were running when it was made."""

    about: archive.About
    pictures: int
    put_back: tuple[int, ...]


def restore(path: Path, *, force: bool = False) -> Restored:
    """Put the backup's rows and pictures in the place of what is there. All of the tables change, or none.

    Raises BackupError: the file is damaged, the library is not empty (`force` does without it), somebody else uses it.
    """
    with archive.read(path) as backup, tempfile.TemporaryFile() as dump:
        if backup.about.revision not in migrations.revisions():
            raise BackupError(f"{path} is of a newer version ({backup.about.revision}): restore it with that")
        with backup.open(archive.DUMP) as packed:
            shutil.copyfileobj(packed, dump)
        place = _refuse(backup.about, force=force)
        making.verify(place, dump)
        pictures = _restore_pictures(backup)
        _replace_tables(place, dump)
    migrations.upgrade()
    return Restored(about=backup.about, pictures=pictures, put_back=_put_back(backup.about))


def _refuse(about: archive.About, *, force: bool) -> Path:
    """Where the programs are that can do it. Raises BackupError when it cannot or must not be done."""
    db.engine().dispose()  # what this process has open is no stranger
    with db.transaction() as session:
        programs.refuse_pooler(session)
        if there := tables.others(session):
            kept = ", and let PgBouncer end what it keeps of them (RECONNECT)" if tables.is_pooled(session) else ""
            raise BackupError(f"{there} connections of workers or of the API are open: stop them first{kept}")
        if not force and (filled := tables.filled(session)):
            raise BackupError(
                f"the library is not empty ({', '.join(filled)} have rows), and a backup replaces all of it; --force if you want that"
            )
        version = tables.server_version(session)
    return programs.folder(max(version, about.pg_dump))[0]


def _restore_pictures(backup: archive.Reader) -> int:
    keep = store.opened()
    count = 0
    for name, content in backup.pictures():
        keep.put(name, content)
        count += 1
    return count


def _replace_tables(place: Path, dump: IO[bytes]) -> None:
    """One transaction that drops the tables and makes those of the dump: psql carries out what pg_restore writes."""
    db.engine().dispose()
    read = [str(place / "pg_restore"), "--no-owner", "--no-privileges", "--file=-"]
    do = [str(place / "psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null", "--file=-"]
    with (
        tempfile.TemporaryFile() as read_errors,
        tempfile.TemporaryFile() as do_errors,
        programs.told(db.direct_url()) as environment,
        programs.started(read, errors=read_errors, stdin=dump, stdout=PIPE) as reading,
        programs.started(do, environment, errors=do_errors, stdin=PIPE) as doing,
    ):
        with contextlib.suppress(BrokenPipeError):  # psql has left, and says why
            _write_script(reading, doing)
        programs.check(doing, do_errors)
        programs.check(reading, read_errors)


def _write_script(reading: Popen[bytes], doing: Popen[bytes]) -> None:
    assert reading.stdout is not None  # noqa: S101 - for the type checker: it is a pipe
    assert doing.stdin is not None  # noqa: S101 - the same
    with doing.stdin as script:
        script.write(f"BEGIN;\n{tables.DROP};\n".encode())
        _copy(reading.stdout, script)
        # Half a script is not committed: without this all is undone.
        script.write(b"COMMIT;\n" if reading.wait() == 0 else b"ROLLBACK;\n")


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    for line in source:
        if not line.startswith(UNKNOWN):
            target.write(line)
        if line.startswith(HEAD_ENDS):
            break
    shutil.copyfileobj(source, target)


def _put_back(about: archive.About) -> tuple[int, ...]:
    """Put the jobs that were running back: nobody works on them here."""
    reason = f"the library was restored from the backup of {about.made_at}"
    with db.transaction() as session:
        running = tuple(joblist.running(session))
        for job_id in running:
            jobs.release(session, job_id, session.get_one(Job, job_id).attempt, reason=reason)
    return running
