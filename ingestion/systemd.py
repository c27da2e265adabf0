"""What this process tells systemd: that it is ready, that it still works, that it stops (sd_notify(3)).

Only a unit of `Type=notify` listens (it names a socket in the environment); without one, nothing is said. A child that was
forked is silent: it is not the one that systemd watches.
"""

from __future__ import annotations

import contextlib
import os
import socket

from ingestion import config

TELL_SECONDS = 1.0
_SPEAKER = os.getpid()


def ready(status: str) -> None:
    """Let who waits for this unit go on. To say it again changes no more than the line that `systemctl status` shows."""
    _tell(f"READY=1\nSTATUS={status}")


def alive() -> None:
    """Put off the end that systemd makes of what is silent for as long as WatchdogSec says."""
    _tell("WATCHDOG=1")


def stopping() -> None:
    """Tell that the end is meant."""
    _tell("STOPPING=1\nSTATUS=stopping")


def _tell(lines: str) -> None:
    address = config.notify_socket()
    if address is None or os.getpid() != _SPEAKER:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaking:
        speaking.settimeout(TELL_SECONDS)
        # That nobody listens any longer is no reason to stop working.
        with contextlib.suppress(OSError):
            speaking.sendto(lines.encode(), address)
