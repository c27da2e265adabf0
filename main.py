"""Serve the API: ``python main.py``, or ``uvicorn main:app``."""

from __future__ import annotations

import sys

import uvicorn

from ingestion import broker, config, logs, migrations, orphans
from ingestion.api import create_app
from ingestion.startup import explained

app = create_app()


def main() -> int:
    """Bring the database up to date, then serve until a signal comes."""
    orphans.follow_supervisor()
    with explained():
        current = config.settings()
        logs.configure("api")
        migrations.upgrade()
        broker.redis_url()
    uvicorn.run(
        app, host=current.api_host, port=current.api_port, log_config=None, access_log=current.log_level == "DEBUG"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
