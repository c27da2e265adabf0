"""Alembic's migrations, and the two calls that a program needs: bring the database up to date, and ask whether it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, func, select, text

from ingestion import db

if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent
VERSIONS = HERE / "versions"


def upgrade(engine: Engine | None = None, *, revision: str = "head") -> None:
    """Bring the database up to `revision`. Safe to call from many processes at once: one migrates, the others wait.

    One that a newer version has brought further is left as it is: its tables do for the version before, too. Every program asks
    at its start, and nearly always there is nothing to do: then it is spared the import of Alembic.
    """
    if revision != "head" or current(engine) != revisions()[-1]:
        from alembic import command

        command.upgrade(_config(engine), revision)


def downgrade(revision: str) -> None:
    """Take the database back to `revision`."""
    from alembic import command

    command.downgrade(_config(None), revision)


def current(engine: Engine | None = None) -> str | None:
    """The newest migration that the database has; None when it has none."""
    with (engine or db.engine()).connect() as connection:
        if connection.scalar(select(func.to_regclass("alembic_version"))) is None:
            return None
        version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def revisions() -> list[str]:
    """Every migration that this program has, oldest first. They are numbers, and their files begin with them."""
    return sorted(file.name.partition("_")[0] for file in VERSIONS.glob("[0-9]*.py"))


def is_current() -> bool:
    """Whether the database has every migration that this program knows; it may have those of a newer version."""
    known, now = revisions(), current()
    return now == known[-1] or (now is not None and now not in known)


def _config(engine: Engine | None) -> Config:
    from alembic.config import Config

    config = Config()
    config.attributes["engine"] = engine or db.engine()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    return config
