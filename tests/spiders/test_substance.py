"""Pages that answer 200 and are no chapter, and chapters that talk of such things."""

from __future__ import annotations

import pytest

from ingestion.errors import IngestionError, Locked, NotFound, ParseError
from spiders.generic import Generic
from tests.spiders.written import PROSE, URL, page

STORY = "<p>The ferry waited at the low bank until the bells had stopped, and nobody came to the landing.</p>"
LINKS = "".join(f"<li><a href='/novel/{n}'>Another novel of the site, number {n}</a></li>" for n in range(40))


def read(body: str, head: str = "") -> str:
    return Generic().chapter(page(body, f"{URL}chapter-1", head=head)).content


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("<h1>404</h1><p>Back to the <a href='/'>home page</a></p>", NotFound),
        ("<h1>Chapter not found</h1><p>It may have been moved.</p>", NotFound),
        ("<p>Sorry, this chapter is no longer available.</p>", NotFound),
        ("<p>The page you are looking for doesn’t exist.</p>", NotFound),
        ("<p>This story has been removed by its author.</p>", NotFound),
        ("<p>章节不存在或已删除</p>", NotFound),
        ("<p>お探しのページが見つかりませんでした。</p>", NotFound),
        ("<p>Страница не найдена</p>", NotFound),
        ("<p>Página no encontrada</p>", NotFound),
        ("<p>You must be logged in to read this chapter.</p><form><input></form>", Locked),
        ("<p>Please log in to continue reading.</p>", Locked),
        ("<p>This chapter is locked. Buy coins to read it.</p>", Locked),
        ("<p>请先登录</p>", Locked),
        ("<p>Войдите, чтобы читать дальше.</p>", Locked),
        (f"<article>{STORY * 9}<p>Sign in to read the rest of this chapter.</p></article>", Locked),
        (f"<div id='x'><h2>Our novels</h2><ul>{LINKS}</ul></div>", ParseError),
        ("<div><h1>Chapter 1</h1><div id='text'></div></div><nav>Menu</nav>", ParseError),
        ("<div><h1>Chapter 1</h1><script>load(1)</script><noscript>Enable JavaScript</noscript></div>", ParseError),
    ],
)
def test_what_is_no_chapter_never_becomes_one(body: str, error: type[IngestionError]):
    with pytest.raises(error):
        read(body)


def test_a_missing_page_that_only_its_title_tells_of_is_not_found():
    with pytest.raises(NotFound, match="404 Not Found"):
        read("<p>Oops! Nothing to see.</p>", head="<title>404 Not Found</title>")


@pytest.mark.parametrize(
    "line",
    [
        "<p>“Page not found,” said the terminal, and the chapter has been deleted, he thought.</p>",
        "<p>“You must be logged in to read this,” it went on.</p>",
        "<p>Error 404, blinked the sign over the room 404.</p>",
    ],
)
def test_a_story_may_tell_of_pages_that_are_not_found(line: str):
    assert line in read(f"<article>{PROSE}{line}{PROSE}</article>")


@pytest.mark.parametrize(
    "last",
    [
        "Unlock the door and see what waits, she said.",
        "“Buy a ticket and see,” said the ferryman.",
        "“Log in to read this chapter of your life,” said the System.",
        "They must register to view the arena, and two of them did.",
        "The sign over the door said members only.",
        "He went out to buy a newspaper to read.",
    ],
)
def test_a_story_may_end_with_a_door_to_unlock(last: str):
    assert last in read(f"<article>{STORY * 9}<p>{last}</p></article>")


@pytest.mark.parametrize(
    "last",
    [
        "<p>Log in to continue reading</p>",
        "<p>Unlock this chapter to read on.</p>",
        "<p>Create an account to view the full story.</p>",
        "<p><a href='/login'>Sign in</a> and see what happens next!</p>",
        "<p>This chapter is for members only.</p>",
        "<p>请登录后继续阅读</p>",
    ],
)
def test_a_text_that_breaks_off_at_a_wall_is_not_taken_for_the_whole(last: str):
    with pytest.raises(Locked, match="breaks off"):
        read(f"<article>{STORY * 9}{last}</article>")


def test_a_short_chapter_beside_an_invitation_to_log_in_is_a_chapter():
    assert (
        read("<div>Log in to read more.</div><main><h1>I</h1><p>To the ferryman.</p></main>")
        == "<p>To the ferryman.</p>"
    )


def test_a_page_that_is_not_there_is_told_by_what_stands_beside_its_menu():
    menu = "".join(f"<li><a href='/shelf/{n}'>A shelf of many books {n}</a></li>" for n in range(40))

    with pytest.raises(NotFound):
        read(f"<nav><ul>{menu}</ul></nav><main><h1>Sorry</h1><p>This page does not exist.</p></main>")


def test_a_short_chapter_under_many_comments_is_a_chapter():
    comments = "".join(f"<li>{STORY}</li>" for _ in range(60))

    assert read(f"<article><h1>I</h1><p>No.</p></article><div id='comments'><ol>{comments}</ol></div>") == "<p>No.</p>"
