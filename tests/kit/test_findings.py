"""What looks wrong in a novel as a spider read it, and that nothing does in one that was read well."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingestion.items import Chapter, ChapterLink, Hole, Novel, ParsedChapter, ParsedNovel
from ingestion.kit.findings import wrong

TEXT = "<p>" + "Nobody said so, but the tide had already turned. " * 10 + "</p>"


def chapter(position: int, title: str, content: str = "", *, volume: str | None = None) -> ParsedChapter:
    link = ChapterLink(key=str(position), url=f"https://example.org/{position}", title=title, volume=volume)
    text = content or TEXT.replace("tide", f"tide of day {position}")
    return ParsedChapter(link=link, position=position, chapter=Chapter(content=text))


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
        (parsed(chapter(1, "Rope", f"{TEXT}<p>« Previous | Contents | Next »</p>")), "Previous | Contents | Next"),
        (parsed(chapter(1, "1. Rope", f"<h2>1 – Rope</h2>{TEXT}")), "begins with its own heading: 1 – Rope"),
        (parsed(chapter(1, "1. Rope", f"<p>The Ferry</p><h2>1. Rope</h2>{TEXT}")), "with its own heading: 1. Rope"),
    ],
)
def test_what_looks_wrong_is_told(novel: ParsedNovel, says: str):
    (told,) = wrong(novel, novel.chapters)

    assert says in told


def test_a_list_that_runs_backwards_is_told_by_its_first_places_alone():
    backwards = parsed(*(chapter(place, f"Chapter {30 - place}") for place in range(1, 30)))

    told = wrong(backwards, ())
    assert len(told) == 4
    assert told[-1].startswith("25 more chapters come after")


@pytest.mark.parametrize(("with_it", "told"), [(2, False), (3, True)])
def test_a_line_that_most_of_the_chapters_looked_at_have_is_told(with_it: int, *, told: bool):
    advert = "<div>Buy a kettle!</div>"
    chapters = [chapter(n, f"{n}.", TEXT.replace("tide", f"tide {n}") + advert * (n <= with_it)) for n in range(1, 5)]

    line = "3 of the 4 chapters looked at have the line 'Buy a kettle!': it may be no part of the text"
    assert wrong(parsed(*chapters), chapters) == [line] * told


@pytest.mark.parametrize(
    "novel",
    [
        parsed(*GOOD, stated=4),
        parsed(chapter(1, "Chapter 2", volume="One"), chapter(2, "Chapter 1", volume="Two")),
        parsed(
            *(chapter(n, f"Day {n}", f"<p>1</p>{TEXT.replace('tide', f'tide {n}')}<p>* * *</p>") for n in range(1, 5))
        ),
        parsed(chapter(1, "The map", '<img src="https://example.org/map.png">')),
    ],
)
def test_nothing_looks_wrong_in_a_novel_that_is_read_well(novel: ParsedNovel):
    assert wrong(novel, novel.chapters) == []
