"""Run by Alembic: migrate over our own engine, under an advisory lock so that only one process migrates at a time."""

from alembic import context
from sqlalchemy import text

from ingestion.models import Base

MIGRATION_LOCK = 4_200_001

with context.config.attributes["engine"].connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        context.run_migrations()
