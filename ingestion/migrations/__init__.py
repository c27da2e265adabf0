"""Alembic's migrations, and the two calls that a program needs: bring the database up to date, and ask whether it is."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from ingestion import db


def upgrade(engine: Engine | None = None, *, revision: str = "head") -> None:
    """Bring the database up to `revision`. Safe to call from many processes at once: one migrates, the others wait."""
    command.upgrade(_config(engine), revision)


def downgrade(revision: str) -> None:
    """Take the database back to `revision`."""
    command.downgrade(_config(None), revision)


def is_current() -> bool:
    """Whether the database has every migration that this program knows."""
    with db.engine().connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return current == ScriptDirectory.from_config(_config(None)).get_current_head()


def _config(engine: Engine | None) -> Config:
    config = Config()
    config.attributes["engine"] = engine or db.engine()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
