"""Wattpad (wattpad.com), by the JSON that its own pages are made of; off unless the operator switches it on.

The site's robots.txt forbids programs the addresses that the texts are at, and it is obeyed whether this is on or not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from scrapy.http import Response

from ingestion.errors import NotFound, ParseError
from ingestion.items import Chapter, ChapterLink, IndexPage, Novel, Publication, Sign
from spiders import origins, pagedata, walls
from spiders.base import NovelSpider
from spiders.challenge import refuse
from spiders.fragments import inner_html, line, paragraphs_of, tree, words

_HOME = "https://www.wattpad.com"
_STORY = re.compile(r"/(?:api/v3/stories|story)/(\d+)(?=[-/]|$)")
_PART = re.compile(r"/(?:v4/parts/)?(\d+)(?=[-/]|$)")


class Wattpad(NovelSpider):
    """A story and its parts are known by their numbers. Of a story that readers pay for, nothing is fetched."""

    name = "wattpad"
    allowed_domains: ClassVar[list[str]] = ["wattpad.com"]
    pace = 2.0
    strategies = ("parts",)
    sign = Sign.EDIT_DATE
    off = "Wattpad's robots.txt forbids programs the addresses of its texts (/apiv2/)"

    @classmethod
    def index_url(cls, url: str) -> str:
        """The story's data. A part's address does not say which story it is of, but the part's data does."""
        path = urlsplit(url).path
        if story := _STORY.match(path):
            return f"{origins.of(url, _HOME)}/api/v3/stories/{story[1]}"
        if part := _PART.match(path):
            return f"{origins.of(url, _HOME)}/v4/parts/{part[1]}?fields=group(id)"
        return url

    def novel(self, response: Response) -> Novel:
        """From the story's data."""
        story = _data(response)
        try:
            author = line((story.get("user") or {}).get("name"))
            tags = ["Mature"] if story.get("mature") else []
            return Novel(
                key=str(story["id"]),
                url=f"{origins.of(response.url, _HOME)}/story/{story['id']}",
                title=line(story["title"]),
                authors=(author,) if author else (),
                description=paragraphs_of(story.get("description") or ""),
                cover_url=(story.get("cover") or "").replace("-256-", "-512-") or None,
                status=Publication.COMPLETED if story.get("completed") else Publication.ONGOING,
                tags=tuple(dict.fromkeys(map(line, [*(story.get("tags") or ()), *tags]))),
            )
        except (AttributeError, KeyError, TypeError) as error:
            raise _unknown(response, error) from error

    def chapters(self, response: Response) -> IndexPage:
        """All parts of the story; the data of a part sends on to its story."""
        data = _data(response)
        try:
            if _PART.match(urlsplit(response.url).path):
                return IndexPage(
                    links=(), index_url=f"{origins.of(response.url, _HOME)}/api/v3/stories/{data['group']['id']}"
                )
            return IndexPage(links=tuple(_links(data, response)), strategy="parts")
        except (AttributeError, KeyError, TypeError) as error:
            raise _unknown(response, error) from error

    def chapter(self, response: Response) -> Chapter:
        """The text; a paragraph that the site repeats where one of its own pages ends stands there once.

        Its name is made of its words: a line that the story itself repeats, further down, has the same one.
        """
        page, before = tree(response), ""
        for paragraph in page.css("p[data-p-id]"):
            if (name := paragraph.attrib["data-p-id"]) == before:
                paragraph.drop()
            before = name
        texts = page.css("body")
        if not before or (not words(texts[0]) and not texts.css("img")):
            walls.refuse(response, page)
            raise ParseError(f"{response.url} has no text in paragraphs: it is no part of a story, or the site changed")
        return Chapter(content=inner_html(texts[0]))


def _data(response: Response) -> Mapping[str, Any]:
    if response.status in (404, 410):
        raise NotFound(f"Wattpad has no {response.url} (status {response.status}): removed, or the URL is wrong")
    try:
        return dict(json.loads(response.body))
    except (TypeError, ValueError, RecursionError) as error:
        refuse(response)
        told = "is not a story's data: give a URL of the form /story/<number>"
        raise ParseError(f"{response.url} {told}") from error


def _links(story: Mapping[str, Any], response: Response) -> Iterator[ChapterLink]:
    for part in story["parts"]:
        yield ChapterLink(
            key=str(part["id"]),
            url=f"{origins.of(response.url, _HOME)}/apiv2/storytext?id={part['id']}",
            title=line(part.get("title")) or f"Part {part['id']}",
            published_at=pagedata.time(part.get("createDate")),
            edited_at=pagedata.time(part.get("modifyDate")),
            # Which of its parts are free the data does not say, and what is given of the others is a piece.
            locked=bool(story.get("isPaywalled")),
        )


def _unknown(response: Response, error: Exception) -> ParseError:
    return ParseError(f"the data at {response.url} is not a story's, or not of the known shape: {error!r}")
