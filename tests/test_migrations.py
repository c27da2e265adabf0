"""The tables that the migrations make are the tables that the program knows."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from ingestion import db, migrations
from ingestion.models import Base

pytestmark = pytest.mark.usefixtures("environment")


def test_models_and_migrations_agree():
    with db.engine().connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)

    assert differences == []


def test_every_migration_can_be_undone_and_done_again():
    migrations.downgrade("base")
    assert not migrations.is_current()
    migrations.upgrade()

    assert migrations.is_current()
