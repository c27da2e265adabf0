"""One embedded server as a child process: started, awaited, stopped."""

from __future__ import annotations

import contextlib
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import redis

from ingestion.orphans import die_with_parent

START_TIMEOUT_SECONDS = 60
STOP_TIMEOUT_SECONDS = 30


class EmbeddedError(Exception):
    """The embedded servers cannot be started or reached; the message says what to do."""


@contextlib.contextmanager
def server(
    command: list[str], *, log: Path, stop: signal.Signals, user: str | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server in a session of its own, so that a Ctrl-C at the terminal reaches it last, through us."""
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - the command is ours
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            start_new_session=True,
            preexec_fn=die_with_parent(stop),  # noqa: PLW1509 - no threads yet when servers start
            **identity(user),
        )
    try:
        yield process
    finally:
        process.send_signal(stop)
        try:
            process.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def await_ready(process: subprocess.Popen[bytes], probe: Callable[[], object], *, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while True:
        try:
            probe()
        except (psycopg2.OperationalError, redis.ConnectionError) as error:
            if process.poll() is not None or time.monotonic() > deadline:
                tail = "\n".join(log.read_text(errors="replace").splitlines()[-5:])
                raise EmbeddedError(f"a server did not start; {log} ends with:\n{tail}") from error
            time.sleep(0.02)
        else:
            return


def identity(user: str | None) -> dict[str, Any]:
    """Popen's arguments for being `user` entirely: root's group would meet root's own closed doors."""
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
