"""What looks wrong in a novel as a spider read it, and that nothing does in one that was read well."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingestion.items import Chapter, ChapterLink, Hole, Novel, ParsedChapter, ParsedNovel
from ingestion.kit.findings import wrong

TEXT = "<p>" + "Nobody said so, but the tide had already turned. " * 10 + "</p>"


def chapter(position: int, title: str, content: str = TEXT, *, volume: str | None = None) -> ParsedChapter:
    link = ChapterLink(key=str(position), url=f"https://example.org/{position}", title=title, volume=volume)
    return ParsedChapter(link=link, position=position, chapter=Chapter(content=content))


def parsed(*chapters: ParsedChapter, authors: tuple[str, ...] = ("Wilma",), stated: int | None = None) -> ParsedNovel:
    told = Novel(key="1", url="https://example.org/", title="The Ferry", authors=authors)
    return ParsedNovel(site="any", novel=told, chapters=chapters, stated_total=stated)


GOOD = (chapter(1, "1. Rope"), chapter(2, "Interlude"), chapter(3, "2.5 Salt"), chapter(4, "3. Ink"))
HOLE = replace(GOOD[0], chapter=None, hole=Hole(kind="parse", reason="it has no text", final=False))


@pytest.mark.parametrize(
    ("novel", "says"),
    [
        (parsed(*GOOD, authors=()), "the novel has no author"),
        (parsed(), "the index lists no chapter"),
        (parsed(*GOOD, stated=9), "lists 4 chapters, and the site says that there are 9"),
        (parsed(*GOOD, chapter(5, "Interlude")), "2 chapters have the title 'Interlude'"),
        (parsed(chapter(1, "Chapter 2"), chapter(2, "Chapter 1")), "'Chapter 1' comes after 'Chapter 2'"),
        (parsed(HOLE), "'1. Rope' cannot be read: it has no text"),
        (parsed(chapter(1, "Rope", "<p>Too short.</p>")), "'Rope' has only 2 words"),
        (parsed(chapter(1, "Rope", f"{TEXT}<p>Next chapter</p>")), "words of navigation in its text: Next chapter"),
        (parsed(chapter(1, "1. Rope", f"<h2>1 – Rope</h2>{TEXT}")), "begins with its own heading: 1 – Rope"),
    ],
)
def test_what_looks_wrong_is_told(novel: ParsedNovel, says: str):
    (told,) = wrong(novel, novel.chapters)

    assert says in told


@pytest.mark.parametrize(
    "novel",
    [
        parsed(*GOOD, stated=4),
        parsed(chapter(1, "Chapter 2", volume="One"), chapter(2, "Chapter 1", volume="Two")),
        parsed(chapter(1, "The map", '<img src="https://example.org/map.png">')),
    ],
)
def test_nothing_looks_wrong_in_a_novel_that_is_read_well(novel: ParsedNovel):
    assert wrong(novel, novel.chapters) == []
