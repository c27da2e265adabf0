"""Alembic's migrations, and the two calls that a program needs: bring the database up to date, and ask whether it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, func, select, text

from ingestion import db

if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent


def upgrade(engine: Engine | None = None) -> None:
    """Bring the database up to date. Safe to call from many processes at once: one migrates, the others wait.

    Every program asks at its start, and nearly always there is nothing to do: then it is spared the import of Alembic.
    """
    if not is_current(engine):
        from alembic import command

        command.upgrade(_config(engine), "head")


def downgrade(revision: str) -> None:
    """Take the database back to `revision`."""
    from alembic import command

    command.downgrade(_config(None), revision)


def is_current(engine: Engine | None = None) -> bool:
    """Whether the last migration that the database had is the last that this program knows."""
    with (engine or db.engine()).connect() as connection:
        if connection.scalar(select(func.to_regclass("alembic_version"))) is None:
            return False
        version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version == _newest()


def _newest() -> str:
    """The revisions are numbers, and their files begin with them."""
    return max(file.name for file in (HERE / "versions").glob("[0-9]*.py")).partition("_")[0]


def _config(engine: Engine | None) -> Config:
    from alembic.config import Config

    config = Config()
    config.attributes["engine"] = engine or db.engine()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    return config
