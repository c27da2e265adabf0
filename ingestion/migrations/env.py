"""Run by Alembic: migrate over our own engine, under an advisory lock so that only one process migrates at a time."""

import structlog
from alembic import context
from sqlalchemy import text

from ingestion.models import Base

MIGRATION_LOCK = 4_200_001
log = structlog.get_logger(__name__)

with context.config.attributes["engine"].connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        known = {script.revision for script in context.script.walk_revisions()}
        if newer := set(context.get_context().get_current_heads()) - known:
            log.warning("the database is of a newer version than this program, which goes on all the same", newer=newer)
        else:
            context.run_migrations()
