"""A novel's cover and pictures: each fetched once and kept as it is, and what cannot be had is noted and fails nothing."""

from __future__ import annotations

import hashlib
import signal
from collections import Counter
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from ingestion import db
from ingestion.models import Job, Picture
from ingestion.pictures import table
from ingestion.status import JobStatus, Refresh
from tests import applications
from tests.conftest import configure
from tests.library import Work, ingest, library
from tests.processes import post, read, story, working
from tests.sites import art, plain
from tests.sites.art import illustrated, picture, png, with_cover
from tests.sites.samples import make_novel
from tests.sites.web import Page, Site
from tests.waiting import until

MAP = png(10)
SHOWN = (
    ("/art/map.png", "/art/busy.png", "http://10.0.0.1/private.png"),
    ("/art/map.png", "/art/copy.png", "/art/huge.png", "/art/login.png"),
    ("/art/gone.png", "/secret/plan.png", "/art/drawing.svg"),
)
ART = {
    "/art/cover.gif": picture(art.GIF),
    "/art/map.png": picture(MAP),
    "/art/copy.png": picture(MAP),
    "/art/busy.png": picture(png(20), fail_first=1, fail_status=500),
    "/art/huge.png": picture(png(30) + bytes(5000)),
    "/art/login.png": picture(b"<!doctype html><title>Log in</title><script>alert(1)</script>"),
    "/art/drawing.svg": picture(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    "/secret/plan.png": picture(png(40)),
    "/robots.txt": Page("User-agent: *\nDisallow: /secret/", content_type="text/plain"),
}
REASONS = {
    "busy.png": "unreachable",
    "private.png": "forbidden_address",
    "huge.png": "too_large",
    "login.png": "parse",
    "gone.png": "not_found",
    "plan.png": "robots",
    "drawing.svg": "parse",
}


@pytest.fixture
def folder(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pictures are fetched; where to."""
    configure(monkeypatch, PICTURES="true", MAX_PICTURE_BYTES="4096", PAGE_RETRIES="0")
    return Path(environment["DATA_DIR"]) / "pictures"


def pages(*shown: tuple[str, ...], cover: str = "/art/cover.gif") -> dict[str, Page]:
    made = plain.render(illustrated(make_novel(chapters=3, seed=5), *shown))
    return made | {"/index.html": with_cover(made["/index.html"], cover)}


def known(job: Job, site: Site) -> dict[str, str]:
    """Each picture of the sample's, by the end of its address: its name in the store, or why it is missing."""
    urls = [one if one.startswith("http") else site.url + one for group in SHOWN for one in group]
    with db.transaction() as session:
        rows = table.of(session, [*urls, f"{site.url}/art/cover.gif"])
        return {row.url.rpartition("/")[2]: row.name or row.missing_kind or "" for row in rows}


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_each_picture_is_fetched_once_and_kept_byte_for_byte(work: Work, folder: Path):
    with Site(pages(*SHOWN) | ART) as site:
        job = ingest(f"{site.url}/index.html", work)

        fetched = Counter(hit.path for hit in site.hits)
        found = known(job, site)
    assert (job.status, job.chapters_saved, job.pictures_saved, job.pictures_missing) == (JobStatus.DONE, 3, 3, 7)
    assert {path: count for path, count in fetched.items() if count > 1} == {}
    assert "/secret/plan.png" not in fetched
    assert {name: found[name] for name in REASONS} == REASONS
    assert found["map.png"] == found["copy.png"] == f"{hashlib.sha256(MAP).hexdigest()}.png"
    assert files(folder) == {found["map.png"]: MAP, found["cover.gif"]: art.GIF}
    assert "3 of 10 pictures kept (missing: 1 forbidden_address" in story(job.id)[3]


def test_a_job_a_day_later_asks_only_for_what_may_be_otherwise_by_now(work: Work, folder: Path):
    with Site(pages(*SHOWN) | ART) as site:
        ingest(f"{site.url}/index.html", work)
        assert ingest(f"{site.url}/index.html", work).pictures_saved == 3
        with db.transaction() as session:
            session.execute(update(Picture).values(asked_at=Picture.asked_at - table.REST))
        before = len(site.hits)
        job = ingest(f"{site.url}/index.html", work)

        later = [hit.path for hit in site.hits[before:]]
    assert later == ["/index.html", "/art/busy.png"]
    assert (job.status, job.pictures_saved) == (JobStatus.DONE, 4)
    assert png(20) in files(folder).values()


def test_a_job_that_asks_for_everything_again_asks_for_pictures_too(work: Work, folder: Path):
    with Site(pages(("/art/map.png",)) | ART) as site:
        ingest(f"{site.url}/index.html", work)
        site.pages["/art/map.png"] = picture(png(99))
        del site.pages["/art/cover.gif"]
        job = ingest(f"{site.url}/index.html", work, refresh=Refresh.ALL)
        found = known(job, site)

    assert files(folder)[found["map.png"]] == png(99)
    assert found["cover.gif"].endswith(".gif")


def test_a_reader_gets_the_pictures_from_here_and_is_sent_nowhere_else(work: Work, folder: Path):
    with Site(pages(*SHOWN) | ART) as site:
        job = ingest(f"{site.url}/index.html", work)
    stored = library(job)[1]
    with TestClient(applications.api()) as api:
        chapter = api.get(f"/chapters/{stored.id}").json()
        shown = api.get(chapter["pictures"][0]["path"])
        cover = api.get(api.get(f"/novels/{job.novel_id}").json()["cover"])

    assert f'src="{site.url}/art/map.png"' in (stored.content or "")
    assert site.url not in chapter["content"]
    assert chapter["content"].count(f'src="/pictures/{hashlib.sha256(MAP).hexdigest()}.png"') == 2
    assert '<img alt="At /art/huge.png">' in chapter["content"]
    assert [p["missing_kind"] for p in chapter["pictures"]] == [None, None, "too_large", "parse"]
    assert (shown.content, shown.headers["Content-Type"], cover.content) == (MAP, "image/png", art.GIF)


def test_a_host_that_fails_again_and_again_is_left_alone(work: Work, folder: Path):
    broken = {f"/art/{n}.png": Page("oops", status=500) for n in range(8)}
    with Site(pages(tuple(broken)) | broken) as site, Site(ART) as elsewhere:
        site.pages |= pages(tuple(broken), (f"{elsewhere.url}/art/map.png",), cover="/art/0.png")
        job = ingest(f"{site.url}/index.html", work)

        asked = site.requests("/art/")
        site.pages |= {path: picture(png(n)) for n, path in enumerate(broken) if n > 2}
        with db.transaction() as session:
            session.execute(update(Picture).values(asked_at=Picture.asked_at - table.REST))
        later = ingest(f"{site.url}/index.html", work)
    assert asked == 3
    assert (job.status, job.pictures_saved, job.pictures_missing) == (JobStatus.DONE, 1, 8)
    assert "1 of 9 pictures kept (missing: 5 not_asked_for, 3 unreachable)" in story(job.id)[3]
    assert (later.pictures_saved, later.pictures_missing) == (6, 3)  # those that failed come last


def test_a_store_that_takes_nothing_costs_the_job_no_chapter(
    work: Work, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    (tmp_path / "taken").write_text("a file, where a folder should be")
    configure(monkeypatch, PICTURES_STORE=str(tmp_path / "taken"))
    with Site(pages(*SHOWN) | ART) as site:
        job = ingest(f"{site.url}/index.html", work)

        assert site.requests("/art/") == 1
    assert (job.status, job.chapters_saved, job.pictures_saved, job.pictures_missing) == (JobStatus.DONE, 3, 0, 10)


def test_no_more_pictures_are_fetched_than_a_novel_may_have(work: Work, folder: Path, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, MAX_PICTURES="2")
    with Site(pages(*SHOWN) | ART) as site:
        job = ingest(f"{site.url}/index.html", work)

    assert (job.status, job.pictures_saved, job.pictures_missing) == (JobStatus.DONE, 2, 8)


def test_a_worker_that_is_stopped_leaves_the_rest_of_the_pictures_to_the_next(work: Work, folder: Path):
    slow = {f"/art/{n}.png": picture(png(n), delay=0.2) for n in range(6)}
    with Site(pages(tuple(slow), cover="/art/0.png") | slow) as site:
        with working() as worker:
            job_id = post(f"{site.url}/index.html")
            until(lambda: site.requests("/art/") > 1, "no picture was asked for")
            worker.send_signal(signal.SIGTERM)
            worker.wait(10)
        put_back = read(job_id)
        work()

        asked = site.requests("/art/")
    assert (put_back.status, put_back.attempt, put_back.released) == (JobStatus.QUEUED, 1, 1)
    assert (read(job_id).status, read(job_id).pictures_saved) == (JobStatus.DONE, 6)
    assert asked <= 7  # one was under way
