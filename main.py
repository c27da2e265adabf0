"""Serve the API and the pages: ``python main.py``, or ``uvicorn main:app``, which asks for tokens wherever other machines reach it."""

from __future__ import annotations

import contextlib
import socket
import sys

from ingestion import broker, config, db, joblog, logs, migrations, orphans, systemd, tokens, web
from ingestion.api import create_app
from ingestion.api.server import Server
from ingestion.startup import explained

with explained():
    logs.configure("api")
    app = web.install(create_app())

WATCHDOG_SECONDS = 5


class Announced(Server):
    """The API's server, telling systemd when it listens, that its event loop turns, and that it stops."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        systemd.ready("listening")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        systemd.stopping()
        await super().shutdown(sockets)


async def tell_alive() -> None:
    systemd.alive()


def server(current: config.Settings) -> Announced:
    """What serves the API as these settings say."""
    return Announced(
        app,
        host=current.api_host,
        port=current.api_port,
        access_log=current.log_level == "DEBUG",
        callback_notify=tell_alive,
        timeout_notify=WATCHDOG_SECONDS,
    )


def main() -> int:
    """Bring the database up to date, then serve until a signal comes."""
    orphans.follow_supervisor()
    with explained():
        current = config.settings()
        joblog.keep()
        migrations.upgrade()
        with db.transaction() as session:
            tokens.refuse_unguarded(session, current)
        broker.redis_url()
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn has shut down by then, and passes it on
        server(current).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
