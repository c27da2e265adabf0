"""What a XenForo forum makes of a novel: a thread, the list of its threadmarks, and reader pages that show the marked posts."""

from __future__ import annotations

from html import escape

from tests.sites.samples import SampleChapter, SampleNovel
from tests.sites.web import Page

SLUG = "the-thread"


def render(novel: SampleNovel, *, posts_a_page: int = 10, etag: bool = True) -> dict[str, Page]:
    """The pages of a novel by path: the thread's, its list with and without the slug, and as many reader pages as it takes."""
    listed = "threadmarks?per_page=200&threadmark_category=1"
    pages = {
        f"/threads/{novel.key}/{listed}": Page(_list(novel), etag=etag),
        f"{thread(novel)}/{listed}": Page(_list(novel), etag=etag),
        start(novel): Page(_thread(novel), etag=etag),
    }
    last = -(-len(novel.chapters) // posts_a_page)
    for number in range(1, last + 1):
        posts = novel.chapters[(number - 1) * posts_a_page : number * posts_a_page]
        pages[reader(novel, number)] = Page(_reader(novel, posts, number, last), etag=etag)
    for chapter in novel.chapters:
        pages[f"/posts/{chapter.key}/"] = Page(status=302, headers={"Location": start(novel)})
    return pages


def start(novel: SampleNovel) -> str:
    """The path of the thread's first page."""
    return f"{thread(novel)}/"


def thread(novel: SampleNovel) -> str:
    """The thread's path."""
    return f"/threads/{SLUG}.{novel.key}"


def reader(novel: SampleNovel, number: int) -> str:
    """The path of a reader page, with its query."""
    return f"{thread(novel)}/reader/page-{number}?threadmark_category=1"


def _page(novel: SampleNovel, body: str) -> str:
    tags = "".join(f'<a href="/tags/{escape(tag)}/" class="tagItem">{escape(tag)}</a>' for tag in novel.tags)
    return f"""<!DOCTYPE html>
<html id="XF" lang="en-US" class="has-no-js"><head><meta charset="utf-8"><title>{escape(novel.title)} | Forum</title></head>
<body><a href="/login/" class="p-navgroup-link--logIn">Log in</a><div class="p-body-header">
<h1 class="p-title-value"><span class="label label--primary">Original</span> {escape(novel.title)}</h1>
<div class="p-description"><a href="/members/77/" class="username">{escape(novel.author)}</a>{tags}</div></div>
<div class="p-body-content">{body}</div></body></html>"""


def _thread(novel: SampleNovel) -> str:
    """The thread among whose posts the chapters stand; nothing but the way to the list is read of it."""
    return _page(
        novel, f'<a href="{thread(novel)}/threadmarks">Threadmarks</a><article class="message">Hello!</article>'
    )


def _list(novel: SampleNovel) -> str:
    about = escape(novel.description).replace("\n", "<br>")
    rows = "\n".join(
        f'<div class="structItem structItem--threadmark" data-content-author="{escape(novel.author)}">'
        f'<a href="{thread(novel)}/page-{number}#post-{chapter.key}" data-tp-primary="on">{escape(chapter.title)}</a>'
        f'<time data-timestamp="{int(chapter.published_at.timestamp())}">some days ago</time></div>'
        for number, chapter in enumerate(novel.chapters, 1)
    )
    return _page(
        novel,
        f"""<div class="threadmarkListingHeader"><span class="threadmarkListingHeader-icon"><img src="/icons/{novel.key}.jpg"></span>
<dl class="pairs pairs--rows"><dt>Status</dt><dd>Ongoing</dd></dl>
<article class="threadmarkListingHeader-extraInfoChild message-body"><div class="bbWrapper">{about}</div></article></div>
<div class="structItemContainer">{rows}</div>""",
    )


def _reader(novel: SampleNovel, posts: tuple[SampleChapter, ...], number: int, last: int) -> str:
    links = "".join(
        f'<li class="pageNav-page"><a href="{escape(reader(novel, page))}">{page}</a></li>'
        for page in range(1, last + 1)
    )
    shown = "\n".join(_post(novel, post) for post in posts)
    return _page(novel, f'<div class="pageNav"><ul class="pageNav-main">{links}</ul></div>{shown}')


def _post(novel: SampleNovel, post: SampleChapter) -> str:
    return f"""<article class="message message--post hasThreadmark threadmark-category-1" data-author="{escape(novel.author)}"
data-content="post-{post.key}" id="js-post-{post.key}">
<div class="message-cell message-cell--threadmark-header"><span class="threadmarkLabel">{escape(post.title)}</span></div>
<header class="message-attribution"><time class="u-dt" data-time="{int(post.published_at.timestamp())}">then</time></header>
<div class="message-content"><article class="message-body"><div class="bbWrapper">{post.content}</div></article></div>
<aside class="message-signature"><div class="bbWrapper">Mind the step.</div></aside></article>"""
