"""Which failures of a job are tried again without being asked for, and when. What is left over is the dead-letter list.

A page's transient errors are retried before, within the crawl; see `ingestion.crawl.retrying`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from ingestion import config
from ingestion.errors import Blocked, Crashed, Incomplete, IngestionError, SiteTimeout, Unreachable

#: What may be otherwise in a while. Anything else (not found, robots, an unknown site, a page that cannot be read, a
#: forbidden address, too much of it) would only cost the site the same requests again: a person decides.
RETRIED = frozenset(error.kind for error in (Blocked, Unreachable, SiteTimeout, Crashed))
#: A site may ask to be left alone for longer than any backoff, but not for ever.
LONGEST_RETRY_AFTER_SECONDS = 24 * 3600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Backoff:
    """How often a job is tried, and how long it rests in between: exponential, with jitter, so that jobs that failed together
    do not come back together (Brooker, "Exponential Backoff And Jitter", 2015: "equal jitter").
    """

    max_attempts: int
    first_seconds: float
    longest_seconds: float

    @classmethod
    def as_set(cls) -> Backoff:
        """As the settings say."""
        ours = config.settings()
        return cls(
            max_attempts=ours.max_attempts, first_seconds=ours.retry_seconds, longest_seconds=ours.retry_max_seconds
        )

    def rest(self, error: IngestionError, spent: int) -> float | None:
        """Seconds until the next attempt after `spent` ones, the last ended by `error`; None when there is none.

        A site's Retry-After wins where it is longer: zero is what servers send that never thought about it.
        """
        if not is_retried(error) or spent >= self.max_attempts:
            return None
        full = min(self.longest_seconds, self.first_seconds * 2.0 ** min(spent - 1, 60))
        asked = min(error.retry_after or 0.0, LONGEST_RETRY_AFTER_SECONDS)
        return max(full * random.uniform(0.5, 1), asked + random.uniform(0, 1) * bool(asked))  # noqa: S311 - no secrets


def is_retried(error: IngestionError) -> bool:
    """Whether it may be otherwise in a while; of an incomplete novel, whether any of its chapters may."""
    kinds = error.kinds if isinstance(error, Incomplete) else {error.kind}
    return not RETRIED.isdisjoint(kinds)
