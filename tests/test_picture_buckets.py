"""Pictures in a bucket: a server that speaks S3 stands on loopback, and gets what a folder would."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import localbucket
import pytest
from fastapi.testclient import TestClient

from ingestion.pictures import kinds
from ingestion.status import JobStatus
from tests import applications
from tests.conftest import configure
from tests.library import Work, ingest
from tests.sites import art, plain
from tests.sites.samples import make_novel
from tests.sites.web import Site

MAP = art.png(10)
NAME = kinds.name(MAP) or ""


@pytest.fixture
def buckets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a server's buckets, one named shelf among them; this machine's environment says how to reach it."""
    (tmp_path / "buckets" / "shelf").mkdir(parents=True)
    handler = type("Handler", (localbucket.S3Handler,), {"data_root": tmp_path / "buckets"})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "reader")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield tmp_path / "buckets"
        server.shutdown()
        thread.join()


# One test: what reads a bucket has threads from then on, and a child that is forked later could not write to one.
def test_a_bucket_takes_a_novel_s_pictures_and_gives_them_back(
    work: Work, buckets: Path, monkeypatch: pytest.MonkeyPatch
):
    configure(monkeypatch, PICTURES="true", PICTURES_STORE="s3://shelf/quire")
    novel = art.illustrated(make_novel(chapters=2), ("/map.png",), ("/copy.png",))
    with Site(plain.render(novel) | {path: art.picture(MAP) for path in ("/map.png", "/copy.png")}) as site:
        job = ingest(f"{site.url}/index.html", work)

    assert (job.status, job.pictures_saved) == (JobStatus.DONE, 2)
    assert [path.relative_to(buckets).as_posix() for path in buckets.rglob("*.png")] == [f"shelf/quire/{NAME}"]
    with TestClient(applications.api()) as api:
        assert api.get(f"/pictures/{NAME}").content == MAP
        assert api.get(f"/pictures/{'0' * 64}.png").status_code == 404
