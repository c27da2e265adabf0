"""What an EPUB holds is in the library again, and a job goes on from its site; nothing that is there is taken away."""

from __future__ import annotations

import io
import random
import time
from dataclasses import replace

import pytest
from sqlalchemy import delete, select

from ingestion import db, novels
from ingestion.export import making
from ingestion.export.wish import Wish
from ingestion.imports import Entry, Outcome, taking
from ingestion.items import ParsedNovel
from ingestion.models import ChapterRow, Job, NovelRow
from ingestion.pictures import kinds, table
from tests.conftest import TABLES, configure
from tests.imports.files import Told, fanficfare, lncrawl, webtoepub
from tests.library import Work, contents, ingest, library, novel, words
from tests.search.shelf import index_all, places
from tests.sites import art, royalroad
from tests.sites.samples import prose
from tests.sites.web import Page, Site
from tests.test_novels import chapter, parsed

pytestmark = pytest.mark.usefixtures("environment")

ROYAL = "https://www.royalroad.com/fiction/90210"
PROSE = ["".join(f"<p>{text}</p>" for text in prose(random.Random(n), 4)) for n in range(4)]
TOLD: list[Told] = [(f"{ROYAL}/brine/chapter/{n}/x", f"Part {n}", f"<p>Words of {n}.</p>") for n in (11, 12, 13)]


def take(file: bytes, name: str = "book.epub") -> Entry:
    return taking.take(io.BytesIO(file), name=name)


def chapters(novel_id: int | None) -> list[ChapterRow]:
    query = select(ChapterRow).where(ChapterRow.novel_id == novel_id)
    with db.transaction() as session:
        return list(session.scalars(query.order_by(ChapterRow.position, ChapterRow.id)))


def a_novel(novel_id: int | None) -> NovelRow:
    with db.transaction() as session:
        return session.get_one(NovelRow, novel_id)


def forget_everything() -> None:
    with db.transaction() as session:
        for one in TABLES:
            session.execute(delete(one))


def exported(novel_id: int) -> bytes:
    return making.make(Wish(novel_id=novel_id), lambda: None).read_bytes()


def told(row: ChapterRow) -> tuple[object, ...]:
    said = (words(text) for text in (row.notes_before, row.content, row.notes_after))
    return (row.key, row.title, row.volume, row.matter, row.url, row.position, row.gone_at, *said)


def test_our_own_book_of_a_novel_makes_the_same_novel_and_its_site_goes_on(work: Work, monkeypatch: pytest.MonkeyPatch):
    story = novel()
    with Site(royalroad.render(story)) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=royalroad")
        first = ingest(f"{site.url}{royalroad.start(story)}", work)
        before, was, book = library(first), a_novel(first.novel_id), exported(first.novel_id or 0)
        forget_everything()
        entry = take(book)
        after, made = chapters(entry.novel_id), a_novel(entry.novel_id)

        assert (entry.outcome, entry.chapters) == (Outcome.CREATED, len(before))
        assert [told(row) for row in after] == [told(row) for row in before]
        for name in ("site", "key", "url", "index_url", "title", "authors", "language", "status", "tags"):
            assert getattr(made, name) == getattr(was, name)

        site.pages = royalroad.render(
            story.rewriting(story.chapters[1].key, "<p>Other words.</p>").without(story.chapters[2].key)
        )
        work()
        again = chapters(entry.novel_id)
    assert [row.id for row in again] == [row.id for row in after]
    assert [row.revision for row in again] == [1, 2, 1, 1, 1, 1]
    assert [row.gone_at is not None for row in again] == [False, False, True, False, False, False]
    assert a_novel(entry.novel_id).seen_at is not None


def test_fanficfare_s_book_gives_a_known_site_s_novel_its_chapters_by_their_keys():
    entry = take(fanficfare(ROYAL, *TOLD))
    made = a_novel(entry.novel_id)

    assert entry.message.startswith("3 chapters of the file saved in novel")
    assert (made.site, made.key, made.index_url, made.title) == ("royalroad", "90210", ROYAL, "The Lamp on the Weir")
    assert [(row.key, row.title, words(row.content)) for row in chapters(entry.novel_id)] == [
        (str(n), f"Part {n}", ["Words", "of", f"{n}."]) for n in (11, 12, 13)
    ]


def test_an_older_file_over_a_newer_library_fills_holes_and_changes_nothing_else():
    url = royal_novel(parsed(chapter("11", 1, "newer"), chapter("12", 2, None), chapter("14", 3, "newest")))
    entry = take(fanficfare(url, *TOLD))
    found = chapters(entry.novel_id)

    assert (entry.outcome, entry.chapters, entry.job_id) == (Outcome.IN_LIBRARY, 2, None)
    assert [(row.key, words(row.content), row.gone_at is not None) for row in found] == [
        ("11", ["newer"], False),
        ("12", ["Words", "of", "12."], False),
        ("13", ["Words", "of", "13."], True),
        ("14", ["newest"], False),
    ]
    assert [row.missing_kind for row in found] == [None] * 4
    assert take(fanficfare(url, *TOLD)).chapters == 0


