"""What most chapters share at an end goes, and nothing of the story goes with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingestion.items import Chapter, ChapterLink, Hole, ParsedChapter
from spiders import boilerplate

STORY = "<p>The ferry came in at dusk on day {n}, and nobody got off.</p><p>Line two of {n}, said {who}.</p>"
NAMES = ("Maren", "Tobit", "Isko", "Orrel", "the clockmaker", "the keeper", "Pell", "Wick", "Dorn", "Aske")


def book(*given: str, count: int = 6) -> tuple[ParsedChapter, ...]:
    """Chapters whose content is `given` in turn, with {story}, {n} and {who} filled in."""
    made = []
    shapes = given or ("{story}",)
    for n in range(count):
        shape = shapes[n % len(shapes)]
        story = STORY.format(n=n, who=NAMES[n])
        content = shape.replace("{story}", story).replace("{n}", str(n)).replace("{who}", NAMES[n])
        link = ChapterLink(key=str(n), url=f"https://serial.example/{n}", title=f"Chapter {n}")
        made.append(ParsedChapter(link=link, position=n + 1, chapter=Chapter(content=content)))
    return tuple(made)


def contents(chapters: tuple[ParsedChapter, ...]) -> list[str]:
    return [one.chapter.content for one in chapters if one.chapter is not None]


PLEA = "<p>If you like this, support me on Patreon!</p>"


@pytest.mark.parametrize(
    "shape",
    [
        "{story}" + PLEA,
        PLEA + "{story}",
        "<p>Translator: Quill. Editor: Ink.</p>{story}<hr>" + PLEA,
        "<div><div>{story}</div><div>" + PLEA + "<p><a href='https://cups.example/q'>A cup of tea</a></p></div></div>",
        "{story}<p>Read chapter {n} first at inkwell.example.com</p>",
        "{story}<p> </p><p>本站网址请记住，手机用户请收藏。</p>",
        "{story}<p>The author has told nobody else that they may show this novel, and asks you to read it where it was written.</p>",
        "<p>Translation: Quill</p>{story}<p>Please rate it, and leave a comment!</p>",
    ],
)
def test_what_stands_at_the_same_end_of_all_chapters_is_removed(shape: str):
    kept, removed = boilerplate.remove(book(shape))
    words = [html.replace("<div>", "").replace("</div>", "").replace("<p> </p>", "") for html in contents(kept)]

    assert words == contents(book("{story}"))
    assert removed >= 6


@pytest.mark.parametrize(
    "shape",
    [
        "{story}<p>So it goes.</p>",  # a refrain at the end
        "<p>Dear Diary,</p>{story}",
        "<p>Dear Editor,</p>{story}",
        "{story}<p>And still nobody came to visit me.</p>",
        "{story}<p>The crown was stolen.</p>",
        "{story}<ul><li>Mana, rate: {n}</li><li>Skill: Translation ({n})</li></ul>",
        "<blockquote><p>From the Book of Tides, translated by Brother Anselm</p></blockquote>{story}",
        "{story}<p>Discord is only the beginning; put it to the vote.</p>",
        "<p>My name is Mara Weir and I have drowned eleven times, and this is how it went the last time that I did.</p>{story}",
        "{story}<blockquote><p>Three for the ferry and four for the fare,<br>five for the lock with nobody there,<br>"
        "six for the weir and seven for the sea,<br>and none of them ever came back to me.</p></blockquote>",
        "{story}" + PLEA + "{story}<p>Only {who} knows.</p>",  # the same words, but in the middle
        "{story}<p>* * *</p><p>{who} went home.</p>",
        "<p>Read at the window, {who} said.</p>{story}",
        PLEA,  # nothing would be left
    ],
)
def test_what_may_be_the_story_s_own_stays(shape: str):
    chapters = book(shape)

    assert boilerplate.remove(chapters) == (chapters, 0)


def test_a_line_that_few_chapters_share_stays():
    chapters = book("{story}" + PLEA, "{story}", "{story}", count=9)

    assert boilerplate.remove(chapters) == (chapters, 0)


def test_of_few_chapters_nothing_is_removed():
    chapters = book("{story}" + PLEA, count=boilerplate.FEWEST_CHAPTERS - 1)

    assert boilerplate.remove(chapters) == (chapters, 0)


def test_chapters_without_the_line_or_without_a_text_are_left_as_they_are():
    hole = Hole(kind="locked", reason="paid", final=True)
    missing = ParsedChapter(link=ChapterLink(key="x", url="https://serial.example/x", title="X"), position=7, hole=hole)
    chapters = (*book(*["{story}" + PLEA] * 5, "{story}"), missing)
    kept, removed = boilerplate.remove(chapters)

    assert contents(kept) == contents(book("{story}"))
    assert (kept[-2:], removed) == (chapters[-2:], 5)


def test_a_title_that_most_pages_show_is_not_the_chapters():
    shown = ["The Weir", "The Weir", "Rope", "The Weir", None]
    titled = [
        replace(one, chapter=Chapter(content="<p>A.</p>", title=title))
        for one, title in zip(book(count=5), shown, strict=True)
    ]

    kept = boilerplate.without_common_title(titled)
    assert [one.chapter.title for one in kept if one.chapter is not None] == [None, None, "Rope", None, None]
