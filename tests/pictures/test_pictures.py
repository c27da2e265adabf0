"""Which pictures a novel shows."""

from __future__ import annotations

import pytest

from ingestion import pictures
from ingestion.items import Chapter, ChapterLink, Hole, Novel, ParsedChapter, ParsedNovel

SITE = "https://example.org"


def parsed(*contents: str, cover: str | None = None) -> ParsedNovel:
    link = ChapterLink(key="1", url=f"{SITE}/1", title="One")
    chapters = [ParsedChapter(link=link, position=n, chapter=Chapter(content=c)) for n, c in enumerate(contents, 1)]
    hole = ParsedChapter(link=link, position=0, hole=Hole(kind="locked", reason="locked", final=True))
    novel = Novel(key="n", url=SITE, title="N", cover_url=cover)
    return ParsedNovel(site="generic", novel=novel, chapters=(hole, *chapters))


def test_the_cover_comes_first_then_the_chapters_in_order_and_each_once():
    one, two = (f'<p><img alt="" src="{SITE}/{name}.png?a=1&amp;b=2"></p>' for name in "ab")

    shown = pictures.shown_by(parsed(one, two + one, cover=f"{SITE}/cover.jpg"))

    assert shown == [f"{SITE}/cover.jpg", f"{SITE}/a.png?a=1&b=2", f"{SITE}/b.png?a=1&b=2"]


def test_the_notes_beside_a_text_are_looked_at_too():
    fragments = ['<img src="http://x/1.png">', None, '<p>words<img src="http://x/2.png"><img alt="no source"></p>']

    assert pictures.sources(*fragments) == ["http://x/1.png", "http://x/2.png"]


@pytest.mark.parametrize(
    "url", ["/relative.png", "data:image/png;base64,AAAA", "mailto:a@b", "http://[::x/", "http://h:p/", "https:///x"]
)
def test_what_cannot_be_fetched_is_none_of_its_pictures(url: str):
    assert pictures.shown_by(parsed(f'<img src="{url}">', cover=url)) == []


def test_an_address_that_is_too_long_for_the_table_is_none_of_its_pictures():
    assert pictures.shown_by(parsed(cover=f"{SITE}/{'ü' * 1000}.png")) == []
