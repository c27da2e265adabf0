"""Kakuyomu (kakuyomu.jp): the work's page carries all of it as data, its table of contents too; an episode's page has the text.

The data is Next.js's, and in it the cache of Apollo: objects by name, such as `Work:1` or `Episode:2`, that refer to each other.
The page's markup shows a part of the contents only, so nothing is read from it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, ClassVar
from urllib.parse import urlsplit

from parsel import Selector
from scrapy.http import Response

from ingestion.errors import NotFound, ParseError
from ingestion.items import Chapter, ChapterLink, IndexPage, Novel, Publication, Sign
from spiders import origins, pagedata, walls
from spiders.base import NovelSpider
from spiders.challenge import refuse
from spiders.fragments import inner_html, line, paragraphs_of, tree, words
from spiders.hidden import remove_hidden

_WORK = re.compile(r"/works/(\d+)(?=/|$)")
_NOT_FOUND = "お探しのページは見つかりませんでした"
_STATUSES = {"RUNNING": Publication.ONGOING, "COMPLETED": Publication.COMPLETED}
_WARNINGS = {"isCruel": "残酷描写有り", "isViolent": "暴力描写有り", "isSexual": "性描写有り"}

_Thing = Mapping[str, Any]


class Kakuyomu(NovelSpider):
    """An episode is known by the number in its URL. One that is only for those who pay is an `EmptyEpisode` in the contents."""

    name = "kakuyomu"
    allowed_domains: ClassVar[list[str]] = ["kakuyomu.jp"]
    strategies = ("tableOfContentsV2", "tableOfContents")
    novel_at, chapter_at = r"/works/(\d+)$", r"/episodes/(\d+)$"
    sign = Sign.EDIT_DATE

    @classmethod
    def index_url(cls, url: str) -> str:
        """The work's page on the same host."""
        parts = urlsplit(url)
        work = _WORK.match(parts.path)
        if work is None:
            return url
        origin = origins.of(url, "https://kakuyomu.jp")
        return f"{origin}/works/{work[1]}"

    def novel(self, response: Response) -> Novel:
        """From the data alone. The catchphrase, which the site shows above all, begins the description."""
        page = tree(response)
        cache, work = _work(response, page)
        title = line(str(work.get("title") or ""))
        if not title:
            raise ParseError(f"the work on {response.url} has no title")
        told = (paragraphs_of(escape(str(work.get(key) or ""))) for key in ("catchphrase", "introduction"))
        return Novel(
            key=_key(response),
            url=self.index_url(response.url),
            title=title,
            authors=_authors(cache, work),
            description="\n\n".join(filter(None, told)) or None,
            cover_url=work.get("adminCoverImageUrl") or None,
            language=page.xpath("/html/@lang").get() or None,
            status=_STATUSES.get(work.get("serialStatus") or ""),
            tags=_tags(cache, work),
        )

    def chapters(self, response: Response) -> IndexPage:
        """The whole table of contents. What is listed without an id or a title cannot be linked to, but is counted."""
        cache, work = _work(response, tree(response))
        strategy = next((name for name in self.strategies if work.get(name)), None)
        if strategy is None:
            raise ParseError(f"the work on {response.url} has no table of contents, or no episode yet")
        try:
            listed = list(_entries(cache, work[strategy]))
            links = [
                _link(response, volume, episode, locked=locked)
                for volume, episode, locked in listed
                if not locked or (episode.get("id") and episode.get("title"))
            ]
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ParseError(f"the contents of {response.url} are not of the known shape: {error!r}") from error
        return IndexPage(links=tuple(links), stated_total=len(listed), strategy=strategy)

    def chapter(self, response: Response) -> Chapter:
        """The text as the author set it: a blank line is a paragraph of its own, a reading a ruby."""
        page = tree(response)
        text = next(iter(page.css("div.widget-episodeBody.js-episode-body")), None)
        if text is None:
            absent = _absent(response, page, "has no text: it is no episode's page, or the site changed")
            walls.refuse(response, page)
            raise absent
        removed = remove_hidden(text)
        if not words(text) and not text.css("img"):
            raise ParseError(f"{response.url} is an episode without a text")
        return Chapter(content=inner_html(text), hidden_removed=removed)


