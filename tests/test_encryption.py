"""Both servers over TLS, with a certificate that a setting vouches for: used, and otherwise refused with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from ingestion import broker, config, db
from ingestion.startup import explained
from ingestion.status import JobStatus
from tests.conftest import configure
from tests.encryption import certificate, encrypted
from tests.library import ingest, novel
from tests.sites import plain
from tests.sites.web import Site


@pytest.fixture
def proof(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """The certificate of both servers, which the settings name in their URLs."""
    path = certificate(tmp_path)
    database = f"{make_url(environment['DATABASE_URL']).query['host']}/.s.PGSQL.5432"
    with (
        encrypted(database, path, postgresql=True) as postgres,
        encrypted(environment["REDIS_URL"].removeprefix("unix://"), path) as valkey,
    ):
        configure(
            monkeypatch,
            DATABASE_URL=f"postgresql://postgres@127.0.0.1:{postgres}/quire?sslmode=verify-full&sslrootcert={path}",
            REDIS_URL=f"rediss://127.0.0.1:{valkey}/0?ssl_ca_certs={path}",
        )
        yield path


def test_a_novel_is_ingested_over_tls_by_children_too(
    proof: Path, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
):
    configure(monkeypatch, **config.environment_of(config.settings()))
    with Site(plain.render(novel())) as site:
        assert ingest(f"{site.url}/index.html", work).status is JobStatus.DONE


@pytest.mark.parametrize(("name", "option"), [("DATABASE_URL", "sslrootcert"), ("REDIS_URL", "ssl_ca_certs")])
def test_a_certificate_that_nobody_vouches_for_is_refused(
    proof: Path, monkeypatch: pytest.MonkeyPatch, name: str, option: str
):
    other = proof.parent / "other"
    other.mkdir()
    url = {"DATABASE_URL": db.database_url(), "REDIS_URL": broker.redis_url()}[name]
    configure(monkeypatch, **{name: url.replace(f"{option}={proof}", f"{option}={certificate(other)}")})

    with pytest.raises(SystemExit, match=f"does not answer: .*certificate verify failed.*; check {name}"), explained():
        _ask_both()


def test_of_several_machines_the_one_that_can_write_is_used(proof: Path, monkeypatch: pytest.MonkeyPatch):
    url = db.database_url().replace("@127.0.0.1:", "@127.0.0.1:1,127.0.0.1:")
    configure(monkeypatch, DATABASE_URL=f"{url}&target_session_attrs=read-write")
    with db.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM job")) == 0


def test_single_settings_ask_for_encryption_too(proof: Path, monkeypatch: pytest.MonkeyPatch):
    port = broker.redis_url().rpartition(":")[2].partition("/")[0]
    monkeypatch.delenv("REDIS_URL")
    monkeypatch.setenv("SSL_CERT_FILE", str(proof))
    configure(monkeypatch, REDIS_HOST="127.0.0.1", REDIS_PORT=port, REDIS_SSL="true")

    assert broker.connection().ping()


def _ask_both() -> None:
    with db.transaction() as session:
        session.scalar(text("SELECT 1"))
    broker.connection().ping()
