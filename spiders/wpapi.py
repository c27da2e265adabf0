"""What a WordPress site's REST API gives: a hundred posts in one answer. Where it is, any page of the site says (WP REST API handbook)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from parsel import Selector
from scrapy.http import Response

from ingestion.errors import ParseError, UnsupportedSite
from ingestion.items import ChapterLink, IndexPage
from spiders import pagedata
from spiders.challenge import refuse
from spiders.fragments import piece, words

#: How links found here were found.
STRATEGY = "REST API"
#: As many posts as the API gives at once, oldest first, and of each what is read here.
PER_PAGE = 100
_QUERY = f"per_page={PER_PAGE}&order=asc&orderby=date&_fields=id,date_gmt,modified_gmt,link,title,content&page=1"
_PAGE_NUMBER = re.compile(r"(?<=[?&]page=)\d+")
_API_HEADER = re.compile(rb'<([^<>]+)>\s*;\s*rel="?https://api\.w\.org/"?')
_API_ROOT = re.compile(r"(index\.php)?/?(wp-json|\?rest_route=)/*$")


def host(url: str) -> str:
    """A URL's host; with and without `www.` it is the same site."""
    return urlsplit(url).netloc.removeprefix("www.")


def posts_url(page: Selector, response: Response) -> str | None:
    """The first page of posts; WordPress.com has one API for all its sites, whether they announce it or not."""
    name, root = urlsplit(response.url).hostname or "", _announced(page, response)
    if name.endswith(".wordpress.com"):
        return f"https://public-api.wordpress.com/wp/v2/sites/{name}/posts?{_QUERY}"
    return f"{root.rstrip('/')}/wp/v2/posts{'&' if '?' in root else '?'}{_QUERY}" if root else None


def home(page: Selector, response: Response) -> str:
    """The site's own address: what the API's stands below."""
    root = _announced(page, response)
    return _API_ROOT.sub("", root).rstrip("/") + "/" if root else urljoin(response.url, "/")


def is_page(url: str) -> bool:
    """Whether a URL is one of the API's."""
    return "/wp/v2/" in unquote(url)


def posts_page(response: Response) -> IndexPage:
    """The posts of one answer, oldest first, and the next answer's URL."""
    posts = _posts(response)
    try:
        links = tuple(_entry(one, response.url) for one in posts)
    except (AttributeError, KeyError, TypeError) as error:
        raise ParseError(f"the list of posts at {response.url} is not of the known shape: {error!r}") from error
    after = _after(response, len(posts))
    if not posts and not after and response.url.endswith("&page=1"):
        raise UnsupportedSite(
            f"the API of the site has no posts ({response.url}): its chapters are not what it calls posts"
        )
    total = _told(response, "X-WP-Total")
    return IndexPage(links=links, further=after, stated_total=total, strategy=STRATEGY)


def post(response: Response) -> tuple[str, str]:
    """The text of the post that the URL's fragment asks for, and its address on the site."""
    asked = urldefrag(response.url).fragment
    try:
        for one in _posts(response):
            if str(one["id"]) == asked:
                return one["content"]["rendered"] or "", one["link"]
    except (AttributeError, KeyError, TypeError) as error:
        raise ParseError(f"the post {asked} at {response.url} is not of the known shape: {error!r}") from error
    raise ParseError(f"{response.url}: the API gives no post {asked} there any more")


def _announced(page: Selector, response: Response) -> str | None:
    """The API's root as the page's head or the answer's `Link` says it; a saved copy of a site announces another host's."""
    header = _API_HEADER.search(b", ".join(response.headers.getlist("Link")))
    found = page.css('link[rel="https://api.w.org/"]::attr(href)').get() or (header and header[1].decode("latin-1"))
    root = urljoin(response.url, found) if found else None
    return root if root and host(root) == host(response.url) else None


def _after(response: Response, count: int) -> tuple[str, ...]:
    """A page may hold fewer posts than it should (private ones are left out), so what the site says goes first."""
    number = _PAGE_NUMBER.search(response.url)
    pages = _told(response, "X-WP-TotalPages")
    if number is None or (count < PER_PAGE if pages is None else int(number[0]) >= pages):
        return ()
    return (_PAGE_NUMBER.sub(str(int(number[0]) + 1), response.url),)


def _told(response: Response, header: str) -> int | None:
    value = response.headers.get(header) or b""
    return int(value) if re.fullmatch(rb"\d{1,9}", value) else None


def _entry(one: Mapping[str, Any], url: str) -> ChapterLink:
    return ChapterLink(
        key=str(one["id"]),
        url=f"{url}#{one['id']}",
        title=words(piece(f"<p>{one['title']['rendered']}</p>")) or f"Post {one['id']}",
        published_at=pagedata.time(one["date_gmt"]),
        edited_at=pagedata.time(one["modified_gmt"]),
        locked=bool(one["content"].get("protected")),
    )


def _posts(response: Response) -> list[Mapping[str, Any]]:
    try:
        posts = _decoded(response.body)
    except (ValueError, RecursionError) as error:
        refuse(response)
        raise UnsupportedSite(_absent(response)) from error
    if response.status in (404, 410):
        raise UnsupportedSite(_absent(response))
    if not isinstance(posts, list):
        raise ParseError(f"{response.url} gives no list of posts: {str(posts)[:200]}")
    return posts


def _absent(response: Response) -> str:
    """To go on without the API would give every chapter another key, and the next job might find the API again."""
    return (
        f"the site announces its API at {response.url}, and what it answers there (status {response.status}) is none; "
        "SITE_ALIASES=<the site's host>=generic reads its pages instead"
    )


@lru_cache(maxsize=1)
def _decoded(body: bytes) -> Any:
    """A page's hundred chapters are asked for one after the other, and it may have megabytes."""
    return json.loads(body)
