"""How the queues stand."""

from __future__ import annotations

from fastapi import APIRouter

from ingestion import standing
from ingestion.standing import Standing

router = APIRouter(tags=["queues"])


@router.get("/queues")
def list_queues() -> Standing:
    """Each queue: its bells in Redis and the workers that listen, and the jobs in PostgreSQL that wait."""
    return standing.look()
