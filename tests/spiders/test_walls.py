"""The page that is shown instead of a text to those who have not paid or logged in, and the pages that only speak of such things."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse

from ingestion.errors import Blocked, Locked, ParseError
from spiders import walls
from spiders.base import NovelSpider
from spiders.fragments import tree
from spiders.generic import Generic
from spiders.kakuyomu import Kakuyomu
from spiders.royalroad import RoyalRoad
from spiders.wordpress import WordPress
from tests.spiders.recorded import response

URL = "https://novels.example/fiction/1/x/chapter/2/y"
LONG = "<p>" + "The tide was late that night, and nobody on the quay would say why. " * 9 + "</p>"


def page(sentence: str, around: str = "") -> HtmlResponse:
    body = f"<html><body><nav>Log in to comment</nav><div><p>{sentence}</p></div>{around}</body></html>"
    return HtmlResponse(URL, body=body, encoding="utf-8")


@pytest.mark.parametrize(
    "sentence",
    [
        "Please log in to read this chapter.",
        "You must be logged in to view the full story.",
        "Sign up or sign in to continue reading.",
        "Become a patron to read more",
        "Unlock this chapter with 10 coins",
        "This chapter is locked.",
        "This post is for paying subscribers.",
        "Only available to registered users",
        "Subscribe to read the rest of this story",
        "このエピソードはサポーター限定です",
        "ログインすると続きを読むことができます",
    ],
)
def test_a_page_that_asks_for_a_login_or_a_payment_is_locked(sentence: str):
    with pytest.raises(Locked, match=URL):
        walls.refuse(page(sentence), tree(page(sentence)))


@pytest.mark.parametrize(
    "sentence",
    [
        "Log in to comment",
        "Log in or sign up to follow this story",
        "Sign in to continue where you left off",
        "The site has changed",
        "He told her to subscribe. To read it was another thing.",
        "ログイン",
    ],
)
def test_a_page_that_does_not_is_left_to_who_reads_it(sentence: str):
    walls.refuse(page(sentence), tree(page(sentence)))


def test_a_challenge_is_a_challenge():
    shown = response("royalroad/challenge.html", URL)

    with pytest.raises(Blocked, match="Just a moment") as told:
        walls.refuse(shown, tree(shown))
    assert told.value.kind == "blocked"


@pytest.mark.parametrize("spider", [RoyalRoad, Kakuyomu, WordPress, Generic])
def test_a_chapter_s_page_that_is_a_wall_is_locked(spider: type[NovelSpider]):
    with pytest.raises(Locked, match="log in to read this chapter"):
        spider().chapter(page("You have to log in to read this chapter."))


@pytest.mark.parametrize("spider", [RoyalRoad, Kakuyomu, WordPress])
def test_a_chapter_s_page_that_only_lacks_its_text_is_a_parse_error(spider: type[NovelSpider]):
    with pytest.raises(ParseError):
        spider().chapter(page("We have moved a few things."))


def test_a_text_that_speaks_of_a_wall_is_a_text():
    read = Generic().chapter(page("The door said: log in to read this chapter.", LONG))

    assert "nobody on the quay" in read.content
