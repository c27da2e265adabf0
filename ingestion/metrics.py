"""The service's numbers for Prometheus: what stands in PostgreSQL and Redis now, and what all processes have counted.

Every API process shows the same, so it does not matter which is asked; where several are, `max without (instance)` comes before a sum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from redis import RedisError

from ingestion import VERSION, counts
from ingestion.counts import Values
from ingestion.health import Facts
from ingestion.series import Series

OF_QUEUES = {
    "size": "Jobs or tasks that the queue holds in Redis.",
    "due": "Those that wait and could be begun.",
    "scheduled": "Those that rest until a time.",
    "failed": "Those in ERROR.",
    "oldest_wait_seconds": "Seconds that the oldest that is due has waited.",
}


class Measured(Collector):
    """The facts, and what was counted, as Prometheus's families of metrics."""

    def __init__(self, facts: Facts, counted: Mapping[Series, Values]) -> None:
        self._facts = facts
        self._counted = counted

    def collect(self) -> Iterator[Metric]:
        """Every family that is known, whether it has values or not."""
        yield InfoMetricFamily("quire", "The program.", {"version": VERSION})
        yield from _of_servers(self._facts)
        if self._facts.servers.have_tables:
            yield from _of_jobs(self._facts)
            yield from _of_queues(self._facts)
        for series, values in self._counted.items():
            yield _histogram(series, values) if series.buckets else _counter(series, values)


def text(facts: Facts, accept: str) -> tuple[bytes, str]:
    """The text and its content type, in the format that the header `accept` prefers. A server's numbers are left out while it is away."""
    encode, content_type = choose_encoder(accept)
    return encode(Measured(facts, _counted(facts))), content_type


def _counted(facts: Facts) -> Mapping[Series, Values]:
    if facts.servers.postgresql.error or facts.servers.redis.error:
        return {}
    try:
        counts.tally.write()
        return counts.read()
    except RedisError:
        return {}


def _of_servers(facts: Facts) -> Iterator[Metric]:
    servers = {"postgresql": facts.servers.postgresql, "redis": facts.servers.redis}
    up = {(name,): float(server.error is None) for name, server in servers.items()}
    took = {(name,): server.seconds for name, server in servers.items() if server.seconds is not None}
    yield _gauge("quire_server_up", "Whether the server answers.", ("server",), up.items())
    yield _gauge("quire_server_answer_seconds", "Seconds that it took to answer.", ("server",), took.items())
    current = float(facts.servers.have_tables)
    yield _gauge("quire_tables_current", "Whether the tables are up to date.", (), [((), current)])


def _of_jobs(facts: Facts) -> Iterator[Metric]:
    jobs: Counter[tuple[str, ...]] = Counter()
    for one in facts.jobs:
        jobs[one.status, one.site, one.kind] += one.count
    troubled = Counter((site.site, site.state) for site in facts.sites)
    yield _gauge("quire_jobs", "Jobs that are not DONE.", ("status", "site", "kind"), jobs.items())
    yield _gauge("quire_jobs_done", "Jobs that are DONE, by PostgreSQL's estimate.", (), [((), facts.done)])
    yield _gauge("quire_jobs_stranded", "Jobs and tasks that no queue or worker holds.", (), [((), facts.stranded)])
    acts = [((), float(facts.scheduler is not None))] if facts.followed else []
    yield _gauge("quire_scheduler_up", "Whether a scheduler acts; told where novels are followed.", (), acts)
    yield _gauge("quire_paused_hosts", "Hosts of which no job is begun.", (), [((), len(facts.paused))])
    yield _gauge("quire_sites_in_trouble", "Hosts not read as usual.", ("site", "state"), troubled.items())


def _of_queues(facts: Facts) -> Iterator[Metric]:
    for name, about in OF_QUEUES.items():
        values = {(queue.name,): getattr(queue, name) for queue in facts.queues if getattr(queue, name) is not None}
        yield _gauge(f"quire_queue_{name}", about, ("queue",), values.items())
    if facts.servers.redis.error is None:
        states = dict.fromkeys([("busy",), ("idle",), ("stale",)], 0)
        for worker in facts.workers:
            states["stale" if worker.stale else "busy" if worker.busy else "idle",] += 1
        yield _gauge("quire_workers", "Workers, by what they do.", ("state",), states.items())


def _gauge(
    name: str, about: str, labels: tuple[str, ...], values: Iterable[tuple[tuple[str, ...], float]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, about, labels=labels)
    for labelled, value in values:
        family.add_metric(labelled, value)
    return family


def _counter(series: Series, values: Values) -> CounterMetricFamily:
    family = CounterMetricFamily(series.name, series.about, labels=series.labels)
    for labelled, parts in values.items():
        family.add_metric(labelled, parts.get("", 0.0))
    return family


def _histogram(series: Series, values: Values) -> HistogramMetricFamily:
    family = HistogramMetricFamily(series.name, series.about, labels=series.labels)
    for labelled, parts in values.items():
        total, buckets = 0.0, []
        for bound in counts.bounds(series):
            total += parts.get(bound, 0.0)
            buckets.append((bound, total))
        family.add_metric(labelled, buckets, sum_value=parts.get(counts.SUM, 0.0))
    return family
