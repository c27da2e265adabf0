"""Facts and counts as Prometheus reads them, and which of Scrapy's statistics are counted."""

from __future__ import annotations

from dataclasses import replace

from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from ingestion import series
from ingestion.crawl.counting import shown
from ingestion.health import Facts, Jobs, Queue, Schema, Server, Site
from ingestion.metrics import Measured, text
from ingestion.series import ALL
from tests.test_health import AWAY, GOOD, WELL, WORKER

FACTS = replace(
    WELL,
    queues=(Queue(name="ingestion", size=4, due=3, oldest_wait_seconds=12.5), Queue(name="ingestion-low")),
    jobs=(
        Jobs(status="error", site="royalroad", kind="blocked", count=2),
        Jobs(status="error", site="royalroad", kind="blocked", count=1),
        Jobs(status="queued", site="", kind="", count=3),
    ),
    done=1000,
    stranded=1,
    workers=(WORKER, replace(WORKER, busy=True), replace(WORKER, stale=True)),
    sites=(Site(host="a.example", site="madara", state="failing", reasons=()),),
)


def values(told: str) -> dict[str, float]:
    """Each sample's value, by its name and labels as they are written."""
    return {
        f"{s.name}{{{','.join(f'{k}={v}' for k, v in sorted(s.labels.items()))}}}": s.value
        for family in text_string_to_metric_families(told)
        for s in family.samples
    }


def told(facts: Facts, accept: str = "") -> str:
    return text(facts, accept)[0].decode()


def test_what_stands_there_now_is_told_in_gauges():
    away = replace(FACTS, servers=replace(GOOD, redis=AWAY))  # so that nobody asks one
    found = values(told(away))

    assert found["quire_jobs{kind=blocked,site=royalroad,status=error}"] == 3
    assert found["quire_jobs{kind=,site=,status=queued}"] == 3
    assert (found["quire_jobs_done{}"], found["quire_jobs_stranded{}"]) == (1000, 1)
    assert found["quire_queue_oldest_wait_seconds{queue=ingestion}"] == 12.5
    assert found["quire_sites_in_trouble{site=madara,state=failing}"] == 1
    assert (found["quire_server_up{server=postgresql}"], found["quire_server_up{server=redis}"]) == (1, 0)
    assert "quire_queue_size{queue=ingestion-low}" not in found
    assert not any(name.startswith("quire_workers") for name in found)


def test_with_tables_of_before_no_worker_is_said_to_be_missing():
    behind = Facts(servers=replace(GOOD, schema=Schema.BEHIND))

    assert [family.name for family in Measured(behind, {}).collect()] == [
        "quire",
        "quire_server_up",
        "quire_server_answer_seconds",
        "quire_tables_current",
    ]


def test_workers_are_told_apart_by_what_they_do():
    families = {family.name: family for family in Measured(FACTS, {}).collect()}

    found = {sample.labels["state"]: sample.value for sample in families["quire_workers"].samples}
    assert found == {"busy": 1, "idle": 1, "stale": 1}


def test_without_postgresql_only_what_is_away_is_told():
    found = values(told(Facts(servers=replace(GOOD, postgresql=Server(error="gone")))))

    assert {name.partition("{")[0] for name in found} == {
        "quire_info",
        "quire_server_up",
        "quire_server_answer_seconds",
        "quire_tables_current",
    }


def test_a_histogram_s_buckets_hold_all_that_is_below_them():
    parts = {"0.1": 2.0, "1": 1.0, "+Inf": 1.0, "sum": 30.0}
    (family,) = [f for f in Measured(FACTS, {series.STAGES: {("one", "saving"): parts}}).collect() if "stage" in f.name]

    buckets = {s.labels["le"]: s.value for s in family.samples if s.name.endswith("_bucket")}
    rest = {s.name: s.value for s in family.samples if not s.name.endswith("_bucket")}
    assert (buckets["0.1"], buckets["0.5"], buckets["1"], buckets["14400"], buckets["+Inf"]) == (2, 2, 3, 3, 4)
    assert rest == {"quire_stage_seconds_count": 4, "quire_stage_seconds_sum": 30}


def test_both_of_prometheus_s_formats_are_spoken():
    away = replace(FACTS, servers=replace(GOOD, redis=AWAY))
    body, content_type = text(away, "application/openmetrics-text; version=1.0.0")

    assert content_type.startswith("application/openmetrics-text")
    assert {family.name for family in openmetrics(body.decode())} >= {"quire", "quire_jobs", "quire_queue_due"}
    assert text(away, "")[1].startswith("text/plain")


def test_each_series_has_a_name_of_its_own():
    assert len({one.name for one in ALL}) == len(ALL)


def test_scrapy_s_statistics_are_shown_by_series_and_label():
    stats = {
        "downloader/response_status_count/404": 2,
        "downloader/exception_type_count/twisted.internet.error.TimeoutError": 1,
        "downloader/response_bytes": 99,
        "log_count/INFO": 7,
    }

    assert list(shown(stats)) == [
        ("downloader/response_status_count/404", series.ANSWERS, {"status": "404"}),
        (
            "downloader/exception_type_count/twisted.internet.error.TimeoutError",
            series.FAILURES,
            {"error": "TimeoutError"},
        ),
        ("downloader/response_bytes", series.BYTES, {}),
    ]
