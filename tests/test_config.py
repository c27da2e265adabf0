"""Settings: defaults, and faults told by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion import config
from ingestion.config import ConfigError, Settings
from ingestion.system import ROOT
from ingestion.values import LogFormat
from tests.conftest import configure, forget


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    forget()
    yield
    forget()


def test_everything_is_optional():
    current = config.settings()

    assert (current.database_url, current.redis_url, str(current.data_dir)) == (None, None, "data")
    assert (current.api_host, current.api_port, current.workers, current.pace_seconds) == ("127.0.0.1", 8000, 2, 1.0)
    assert (current.allowed_networks, current.log_level, current.log_format) == ((), "INFO", LogFormat.AUTO)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("API_PORT", "http"),
        ("WORKERS", "0"),
        ("PACE_SECONDS", "-1"),
        ("ALLOWED_NETWORKS", "everything"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
        ("REDIS_URL", "http://localhost"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("SITE_ALIASES", "mirror"),
        ("PICTURES_STORE", "ftp://shelf"),
        ("PICTURES_STORE", "s3://"),
        ("KEEP_JOBS_DAYS", "3000000"),
        ("API_TOKENS", "phone:write:short"),
        ("API_TOKENS", f"phone:admin:{'0' * 64}"),
        ("INGEST_RATE", "-1"),
        ("FOLLOW_QUIET_HOURS", "at night"),
        ("MAX_BODY_BYTES", "1"),
        ("NOTIFY_URLS", "me@example.org"),
        ("NOTIFY_ON", "job.began"),
    ],
)
def test_a_bad_value_fails_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str):
    configure(monkeypatch, **{name: value})

    with pytest.raises(ConfigError, match=name):
        config.settings()


def test_the_env_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / ".env").write_text(
        "WORKERS=5\nAPI_PORT=9000\nDATABASE_URL=postgres://me:p%40ss@db/x\nPGSSLMODE=require\n"
    )
    configure(monkeypatch, WORKERS="7", RQ_REDIS_URL="redis://another")

    current = config.settings()
    assert (current.workers, current.api_port) == (7, 9000)
    assert current.database_url == "postgresql+psycopg2://me:p%40ss@db/x"


def test_an_unknown_name_in_the_env_file_fails_by_name(tmp_path: Path):
    (tmp_path / ".env").write_text("WORKRES=5\n")

    with pytest.raises(ConfigError, match=r"WORKRES \(did you mean WORKERS\?\)"):
        config.settings()


def test_a_slip_in_the_environment_fails_by_name(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, PACE_SECOND="2")

    with pytest.raises(ConfigError, match=r"PACE_SECOND \(did you mean PACE_SECONDS\?\)"):
        config.settings()


def test_a_child_gets_the_same_settings(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, ALLOWED_NETWORKS="127.0.0.0/8,::1/128", SITE_ALIASES="a.example=royalroad", WORKERS="3")
    configure(monkeypatch, NOTIFY_URLS="ntfys://a,b json://c/d", NOTIFY_ON="job.done,job.error")
    first = config.settings()
    configure(monkeypatch, **config.environment_of(first))

    assert config.settings() == first
    assert first.notify_urls == ("ntfys://a,b", "json://c/d")


def test_the_example_file_names_every_setting_with_its_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    lines = (ROOT / ".env.example").read_text().splitlines()
    given = dict(line.removeprefix("#").split("=", 1) for line in lines if "=" in line and not line.startswith("# "))
    (tmp_path / ".env").write_text("\n".join(f"{name}={value}" for name, value in given.items()))

    assert set(given) == {name.upper() for name in Settings.model_fields}
    assert config.settings() == Settings()
