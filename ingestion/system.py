"""The whole system in the foreground: embedded servers where none are given, the API and the workers under supervisor."""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import IO

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from ingestion import embedded, logs, migrations, tokens
from ingestion.config import ConfigError, Settings, environment_of
from ingestion.orphans import die_with_parent

ROOT = Path(__file__).resolve().parent.parent
SUPERVISOR_CONFIG = ROOT / "deploy" / "supervisor" / "supervisord.conf"
STOP_TIMEOUT_SECONDS = 60
_REACHABLE = re.compile(r"\S@\S+\.\S|https?://\S")
NOBODY_TO_ASK = (
    "USER_AGENT names nobody whom a site could ask about these requests, and some sites refuse such programs: "
    "set it, for instance to mylibrary/1.0 (+mailto:me@example.org)"
)


def up(settings: Settings) -> int:
    """Run until a signal comes, everything's log on standard output. Raises EmbeddedError, ConfigError. The exit code."""
    # The children write into a pipe, behind which somebody may read at a terminal.
    settings = settings.model_copy(update={"log_format": logs.form_for(sys.stdout)})
    with started(settings, output=subprocess.PIPE) as supervisor, _stopped_by_signals(supervisor) as reasons:
        if not _REACHABLE.search(settings.user_agent):
            sys.stderr.write(f"{NOBODY_TO_ASK}\n")
        print(
            f"the library on http://{settings.api_host}:{settings.api_port} (its API at /docs), {settings.workers} workers",
            flush=True,
        )
        assert supervisor.stdout is not None  # noqa: S101 - for the type checker: it is a pipe
        for line in supervisor.stdout:
            sys.stdout.write(line.decode(errors="replace"))
            sys.stdout.flush()
        code = supervisor.wait()
    if reasons == [signal.SIGCHLD]:
        sys.stderr.write(f"a server stopped unasked, so everything did; the servers' logs are in {settings.data_dir}\n")
        return 1
    return code


@contextlib.contextmanager
def started(settings: Settings, *, output: IO[bytes] | int, durable: bool = True) -> Iterator[subprocess.Popen[bytes]]:
    """Servers, API and workers with these settings until the block ends; the supervisor's process. Raises EmbeddedError."""
    _refuse_taken_port(settings)
    with contextlib.ExitStack() as stack:
        run_dir = stack.enter_context(tempfile.TemporaryDirectory(prefix="quire-run-"))
        if settings.database_url is None or settings.redis_url is None:
            urls = stack.enter_context(embedded.serve(settings.data_dir, durable=durable))
            settings = settings.model_copy(
                update={
                    "database_url": settings.database_url or urls.database_url,
                    "redis_url": settings.redis_url or urls.redis_url,
                }
            )
        _refuse_taken_port(settings)
        _prepare(settings)
        ours = {"QUIRE_PYTHON": sys.executable, "QUIRE_RUN": run_dir, "QUIRE_LOG": "/dev/fd/1"}
        yield stack.enter_context(_supervised(os.environ | environment_of(settings) | ours, output))


@contextlib.contextmanager
def servers(settings: Settings) -> Iterator[None]:
    """The embedded servers until the block ends, where they are wanted and `up` does not run them already."""
    with contextlib.ExitStack() as stack:
        if settings.database_url is None:
            try:
                embedded.running(settings.data_dir)
            except embedded.EmbeddedError:
                stack.enter_context(embedded.serve(settings.data_dir))
        yield


def _prepare(settings: Settings) -> None:
    """Migrate once here instead of in each process that starts, and refuse here what each API process would refuse."""
    engine = create_engine(settings.database_url or "")
    try:
        migrations.upgrade(engine)
        with Session(engine) as session:
            tokens.refuse_unguarded(session, settings)
    finally:
        engine.dispose()


@contextlib.contextmanager
def _supervised(environment: Mapping[str, str], output: IO[bytes] | int) -> Iterator[subprocess.Popen[bytes]]:
    """supervisord, in a session of its own so that a Ctrl-C reaches it through us alone."""
    user = pwd.getpwuid(os.geteuid()).pw_name  # naming it spares root a warning
    command = [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(SUPERVISOR_CONFIG), "-u", user]
    process = subprocess.Popen(  # noqa: S603 - the command is ours
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - no threads here
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


@contextlib.contextmanager
def _stopped_by_signals(supervisor: subprocess.Popen[bytes]) -> Iterator[list[int]]:
    """SIGINT and SIGTERM tell the supervisor to stop; its end is ours. The list is what it was stopped by first.

    So does the death of a child before that: PostgreSQL, Valkey and the supervisor are all the children there are.
    """
    reasons: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        stopped_only = number == signal.SIGCHLD and _nobody_died()
        if not reasons and not stopped_only:
            reasons.append(number)
            supervisor.terminate()

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield reasons
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _nobody_died() -> bool:
    """Whether no child has ended: SIGCHLD comes for one that was only stopped, too."""
    try:
        return os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    except ChildProcessError:  # the last one has ended, and been waited for
        return False


def _refuse_taken_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.api_host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.api_host, settings.api_port))
        except OSError as error:
            place = f"{settings.api_host}:{settings.api_port}"
            raise ConfigError(
                f"API_PORT: cannot listen on {place} ({error.strerror}); stop what does, or choose another"
            ) from None


def free_port() -> int:
    """A loopback port that nothing listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
