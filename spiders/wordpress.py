"""WordPress serials: the posts come from the REST API that any page of the site announces, a hundred of them in one answer.

Where none is announced, the table of contents lists them, else each leads to the next, as on a site that nobody described.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar
from urllib.parse import urldefrag, urljoin, urlsplit, urlunsplit

from parsel import Selector, SelectorList
from scrapy.http import Response

from ingestion.errors import ParseError, UnsupportedSite
from ingestion.items import Chapter, ChapterLink, IndexPage, Novel, Sign
from spiders import pagedata, walls, wpapi
from spiders.challenge import refuse
from spiders.fragments import absolute, first, inner_html, line, piece, tree, words
from spiders.generic import CHAIN, Generic
from spiders.hidden import remove_hidden
from spiders.phrases import leads_around

_OTHER_FORM = re.compile(r"/((feed|amp|embed|comment-page-\d+|page/\d+)/?|wp-json(/.*)?)$")
_POST_ID = re.compile(r"(p|page_id)=\d+")

_BODY = ".entry-content, .post-content"
_AROUND_BODY = ".sharedaddy, .wpcnt, .jp-relatedposts, .wp-post-navigation, style, script"
_STEPS = re.compile(
    r"\b((first|last|previous|prev|next|latest)( (chapter|page|part|post))?|(table of )?contents|toc|index|home)\b",
    re.I,
)
_CONTENTS_PAGE = re.compile(r"(table of )?contents|toc|chapters|chapter list|all chapters|archives?", re.I)
_NO_POST = re.compile(r"^/$|^/(wp-content|category|tag|author|feed)/|[?&](share|replytocom)=")
_CONTENTS = ".entry-content a, .post-content a, ul.wp-block-post-template a, .wp-block-cover__inner-container a"


class WordPress(Generic):
    """The site is the novel: each of its pages leads to all its posts. A post is known by its id, without the API by its path."""

    name = "wordpress"
    allowed_domains: ClassVar[list[str]] = [
        "parahumans.net",
        "parahumans.wordpress.com",
        "pactwebserial.wordpress.com",
        "twigserial.wordpress.com",
        "palewebserial.wordpress.com",
        "practicalguidetoevil.wordpress.com",
        "wanderinginn.com",
        "palelights.com",
    ]
    strategies = (wpapi.STRATEGY, "table of contents", *Generic.strategies)
    sign, sign_at = Sign.FEED, (r"(?<=[^/:])/.*", "/feed/")
    batch = wpapi.PER_PAGE

    @classmethod
    def index_url(cls, url: str) -> str:
        """The page itself, as a reader sees it (no feed, no page of comments): it says where the API is."""
        parts = urlsplit(url)
        ours = any(f".{parts.hostname}".endswith(f".{domain}") for domain in cls.allowed_domains)
        scheme, host = ("https", parts.hostname) if ours else (parts.scheme, parts.netloc)
        query = "&".join(pair for pair in parts.query.split("&") if _POST_ID.fullmatch(pair))
        return urlunsplit((scheme, host or "", _OTHER_FORM.sub("/", parts.path) or "/", query, ""))

    def novel(self, response: Response) -> Novel:
        """From what every page of the site says of the site; what a post says of itself is not the novel's."""
        page = tree(response)
        feed = page.css('link[rel="alternate"][type="application/rss+xml"]::attr(title)').get("").partition(" » ")[0]
        title = first(page, 'meta[property="og:site_name"]', ".site-title, .wp-block-site-title") or feed
        if not line(title):
            refuse(response)
            raise ParseError(f"{response.url} does not name its site: it is no page of a WordPress serial")
        of_site = bool(page.css('meta[property="og:type"][content="website"]'))
        author = first(page, 'meta[name="author"]', 'a[rel~="author"]', ".author .fn, .author.vcard")
        image = first(page, 'meta[property="og:image"]') if of_site else None
        home = wpapi.home(page, response)
        return Novel(
            key=home.partition("//")[2].rstrip("/").removeprefix("www."),
            url=home,
            title=line(title),
            authors=(line(author),) if author else (),
            description=first(page, ".site-description, .wp-block-site-tagline")
            or (first(page, 'meta[property="og:description"]') if of_site else None),
            cover_url=absolute(response.url, image) if image and not image.endswith("/blank.jpg") else None,
            language=page.xpath("/html/@lang").get() or None,
        )

    def chapters(self, response: Response) -> IndexPage:
        """A page of posts from the API; a page of the site leads to the first of them, or lists or continues by itself."""
        if wpapi.is_page(response.url):
            return wpapi.posts_page(response)
        page = tree(response)
        if (posts := wpapi.posts_url(page, response)) is not None:
            return IndexPage(links=(), further=(posts,))
        refuse(response)
        links: dict[str, ChapterLink] = {}
        for link in _listed(page, response):
            links.setdefault(link.key, link)
        if links:
            return IndexPage(links=tuple(links.values()), strategy="table of contents")
        return self._as_on_any_site(page, response)

    def chapter(self, response: Response) -> Chapter:
        """The post's own text, without the buttons and the links to its neighbours."""
        if wpapi.is_page(response.url):
            text, url = wpapi.post(response)
            return _cleaned(piece(f"<body>{text}</body>").css("body"), url)
        page = tree(response)
        if page.css("form.post-password-form") or not page.css(_BODY):
            walls.refuse(response, page)
            raise ParseError(
                f"{response.url} has no .entry-content: it is no post, or the site's theme has another name"
            )
        told = page.css('meta[property="article:published_time"]::attr(content), time.entry-date::attr(datetime)').get()
        chapter = _cleaned(page.css(_BODY), response.url)
        return replace(chapter, title=first(page, "h1.entry-title, .entry-title"), published_at=pagedata.time(told))

    def _read_index(self, response: Response) -> IndexPage:
        """A list of posts that is not there does not mean that the novel is not."""
        return self.chapters(response) if wpapi.is_page(response.url) else super()._read_index(response)

    def _as_on_any_site(self, page: Selector, response: Response) -> IndexPage:
        """The contents that a post links to, or the post and the next; the newest leads to the last alone, in the author's words."""
        try:
            return super().chapters(response)
        except UnsupportedSite:
            if not any(_leads_on(paragraph, response.url) for paragraph in page.css(_BODY).css("p")):
                raise
            title = first(page, "h1.entry-title, .entry-title")
            this = ChapterLink(key=_key(response.url), url=response.url, title=title or _key(response.url))
            return IndexPage(links=(this,), strategy=CHAIN)


