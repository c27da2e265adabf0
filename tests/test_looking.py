"""What a look at a followed novel costs its site: one conditional request when nothing is new, and whether it finds what is."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from ingestion import db, joblist, updates
from ingestion.models import Follow, Job, NovelRow
from ingestion.status import JobStatus, Refresh
from tests.conftest import configure
from tests.followed import let_time_pass
from tests.library import Work, ingest
from tests.processes import story
from tests.sites import plain, royalroad
from tests.sites.samples import SampleNovel, make_novel
from tests.sites.web import Page, Site

NOVEL: SampleNovel = make_novel(chapters=7, title="The Lamp on the Weir", seed=3)
SHORT = NOVEL.without(NOVEL.chapters[-1].key)
FEED = f"/fiction/syndication/{NOVEL.key}"
_builds = itertools.count()


def feed(novel: SampleNovel) -> Page:
    """The newest entries; the head tells when it was built, which is always now."""
    items = "".join(f"<item><title>{c.title}</title><guid>{c.key}</guid></item>" for c in novel.chapters[-3:])
    return Page(f"<rss><channel><lastBuildDate>{next(_builds)}</lastBuildDate>{items}</channel></rss>", etag=True)


@pytest.fixture
def site(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A fiction at Royal Road, with its feed."""
    with Site(royalroad.render(SHORT) | {FEED: feed(SHORT)}) as made:
        configure(monkeypatch, SITE_ALIASES=f"{made.netloc}=royalroad")
        yield made


def look(site: Site, work: Work, start: str = royalroad.start(NOVEL)) -> list[tuple[str, int]]:
    """What an update job asks for, and how it is answered."""
    before = len(site.hits)
    assert ingest(site.url + start, work, refresh=Refresh.CHANGED).status is not JobStatus.ERROR
    return [(hit.path.removeprefix("/fiction/"), hit.status) for hit in site.hits[before:]]


def test_a_followed_novel_costs_one_conditional_request_or_one_more_for_a_new_chapter(work: Work):
    with Site(plain.render(SHORT)) as site:
        first = ingest(f"{site.url}/index.html", work)
        with db.transaction() as session:
            updates.follow(session, session.get_one(NovelRow, first.novel_id), timedelta(hours=6))
        costs = []
        for pages in (plain.render(SHORT), plain.render(SHORT), plain.render(NOVEL)):
            site.pages.update(pages)
            updates.make()
            let_time_pass()
            updates.make()
            before = len(site.hits)
            work()
            costs.append([(hit.path, hit.status) for hit in site.hits[before:]])
    updates.make()

    new = f"/chapters/{NOVEL.chapters[-1].key}.html"
    assert costs == [[("/index.html", 304)]] * 2 + [[("/index.html", 200), (new, 200)]]
    with db.transaction() as session:
        counts = [(job.chapters_saved, job.chapters_new) for job in session.query(Job).order_by(Job.id)]
        follow = session.get_one(Follow, first.novel_id)
        changed, [*_, last] = session.get_one(Job, 4), joblist.events(session, 4)
    assert counts == [(6, 6), (6, 0), (6, 0), (7, 1)]
    assert (follow.changed_at, follow.failures) == (changed.updated_at, 0)
    assert story(3)[-1].startswith("nothing new")
    assert last.detail is not None
    assert [chapter["title"] for chapter in last.detail["new"]] == [NOVEL.chapters[-1].title]


def test_a_feed_alone_is_asked_for_once_the_index_was_seen_to_agree_with_it(site: Site, work: Work):
    ingest(site.url + royalroad.start(NOVEL), work)
    quiet = [look(site, work) for _ in range(3)]
    site.pages[FEED] = feed(NOVEL)
    early = look(site, work)
    site.pages.update(royalroad.render(NOVEL))
    found, after = look(site, work), look(site, work)

    index, syndication = NOVEL.key, f"syndication/{NOVEL.key}"
    assert quiet == [[(syndication, 200), (index, 304)], [(syndication, 304), (index, 304)], [(syndication, 304)]]
    assert early == [(syndication, 200), (index, 304)]
    assert [status for _, status in found] == [304, 200, 200]
    assert after == [(syndication, 304)]


def test_a_feed_that_cannot_be_had_leaves_it_to_the_index_unless_it_asks_for_a_rest(site: Site, work: Work):
    ingest(site.url + royalroad.start(NOVEL), work)
    site.pages[FEED] = Page("no", status=403)
    refused = look(site, work)
    site.pages[FEED] = Page("later", status=429, headers={"Retry-After": "600"})
    before = len(site.hits)
    job = ingest(site.url + royalroad.start(NOVEL), work, refresh=Refresh.CHANGED)

    assert refused == [(f"syndication/{NOVEL.key}", 403), (NOVEL.key, 304)]
    assert {hit.path for hit in site.hits[before:]} == {FEED}
    assert job.error_kind == "blocked"


def test_a_chapter_that_could_not_be_had_is_asked_for_again_though_the_feed_says_nothing_new(site: Site, work: Work):
    index, last = royalroad.start(NOVEL), royalroad.path_of(NOVEL, NOVEL.chapters[-1])
    ingest(site.url + index, work)
    look(site, work)
    with db.transaction() as session:
        session.execute(update(NovelRow).values(sign_agreed=True))
    site.pages.update(royalroad.render(NOVEL) | {last: Page(status=500)})
    asked = site.requests(FEED)
    by_hand = ingest(site.url + index, work)
    asked_by_hand = site.requests(FEED) - asked
    site.pages.update(royalroad.render(NOVEL))

    assert (by_hand.error_kind, asked_by_hand) == ("incomplete", 0)
    assert [status for _, status in look(site, work)] == [304, 304, 200]
