"""Serve the API: ``python main.py``, or ``uvicorn main:app``, which asks for tokens wherever other machines reach it."""

from __future__ import annotations

import sys

import uvicorn

from ingestion import broker, config, db, logs, migrations, orphans, tokens
from ingestion.api import create_app
from ingestion.startup import explained

with explained():
    app = create_app()


def main() -> int:
    """Bring the database up to date, then serve until a signal comes."""
    orphans.follow_supervisor()
    with explained():
        current = config.settings()
        logs.configure("api")
        migrations.upgrade()
        with db.transaction() as session:
            tokens.refuse_unguarded(session, current)
        broker.redis_url()
    uvicorn.run(
        app, host=current.api_host, port=current.api_port, log_config=None, access_log=current.log_level == "DEBUG"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