def _listed(page: Selector, response: Response) -> Iterator[ChapterLink]:
    """The links in a table of contents' own text; none where the page is no table of contents."""
    links = page.css("#table-of-contents .chapter-entry .body-web > a")
    slug = urlsplit(response.url).path.rstrip("/").rpartition("/")[2].replace("-", " ")
    if not links and (_CONTENTS_PAGE.fullmatch(slug) or _CONTENTS_PAGE.fullmatch(first(page, ".entry-title") or "")):
        links = page.css(_CONTENTS)
    for link in links:
        url = urldefrag(response.urljoin(link.attrib.get("href", ""))).url
        if wpapi.host(url) == wpapi.host(response.url) and url != response.url and not _NO_POST.search(_key(url)):
            title = words(link)
            if title and not leads_around(title):
                yield ChapterLink(key=_key(url), url=url, title=title)


def _key(url: str) -> str:
    """A post's address below the host."""
    return urlunsplit(urlsplit(url)._replace(scheme="", netloc=""))


def _cleaned(text: SelectorList[Selector], url: str) -> Chapter:
    """The text without what the page hides, what plugins put around it, and the paragraphs that lead to other posts."""
    content = text[0]
    hidden = remove_hidden(content)
    for around in content.css(_AROUND_BODY):
        around.drop()
    for paragraph in content.css("p"):
        if _leads_on(paragraph, url):
            paragraph.drop()
    if not words(content) and not content.css("img"):
        raise ParseError(f"{url} is a post without a text")
    return Chapter(content=inner_html(content), hidden_removed=hidden)


def _leads_on(paragraph: Selector, url: str) -> bool:
    """Whether a paragraph links to the own host and says nothing but last, next, contents."""
    own = any(wpapi.host(urljoin(url, href)) == wpapi.host(url) for href in paragraph.css("a::attr(href)").getall())
    said = words(paragraph)
    return own and bool(_STEPS.search(said)) and not re.search(r"\w", _STEPS.sub("", said))