def test_what_a_file_adds_counts_in_the_library_and_is_found(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, SEARCH="true")
    url = royal_novel(parsed(chapter("11", 1, "newer"), chapter("12", 2, None), chapter("14", 3, "newest")))
    index_all()
    with db.transaction() as session:
        before = session.scalars(select(NovelRow)).one()
    novel_id = take(fanficfare(url, *TOLD)).novel_id
    after = a_novel(novel_id)

    assert (before.readable, after.readable) == (2, 4)
    assert before.grown_at
    assert after.grown_at
    assert before.grown_at < after.grown_at
    assert (index_all(), places("words")) == (2, [(novel_id, 2), (novel_id, 2)])
    assert (take(fanficfare(url, *TOLD)).chapters, a_novel(novel_id).updated_at) == (0, after.updated_at)


def test_files_of_a_novel_in_parts_come_together_in_the_order_that_they_tell():
    first = take(fanficfare(ROYAL, TOLD[0], TOLD[2]))
    second = take(fanficfare(ROYAL, *TOLD[:2], (f"{ROYAL}/brine/chapter/10/x", "Part 10", "<p>Last.</p>")))

    assert (second.novel_id, second.outcome, second.job_id) == (first.novel_id, Outcome.EXISTING, first.job_id)
    assert [(row.key, row.position) for row in chapters(first.novel_id)] == [("11", 1), ("12", 2), ("10", 3), ("13", 4)]


def test_of_a_site_whose_keys_no_url_tells_the_first_job_finds_the_chapters_again_by_their_titles(work: Work):
    pages = {f"/{n}": Page(f"<h1>Chapter {name}</h1>{PROSE[n]}") for n, name in enumerate("ABCD")}
    with Site({"/": Page(f"<h1>The Weir</h1>{contents('ABCD')}"), **pages}) as site:
        made = [(f"{site.url}/{n}", f"Chapter {name}", PROSE[n]) for n, name in enumerate("ABC")]
        entry = take(webtoepub(f"{site.url}/", *made))
        before = chapters(entry.novel_id)
        work()
        after = chapters(entry.novel_id)

    assert [row.content is not None for row in before] == [True] * 3
    assert [row.id for row in after[:3]] == [row.id for row in before]
    assert [(row.key, row.title, row.gone_at) for row in after] == [
        (f"{n}", f"Chapter {x}", None) for n, x in enumerate("ABCD")
    ]


def test_the_text_stays_where_the_site_is_gone_and_chapters_without_urls_are_taken_too(work: Work):
    with Site({}) as site:
        entry = take(lncrawl(f"{site.url}/novel", *TOLD))
        work()

    with db.transaction() as session:
        assert session.get_one(Job, entry.job_id).error_kind == "not_found"
    told = [(f"Part {n}", "Book 1", ["Words", "of", f"{n}."]) for n in (11, 12, 13)]
    assert [(row.title, row.volume, words(row.content)) for row in chapters(entry.novel_id)] == told

    book = exported(entry.novel_id or 0)
    forget_everything()
    again = take(book).novel_id
    assert [(row.title, row.volume, words(row.content)) for row in chapters(again)] == told


def test_texts_are_sanitised_as_those_of_a_site(monkeypatch: pytest.MonkeyPatch):
    evil = '<p onclick="x()">One.<script>x()</script><img src="javascript:x" alt="a face"/></p>'
    entry = take(fanficfare(ROYAL, (TOLD[0][0], "Part 11", evil), (TOLD[1][0], "Empty", "<p> </p>"), TOLD[2]))

    assert [row.content for row in chapters(entry.novel_id)] == [
        "<p>One.<span>a face</span></p>",
        "<p>Words of 13.</p>",
    ]
    assert "1 of its pages could not be taken" in entry.message


def test_pictures_are_kept_for_the_urls_that_they_are_from(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, PICTURES="true")
    shown = "https://cdn.example/p.png"
    take(webtoepub(ROYAL, *TOLD, picture=(shown, art.png(1))))

    with db.transaction() as session:
        assert table.names(session, [shown]) == {shown: kinds.name(art.png(1))}


def test_what_cannot_be_taken_is_refused_with_its_reason(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, MAX_CHAPTERS="2", ALLOWED_NETWORKS="")
    local, many = take(fanficfare("http://127.0.0.1/novel", *TOLD)), take(fanficfare(ROYAL, *TOLD))

    assert (local.outcome, "127.0.0.1" in local.message) == (Outcome.REFUSED, True)
    assert (many.outcome, "more than 2 chapters" in many.message) == (Outcome.REFUSED, True)


@pytest.mark.long
def test_two_thousand_chapters_take_less_than_fifteen_seconds():
    made = [(f"{ROYAL}/brine/chapter/{n}/x", f"Part {n}", PROSE[0]) for n in range(2_000)]
    begun = time.process_time()

    assert take(fanficfare(ROYAL, *made)).chapters == 2_000
    assert time.process_time() - begun < 15


def royal_novel(given: ParsedNovel) -> str:
    """A novel of Royal Road's that a job has read, and its URL."""
    with db.transaction() as session:
        index = {"index_url": ROYAL, "seen_at": db.now(session)}
        named = replace(given.novel, key="90210", url=ROYAL)
        novels.save(session, replace(given, site="royalroad", novel=named, **index))
    return ROYAL
