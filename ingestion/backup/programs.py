"""PostgreSQL's own programs, pg_dump and its family: which of those at hand fits the server, and how they are told where it is.

They learn of the server from a file of their own, so that no password stands on a command line.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import IO

from sqlalchemy import URL
from sqlalchemy.orm import Session

from ingestion import config
from ingestion.backup import BackupError, tables
from ingestion.embedded import EmbeddedError, postgres
from ingestion.redaction import redacted

#: A file, or one of subprocess's own words.
Stream = IO[bytes] | int
SERVICE = "quire"
CONNECT_TIMEOUT_SECONDS = 10


def folder(at_least: int) -> tuple[Path, int]:
    """Where the programs are whose major version is the lowest that will do, and that version. Raises BackupError."""
    found = {place: version for place in _places() if (version := _version(place))}
    return fitting(found, at_least)


def fitting(found: dict[Path, int], at_least: int) -> tuple[Path, int]:
    """Of the places with their versions, the first with the lowest version that will do. Raises BackupError."""
    fit = {place: version for place, version in found.items() if version >= at_least}
    if not fit:
        there = ", ".join(f"{version} in {place}" for place, version in found.items()) or "none"
        raise BackupError(
            f"PostgreSQL's programs (pg_dump, pg_restore, psql) of version {at_least} or newer are needed, and there is {there}; "
            f"install the package postgresql-client-{at_least} or what your system calls it"
        )
    return min(fit.items(), key=lambda one: one[1])


def refuse_pooler(session: Session) -> None:
    """They set things for their whole session (search_path), and a pooler would hand those on to the next. Raises BackupError."""
    if config.settings().database_direct_url is None and tables.is_pooled(session):
        raise BackupError(
            "DATABASE_URL leads to a pooler (PgBouncer): say in DATABASE_DIRECT_URL where PostgreSQL itself is"
        )


@contextlib.contextmanager
def told(server: URL) -> Iterator[dict[str, str]]:
    """The environment in which the programs find the server."""
    options = server.get_dialect()().create_connect_args(server)[1]
    options = {"connect_timeout": CONNECT_TIMEOUT_SECONDS, "application_name": "quire-backup", **options}
    with tempfile.TemporaryDirectory(prefix="quire-pg-") as private:
        file = Path(private) / "service"
        file.write_text(f"[{SERVICE}]\n" + "".join(f"{name}={value}\n" for name, value in options.items()))
        yield os.environ | {"PGSERVICEFILE": str(file), "PGSERVICE": SERVICE}


def run(
    command: list[str], environment: dict[str, str] | None = None, *, stdin: Stream = DEVNULL, stdout: Stream = DEVNULL
) -> None:
    """Run one of them to its end. Raises BackupError with what it said, when it failed."""
    with (
        tempfile.TemporaryFile() as errors,
        started(command, environment, errors=errors, stdin=stdin, stdout=stdout) as process,
    ):
        check(process, errors)


def started(
    command: list[str],
    environment: dict[str, str] | None = None,
    *,
    errors: IO[bytes],
    stdin: Stream = DEVNULL,
    stdout: Stream = DEVNULL,
) -> Popen[bytes]:
    """One of them at work, to be used as a context; a file that it reads, it reads from its beginning."""
    if not isinstance(stdin, int):
        stdin.flush()
        stdin.seek(0)
    return Popen(command, env=environment, stdin=stdin, stdout=stdout, stderr=errors)  # noqa: S603 - ours


def check(process: Popen[bytes], errors: IO[bytes]) -> None:
    """Wait for its end. Raises BackupError with what it said, when it failed."""
    if code := process.wait():
        errors.seek(0)
        said = errors.read().decode(errors="replace").strip().splitlines()
        raise BackupError(redacted("; ".join(said[:3]) or f"a program of PostgreSQL's left with exit code {code}"))


def _places() -> list[Path]:
    """Folders with the programs: the system's first, then the embedded server's."""
    system = shutil.which("pg_dump")
    places = [Path(system).parent] if system else []
    with contextlib.suppress(EmbeddedError):
        places.append(postgres.programs())
    return places


def _version(place: Path) -> int | None:
    """The major version of the programs there; None when they cannot be run."""
    try:
        said = subprocess.run([place / "pg_dump", "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603 - ours
    except (OSError, subprocess.CalledProcessError):
        return None
    number = re.search(r"\(PostgreSQL\) ([0-9]+)", said)
    return int(number[1]) if number else None
