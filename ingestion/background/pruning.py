"""The task of letting go of what is old (`ingestion.prune`)."""

from __future__ import annotations

from typing import Any

from ingestion import prune
from ingestion.background.kinds import Ending
from ingestion.lease import Lease


def run(_args: dict[str, Any], _lease: Lease) -> Ending:
    """Prune as the settings say. The result is how many of each there were. Raises OSError for the pictures."""
    counts = {pruned.what: pruned.count for pruned in prune.prune()}
    return lambda _: dict(counts)
