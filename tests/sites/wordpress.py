"""What WordPress makes of a novel: a page of contents, a page a post, and the API's lists of a hundred posts, if it has an API."""

from __future__ import annotations

import json
from html import escape
from urllib.parse import quote

from tests.sites.samples import SampleChapter, SampleNovel
from tests.sites.web import Page

POSTS = "/wp-json/wp/v2/posts?per_page=100&order=asc&orderby=date&_fields=id,date_gmt,modified_gmt,link,title,content"
CONTENTS = "/table-of-contents/"


def render(novel: SampleNovel, base: str = "", *, api: bool = True, per_page: int = 100) -> dict[str, Page]:
    """The site by path, its links beginning with the address `base`. `per_page` is how many posts the API really gives."""
    items = "\n".join(
        f'<p><strong>{escape(chapter.volume or "")}</strong> <a href="{base}{path_of(chapter)}">{escape(chapter.title)}</a></p>'
        for chapter in novel.chapters
    )
    pages = {CONTENTS: Page(_page(novel, base, "Table of Contents", items, api=api), etag=True)}
    for chapter in novel.chapters:
        text = f'{_content(novel, chapter, base)}<div class="sharedaddy sd-sharing-enabled"><p>Share this:</p></div>'
        pages[path_of(chapter)] = Page(_page(novel, base, chapter.title, text, api=api), etag=True)
    return pages | (_api(novel, base, per_page) if api else {})


def start(novel: SampleNovel) -> str:
    """The path of the contents."""
    return CONTENTS


def path_of(chapter: SampleChapter) -> str:
    """A post's permalink."""
    slug = "-".join("".join(letter if letter.isalnum() else " " for letter in chapter.title.lower()).split())
    return f"/{chapter.published_at:%Y/%m/%d}/{quote(slug)}/"


def _api(novel: SampleNovel, base: str, per_page: int) -> dict[str, Page]:
    starts = range(0, len(novel.chapters), per_page)
    total = {"X-WP-Total": str(len(novel.chapters)), "X-WP-TotalPages": str(len(starts))}
    pages = {}
    for number, start in enumerate(starts, start=1):
        posts = [_post(novel, chapter, base) for chapter in novel.chapters[start : start + per_page]]
        pages[f"{POSTS}&page={number}"] = Page(json.dumps(posts), content_type="application/json", headers=total)
    return pages


def _post(novel: SampleNovel, chapter: SampleChapter, base: str) -> dict[str, object]:
    when = f"{chapter.published_at:%Y-%m-%dT%H:%M:%S}"
    return {
        "id": int(chapter.key),
        "date_gmt": when,
        "modified_gmt": when,
        "link": base + path_of(chapter),
        "title": {"rendered": escape(chapter.title).replace("'", "&#8217;")},
        "content": {
            "rendered": "" if chapter.locked else _content(novel, chapter, base),
            "protected": chapter.locked,
        },
    }


def _content(novel: SampleNovel, chapter: SampleChapter, base: str) -> str:
    """The text, between paragraphs that lead to the chapters beside it."""
    place = novel.chapters.index(chapter)
    last = f'<a href="{base}{path_of(novel.chapters[place - 1])}">Last Chapter</a>' if place else ""
    after = novel.chapters[place + 1 : place + 2]
    following = f'<a href="{base}{path_of(after[0])}" rel="next">Next Chapter</a>' if after else ""
    around = f"<p>{last} &nbsp; {following}</p>" if last or following else ""
    return f"{around}\n{chapter.content}\n{around}"


def _page(novel: SampleNovel, base: str, title: str, text: str, *, api: bool) -> str:
    link = f'<link rel="https://api.w.org/" href="{base}/wp-json/" />' if api else ""
    return f"""<!DOCTYPE html>
<html lang="en-US"><head><meta charset="UTF-8" /><title>{escape(title)} | {escape(novel.title)}</title>
<link rel="alternate" type="application/rss+xml" title="{escape(novel.title)} &raquo; Feed" href="{base}/feed/" />
<meta name="author" content="{escape(novel.author)}" />
{link}</head><body class="wp-singular"><header><p class="site-title"><a href="{base}/">{escape(novel.title)}</a></p>
<p class="site-description">{escape(novel.description)}</p></header>
<div id="main"><article><h1 class="entry-title">{escape(title)}</h1>
<div class="entry-content">
{text}
</div></article></div></body></html>"""
