"""What happens, counted by every process on every machine into one hash in Redis, for `/metrics` of any API process to show.

A worker's child lives for one job and leaves nothing behind that could be scraped, and its machine may have no API; the files of
prometheus_client's multiprocess mode are of one machine, and pile up, one a child. Who empties Redis sets the counters back to
zero, which Prometheus expects of counters. A process that is killed takes along what it has not yet written down, some seconds' worth.
"""

from __future__ import annotations

import json
import os
import threading
import time
from bisect import bisect_left
from collections.abc import Mapping

import structlog
from redis import RedisError

from ingestion import broker
from ingestion.embedded import EmbeddedError
from ingestion.series import ALL, ATTEMPTS, STAGES, Series
from ingestion.status import JobStatus

log = structlog.get_logger(__name__)

KEY = "quire:counts"
#: How often a process writes down what it has counted.
WRITE_SECONDS = 5.0
SUM = "sum"
INFINITE = "+Inf"

#: Of one series: its values by labels, and by part: the empty one of a counter, a histogram's buckets and their sum.
Values = dict[tuple[str, ...], dict[str, float]]


class Tally:
    """What this process has counted and not yet written down."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew: what a parent has counted is not its child's to write down."""
        self._lock = threading.Lock()
        self._counted: dict[str, float] = {}
        self._written_at = time.monotonic()

    @property
    def is_due(self) -> bool:
        """Whether it should be written down."""
        return time.monotonic() - self._written_at > WRITE_SECONDS

    def add(self, series: Series, value: float = 1, **labels: str) -> None:
        """Count so many more."""
        self._keep({_field(series, labels, ""): value})

    def observe(self, series: Series, value: float, **labels: str) -> None:
        """Count one of so much, in a histogram."""
        bound = bounds(series)[bisect_left(series.buckets, value)]
        self._keep({_field(series, labels, bound): 1, _field(series, labels, SUM): value})

    def write(self) -> None:
        """Add it to what all have counted. What Redis does not take now is kept for the next time."""
        with self._lock:
            counted, self._counted = self._counted, {}
            self._written_at = time.monotonic()
        if not counted:
            return
        try:
            with broker.prompt_connection().pipeline() as pipeline:
                for field, value in counted.items():
                    pipeline.hincrbyfloat(KEY, field, value)
                pipeline.execute()
        except (RedisError, EmbeddedError) as error:  # a kit's command runs without any server
            log.debug("Redis is away; what was counted waits", error=str(error).splitlines()[:1])
            self._keep(counted)

    def _keep(self, more: dict[str, float]) -> None:
        with self._lock:
            for field, value in more.items():
                self._counted[field] = self._counted.get(field, 0) + value


#: This process's.
tally = Tally()
os.register_at_fork(after_in_child=tally.forget)


def attempt(*, site: str, outcome: str, stages: Mapping[JobStatus, float]) -> None:
    """An attempt at a job has ended so, after so many seconds in each stage. Everything is written down: its process ends, too."""
    tally.add(ATTEMPTS, site=site, outcome=outcome)
    for stage, seconds in stages.items():
        tally.observe(STAGES, seconds, site=site, stage=stage.value)
    tally.write()


def read() -> dict[Series, Values]:
    """What all have counted, of every series. Raises redis.RedisError."""
    found: dict[Series, Values] = {series: {} for series in ALL}
    known = {series.name: series for series in ALL}
    for field, value in broker.prompt_connection().hgetall(KEY).items():
        name, *labels, part = json.loads(field)
        # Another version of this program may have counted other things, or the same by other labels.
        if (series := known.get(name)) is not None and len(labels) == len(series.labels):
            found[series].setdefault(tuple(labels), {})[part] = float(value)
    return found


def bounds(series: Series) -> list[str]:
    """The names of a histogram's buckets, the last without an end."""
    return [*map(str, series.buckets), INFINITE]


def _field(series: Series, labels: dict[str, str], part: str) -> str:
    return json.dumps([series.name, *(labels[name] for name in series.labels), part])
