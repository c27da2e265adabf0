"""What a job could read of its site, in numbers: what is counted, and what is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ingestion import db, novels, readings
from ingestion.errors import Blocked, IngestionError, NotFound, ParseError, RateLimited, Shrunk, Unreachable
from ingestion.items import Chapter, ChapterLink, Hole, Novel, ParsedChapter, ParsedNovel
from ingestion.models import SiteReading
from tests.commandline import posted

INDEX = "https://lanterns.example:8443/weir"
TEXT = Chapter(content="<p>Long enough words to lose.</p>")


def chapter(key: str, kind: str | None = None, text: Chapter = TEXT) -> ParsedChapter:
    link = ChapterLink(key=key, url=f"{INDEX}/{key}", title=key)
    hole = Hole(kind=kind, reason="so it is", final=False) if kind else None
    return ParsedChapter(link=link, position=int(key), chapter=None if hole else text, hole=hole)


def parsed(*chapters: ParsedChapter) -> ParsedNovel:
    novel = Novel(key="weir", url=INDEX, title="The Weir", authors=("W. Example",), tags=("calm",))
    return ParsedNovel(site="lanterns", novel=novel, chapters=chapters, index_url=INDEX, strategy="table", rank=1)


def kept(job_id: int, url: str = INDEX, site: str = "lanterns") -> SiteReading:
    """Keep a job's reading, and what was kept."""
    with db.transaction() as session:
        reading = readings.unread(ParseError("no title"), job_id=job_id, site=site, url=url)
        readings.keep(session, reading)
        return reading


def of_all() -> list[list[int]]:
    with db.transaction() as session:
        return [[reading.job_id for reading in host] for host in readings.by_host(session, limit=100)]


def test_chapters_are_counted_whose_pages_came():
    holes = [chapter("3", "parse"), chapter("4", "blocked"), chapter("5", "not_found"), chapter("6", "unreachable")]
    reading = readings.of(parsed(chapter("1"), chapter("2"), *holes, chapter("7", "locked")), job_id=7, shortened=1)

    assert (reading.asked, reading.parsed, reading.shortened) == (4, 2, 1)
    assert (reading.site, reading.host, reading.strategy, reading.rank) == (
        "lanterns",
        "lanterns.example:8443",
        "table",
        1,
    )


def test_the_facts_that_are_not_there_are_named():
    nothing = parsed(chapter("1"))
    dated = parsed(chapter("1", text=replace(TEXT, published_at=datetime.now(UTC))))

    assert readings.of(nothing, job_id=7, shortened=0).empty == [
        "description",
        "cover_url",
        "language",
        "status",
        "published_at",
    ]
    assert "published_at" not in readings.of(dated, job_id=7, shortened=0).empty


@pytest.mark.parametrize(
    ("error", "tells"),
    [
        (ParseError("no title"), True),
        (Blocked("a challenge"), True),
        (Shrunk("fewer"), True),
        (RateLimited("429"), False),
        (NotFound("404"), False),
        (Unreachable("cut"), False),
    ],
)
def test_only_what_a_page_is_tells_of_a_site_s_pages(error: IngestionError, tells: bool):
    assert readings.tells_of_pages(error) is tells


@pytest.mark.usefixtures("environment")
def test_a_job_has_one_reading_that_of_its_newest_attempt():
    first, second = posted(2)
    for job_id in (first, second, first):
        kept(job_id)

    assert of_all() == [[first, second]]


@pytest.mark.usefixtures("environment")
def test_of_each_host_the_newest_are_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(readings, "KEPT", 2)
    one, two, three, other = posted(4)
    kept(other, "https://elsewhere.example/")
    for job_id in (one, two, three):
        kept(job_id)

    assert of_all() == [[three, two], [other]]


@pytest.mark.usefixtures("environment")
def test_two_spiders_at_one_host_are_two_sites():
    one, two = posted(2)
    kept(one)
    kept(two, site="generic")

    assert of_all() == [[two], [one]]


@pytest.mark.usefixtures("environment")
def test_texts_that_lose_more_than_half_are_counted_in_the_transaction_that_replaces_them():
    short = replace(TEXT, content="<p>Gone.</p>")
    with db.transaction() as session:
        novel_id = novels.save(session, parsed(chapter("1"), chapter("2"), chapter("3"))).novel_id
        assert readings.shortened(session, novel_id) == 0
    with db.transaction() as session:
        novels.save(session, parsed(chapter("1", text=short), chapter("2"), chapter("3", text=short)))
        assert readings.shortened(session, novel_id) == 2
    with db.transaction() as session:
        assert readings.shortened(session, novel_id) == 0
