"""The project's programs as processes: executed, as an operator's are, or forked from the test's own, with all imported before they begin."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import runpy
import signal
import subprocess
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from ingestion.system import ROOT
from tests.conftest import forget


class Forked:
    """A child of this process, looked after as a `subprocess.Popen` is."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if ended else None
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        deadline = time.monotonic() + (timeout or float("inf"))
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


Process: TypeAlias = subprocess.Popen[bytes] | Forked
#: Begins a program: its words behind `python`, its environment, where it writes.
Begin: TypeAlias = Callable[[Sequence[str], Mapping[str, str], Path], Process]


def executed(words: Sequence[str], environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """``python …words`` with this environment, in a session of its own."""
    command = [sys.executable, *words]
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def forked(words: Sequence[str], environment: Mapping[str, str], log: Path | None = None) -> Forked:
    """The same for a program of ours, which costs a hundredth of a second instead of two. Without a log it writes where the test does."""
    if (pid := os.fork()) == 0:
        _run(words, environment, log)
    return Forked(pid)


def _run(words: Sequence[str], environment: Mapping[str, str], log: Path | None) -> None:
    code = 1
    try:
        os.setsid()
        _let_go(log)
        os.chdir(ROOT)
        os.environ.clear()
        os.environ.update(environment)
        forget()
        sys.argv = list(words)
        runpy.run_path(str(ROOT / words[0]), run_name="__main__")
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError):
            sys.stderr.flush()
        os._exit(code)


def _let_go(log: Path | None) -> None:
    """Keep nothing of the test's: no connection, no listening socket that it will close, no signal handler, no filter of warnings."""
    faulthandler.disable()
    if log is not None:
        with log.open("ab") as output:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
    with open(os.devnull, "rb") as nothing:
        for number in {int(name) for name in os.listdir("/dev/fd")} - {1, 2}:
            with contextlib.suppress(OSError):  # the one that listed them
                os.fstat(number)
                # Not closed: what believes that it is open may close it itself, and by then it would be another's.
                os.dup2(nothing.fileno(), number)
    sys.stdout, sys.stderr = (open(number, "w", buffering=1, closefd=False) for number in (1, 2))  # noqa: SIM115
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    warnings.simplefilter("ignore")
