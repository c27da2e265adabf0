"""When a sign of a change is believed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ingestion import db, follows, signs
from ingestion.items import Matter
from ingestion.models import ChapterRow, NovelRow

pytestmark = pytest.mark.usefixtures("environment")

URL = "https://example.org/novel"
HOUR = timedelta(hours=1)


def library(*kinds: str | None, seen: timedelta | None = HOUR, gone: bool = False, agreed: bool = True) -> None:
    """A novel with chapters that have a text (None), or lack it for this reason, whose index was asked for so long ago."""
    with db.transaction() as session:
        now = follows.now(session)
        told = {"site": "royalroad", "key": "1", "title": "Novel", "authors": [], "tags": [], "confidence": 1}
        novel = NovelRow(url=URL, index_url=URL, sign=b"said", sign_agreed=agreed, seen_at=seen and now - seen, **told)
        session.add(novel)
        session.flush()
        for position, kind in enumerate(kinds):
            session.add(chapter(novel.id, position, kind, now if gone else None))


def chapter(novel_id: int, position: int, kind: str | None, gone_at: datetime | None) -> ChapterRow:
    told = {"url": URL, "title": "", "words": 1, "revision": 1, "hidden_removed": 0, "matter": Matter.BODY}
    digest = b"text" if kind is None else None
    return ChapterRow(
        novel_id=novel_id,
        key=str(position),
        position=position,
        missing_kind=kind,
        digest=digest,
        gone_at=gone_at,
        **told,
    )


def noted(url: str = URL) -> signs.Noted | None:
    with db.transaction() as session:
        return signs.of(session, "royalroad", url)


def believed() -> bool:
    found = noted()
    assert found is not None
    return found.believed


@pytest.mark.parametrize(
    ("kinds", "seen", "is_believed"),
    [
        ([None], 6 * 24 * HOUR, True),
        ([None], 8 * 24 * HOUR, False),
        ([None], None, False),
        ([None, "locked", "not_found"], 23 * HOUR, True),
        ([None, "locked"], 25 * HOUR, False),
        ([None, "not_found", "timeout"], HOUR, False),
    ],
)
def test_it_is_while_the_index_was_asked_for_lately_and_nothing_is_left_undone(
    kinds: list[str | None], seen: timedelta | None, is_believed: bool
):
    library(*kinds, seen=seen)

    assert believed() is is_believed


def test_it_is_not_before_the_index_has_agreed_with_it():
    library(None, agreed=False)

    assert not believed()


def test_a_chapter_that_the_site_took_down_is_no_hole():
    library("timeout", gone=True)

    assert believed()


def test_what_is_known_counts_the_listed_chapters():
    library(None, None, "locked")
    found = noted(f"{URL}/")

    assert found is not None
    assert (found.library.saved, found.library.missing, found.sign) == (2, 1, b"said")
    assert noted("https://example.org/other") is None
