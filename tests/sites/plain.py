"""A site that nobody wrote a spider for: a contents page with a list, and a page a chapter."""

from __future__ import annotations

from html import escape

from tests.sites.samples import SampleNovel
from tests.sites.web import Page


def render(novel: SampleNovel, *, etag: bool = True) -> dict[str, Page]:
    """The novel's pages below `/`, the contents at `/index.html`; with validators unless told otherwise."""
    items = "".join(f'<li><a href="chapters/{c.key}.html">{escape(c.title)}</a></li>' for c in novel.chapters)
    head = f'<meta name="author" content="{escape(novel.author)}"><title>{escape(novel.title)}</title>'
    index = f"<h1>{escape(novel.title)}</h1><p>{escape(novel.description)}</p><ol>{items}</ol>"
    pages = {start(novel): Page(_page(head, index), etag=etag)}
    for chapter in novel.chapters:
        text = f'<nav><a href="../index.html">Contents</a></nav><main><h1>{escape(chapter.title)}</h1>{chapter.content}</main>'
        pages[f"/chapters/{chapter.key}.html"] = Page(_page(f"<title>{escape(chapter.title)}</title>", text), etag=etag)
    return pages


def start(novel: SampleNovel) -> str:
    """The contents' path."""
    return "/index.html"


def _page(head: str, body: str) -> str:
    return f'<!doctype html><html lang="en"><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'
