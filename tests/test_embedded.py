"""The embedded servers and the folder they keep."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import psycopg2
import pytest
from redis import Redis

from ingestion import embedded
from ingestion.embedded import EmbeddedError


def test_data_outlives_the_servers_in_a_path_with_spaces(tmp_path: Path):
    folder = tmp_path / "my data"
    with embedded.serve(folder, durable=False) as urls:
        with psycopg2.connect(urls.database_url.replace("+psycopg2", "")) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        connection.close()
    with embedded.serve(folder, durable=False) as urls:
        connection = psycopg2.connect(urls.database_url.replace("+psycopg2", ""))
        with connection.cursor() as cursor:
            cursor.execute("SELECT answer FROM kept")
            assert cursor.fetchone() == (42,)
        connection.close()


def test_one_folder_is_served_once_and_others_find_it(tmp_path: Path):
    with embedded.serve(tmp_path, durable=False) as urls:
        assert embedded.running(tmp_path) == urls
        with pytest.raises(EmbeddedError, match="in use by another"), embedded.serve(tmp_path):
            pass
    with pytest.raises(EmbeddedError, match=r"cli\.py up"):
        embedded.running(tmp_path)


def test_nothing_listens_on_the_network(servers: embedded.Urls):
    with Redis.from_url(servers.redis_url) as client:
        assert client.config_get("port") == {"port": "0"}
    connection = psycopg2.connect(servers.database_url.replace("+psycopg2", ""))
    with connection.cursor() as cursor:
        cursor.execute("SHOW listen_addresses")
        assert cursor.fetchone() == ("",)
    connection.close()


def test_a_cluster_that_was_half_made_is_made_anew(tmp_path: Path):
    (tmp_path / "postgres.unfinished").mkdir()
    (tmp_path / "postgres.unfinished" / "PG_VERSION").write_text("18\n")

    with embedded.serve(tmp_path, durable=False) as urls:
        assert urls.database_url.startswith("postgresql")


def test_what_a_killed_run_left_in_the_temporary_folder_is_cleared(tmp_path: Path):
    stale = Path(tempfile.mkdtemp(prefix="quire-"))
    (stale / "valkey.sock").touch()
    urls = {"database_url": "postgresql:///", "redis_url": f"unix://{stale}/valkey.sock"}
    (tmp_path / "servers.json").write_text(json.dumps(urls))
    with embedded.serve(tmp_path, durable=False):
        assert not stale.exists()
