"""Settings that stand in files of their own, and secrets that errors must not repeat."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion import config
from ingestion.config import ConfigError, Settings
from tests.conftest import configure, forget

ENTRY = f"ci:read:{'0f' * 32}"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    forget()
    yield
    forget()


def test_any_setting_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "url").write_text("postgresql://me:s3cret@db/x\n")
    (tmp_path / "tokens").write_text(f"{ENTRY}\n\nphone:write:{'ab' * 32}\n")
    (tmp_path / "workers").write_text("5")
    configure(monkeypatch, DATABASE_URL_FILE="url", API_TOKENS_FILE=str(tmp_path / "tokens"), WORKERS_FILE="workers")

    current = config.settings()
    assert current.database_url == "postgresql+psycopg2://me:s3cret@db/x"
    assert (current.api_tokens, current.workers) == ((ENTRY, f"phone:write:{'ab' * 32}"), 5)


def test_the_environment_wins_over_the_env_file_whichever_of_them_names_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    (tmp_path / "url").write_text("redis://of-the-file")
    (tmp_path / ".env").write_text("REDIS_URL_FILE=url\nWORKERS=3\n")
    (tmp_path / "workers").write_text("5")
    configure(monkeypatch, WORKERS_FILE="workers")
    first = config.settings()
    configure(monkeypatch, REDIS_URL="redis://of-the-environment")

    assert (first.redis_url, first.workers) == ("redis://of-the-file", 5)
    assert config.settings().redis_url == "redis://of-the-environment"


def test_a_child_gets_the_value_in_place_of_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "url").write_text("redis://of-the-file")
    configure(monkeypatch, REDIS_URL_FILE="url")
    first = config.settings()
    configure(monkeypatch, **config.environment_of(first))

    assert config.settings() == first


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"REDIS_URL_FILE": "absent"}, "REDIS_URL_FILE: absent cannot be read"),
        ({"REDIS_URL_FILE": "."}, r"REDIS_URL_FILE: \. cannot be read"),
        ({"REDIS_URL_FILE": "empty"}, "REDIS_URL_FILE: empty is empty"),
        ({"REDIS_URL_FILE": "empty", "REDIS_URL": "redis://x"}, "REDIS_URL and REDIS_URL_FILE are both set"),
        ({"REDIS_URL_FIEL": "empty"}, r"REDIS_URL_FIEL \(did you mean REDIS_URL_FILE\?\)"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_by_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, values: dict[str, str], says: str
):
    (tmp_path / "empty").write_text("\n")
    configure(monkeypatch, **values)

    with pytest.raises(ConfigError, match=says):
        config.settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://me:s3cret@localhost/x"),
        ("DATABASE_URL", "postgresql://me:s3cret/1@localhost/x"),
        ("REDIS_URL", "redis://:s3cret#1@localhost/x"),
        ("REDIS_URL", "http://:s3cret@localhost/x"),
        ("API_TOKENS", "phone:write:s3cret"),
        ("API_TOKENS", "s3cret"),
    ],
)
def test_a_bad_value_is_not_repeated_where_it_may_hold_a_secret(monkeypatch: pytest.MonkeyPatch, name: str, value: str):
    configure(monkeypatch, **{name: value})

    with pytest.raises(ConfigError, match=name) as told:
        config.settings()
    assert "s3cret" not in str(told.value)