def _absent(response: Response, page: Selector, told: str) -> ParseError:
    """The error of a page that lacks what it should have, unless the page says better what it is: that is raised."""
    if _NOT_FOUND in words(page):  # Kakuyomu's own sentence, in case it comes with status 200
        raise NotFound(f"Kakuyomu has no page {response.url}: it was removed, or the URL is wrong")
    refuse(response)
    return ParseError(f"{response.url} {told}")


# The data ---------------------------------------------------------------------------------------------------------------


def _work(response: Response, page: Selector) -> tuple[_Thing, _Thing]:
    """Apollo's cache, and the work in it that the URL names."""
    key = f"Work:{_key(response)}"
    try:
        cache = json.loads(page.css("script#__NEXT_DATA__::text").get(""))["props"]["pageProps"]["__APOLLO_STATE__"]
        return cache, dict(cache[key])
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        told = f"has no {key} in its __NEXT_DATA__: it is no work's page, or the site changed ({error!r})"
        raise _absent(response, page, told) from error


def _key(response: Response) -> str:
    work = _WORK.match(urlsplit(response.url).path)
    if work is None:
        raise ParseError(f"{response.url} is not a work's page: give a URL of the form /works/<number>")
    return work[1]


def _follow(cache: _Thing, reference: Any) -> _Thing:
    """What a reference leads to, which may also stand in its place; nothing where there is nothing."""
    if not isinstance(reference, dict):
        return {}
    return cache.get(reference["__ref"]) or {} if "__ref" in reference else reference


def _kind(reference: _Thing) -> str:
    return str(reference.get("__ref") or reference.get("__typename")).partition(":")[0]


def _authors(cache: _Thing, work: _Thing) -> tuple[str, ...]:
    """The name above the work, where it is not the account's own, then the account's."""
    account = _follow(cache, work.get("author"))
    names = (line(name) for name in (work.get("alternateAuthorName"), account.get("activityName")))
    return tuple(dict.fromkeys(filter(None, names)))


def _tags(cache: _Thing, work: _Thing) -> tuple[str, ...]:
    genre = str(work.get("genre") or "").replace("_", " ").lower()
    source = _follow(cache, work.get("fanFictionSource")).get("title")
    warnings = (label for flag, label in _WARNINGS.items() if work.get(flag))
    return tuple(dict.fromkeys(filter(None, map(line, (genre, source, *warnings, *(work.get("tagLabels") or ()))))))


def _entries(cache: _Thing, contents: list[Any]) -> Iterator[tuple[str | None, _Thing, bool]]:
    """Each episode with the titles above it and whether it is locked. A heading ends those of its own level and below."""
    above: list[tuple[int, str]] = []
    for node in (_follow(cache, reference) for reference in contents):
        heading = _follow(cache, node.get("chapter"))
        level = int(heading.get("level") or 1)
        above = [title for title in above if title[0] < level] if heading else []
        above += [(level, line(heading["title"]))] if heading else []
        for reference in node["episodeUnions"]:
            if _kind(reference) in ("Episode", "EmptyEpisode"):
                volume = ", ".join(title for _, title in above if title) or None
                yield volume, _follow(cache, reference), _kind(reference) == "EmptyEpisode"


def _link(response: Response, volume: str | None, episode: _Thing, *, locked: bool) -> ChapterLink:
    key = str(episode["id"])
    return ChapterLink(
        key=key,
        url=response.urljoin(f"/works/{_key(response)}/episodes/{key}"),
        title=line(episode.get("title")) or f"Episode {key}",
        volume=volume,
        published_at=pagedata.time(episode.get("publishedAt")),
        edited_at=pagedata.time(episode.get("editedAt")),
        locked=locked,
    )
