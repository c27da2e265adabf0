"""A serial without a table of contents: each chapter leads to the next, and that is all there is."""

from __future__ import annotations

from html import escape

from tests.sites.samples import SampleNovel
from tests.sites.web import Page


def render(novel: SampleNovel, *, contents: str | None = None) -> dict[str, Page]:
    """A page a chapter, `/part-1` and on, with validators; `contents` is linked from each where it is given."""
    pages = {}
    for number, chapter in enumerate(novel.chapters, start=1):
        around = [f'<a rel="prev" href="/part-{number - 1}">Previous</a>' if number > 1 else ""]
        around.append(f'<a href="{contents}">Table of Contents</a>' if contents else "")
        around.append(f'<a rel="next" href="/part-{number + 1}">Next</a>' if number < len(novel.chapters) else "")
        body = f"<h1>{escape(chapter.title)}</h1><article>{chapter.content}</article><p>{' '.join(around)}</p>"
        head = f'<meta charset="utf-8"><meta property="og:title" content="{escape(novel.title)}">'
        pages[f"/part-{number}"] = Page(
            f"<!doctype html><html><head>{head}</head><body>{body}</body></html>", etag=True
        )
    return pages


def start(novel: SampleNovel) -> str:
    """The first chapter's path."""
    return "/part-1"
