"""The tables that the migrations make are the tables that the program knows."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, text

from ingestion import db, intake, migrations
from ingestion.models import Base, Job

pytestmark = pytest.mark.usefixtures("environment")


def test_models_and_migrations_agree():
    with db.engine().connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)

    assert differences == []


def test_dry_runs_do_not_outlive_the_tables_that_know_of_them():
    for dry_run in (False, True, True):
        intake.submit("https://site.example/novel/1", dry_run=dry_run)
    migrations.downgrade("0007")
    migrations.upgrade()

    with db.transaction() as session:
        assert [job.dry_run for job in session.scalars(select(Job))] == [False]


def test_a_job_of_before_knows_its_host_and_since_when_its_pages_are_fresh():
    migrations.downgrade("0001")
    before = "INSERT INTO job (source_url, canonical_url, status, priority, refresh, attempt, released, pages_done, chapters_saved, chapters_missing, created_at) VALUES (:url, :url, 'error', 'default', 'new', 2, 0, 7, 0, 0, '2026-01-01T00:00Z')"
    with db.transaction() as session:
        session.execute(text(before), {"url": "https://site.example:8443/novel/1"})
    migrations.upgrade()

    with db.transaction() as session:
        job = session.scalars(select(Job)).one()
    assert (job.host, job.fresh_since) == ("site.example:8443", job.created_at)
