"""What is counted, by name: each has labels of few values (a site is a spider's name, never a host or a URL)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """A counter, or with `buckets` (upper bounds, seconds) a histogram, and what its values are told apart by."""

    name: str
    about: str
    labels: tuple[str, ...] = ("site",)
    buckets: tuple[float, ...] = ()


ATTEMPTS = Series(
    name="quire_attempts", about="Attempts at jobs that ended, by how: done, or why not.", labels=("site", "outcome")
)
STAGES = Series(
    name="quire_stage_seconds",
    about="Seconds that an attempt spent in a stage.",
    labels=("site", "stage"),
    buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14_400),
)
ANSWERS = Series(name="quire_answers", about="Answers of sites, by HTTP status.", labels=("site", "status"))
FAILURES = Series(
    name="quire_request_failures", about="Requests to sites that got no answer, by error.", labels=("site", "error")
)
BYTES = Series(name="quire_received_bytes", about="Bytes that sites sent, as transferred.")
STORED = Series(name="quire_pages_stored", about="Pages put into the page store.")
REUSED = Series(name="quire_pages_reused", about="Pages taken from the page store, unasked.")
RETRIES = Series(name="quire_page_retries", about="Pages asked for again after a transient error.")
PICTURES = Series(name="quire_pictures_stored", about="Pictures put into the picture store.")
WAITS = Series(name="quire_pace_waits", about="Requests that had a turn at their host.")
WAITED = Series(name="quire_pace_wait_seconds", about="Seconds that requests waited for their turn.")
REQUESTS = Series(
    name="quire_api_request_seconds",
    about="Seconds that the API took to answer, by route and status.",
    labels=("method", "route", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
ALL = (
    ATTEMPTS,
    STAGES,
    ANSWERS,
    FAILURES,
    BYTES,
    STORED,
    REUSED,
    RETRIES,
    PICTURES,
    WAITS,
    WAITED,
    REQUESTS,
)
