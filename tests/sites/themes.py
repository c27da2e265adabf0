"""What the themes Madara and NovelFull make of a novel, as sites that use them show it."""

from __future__ import annotations

from html import escape

from tests.sites.samples import SampleChapter, SampleNovel
from tests.sites.web import Answer, Hit, Page


def madara(novel: SampleNovel) -> dict[str, Answer]:
    """The pages of a novel by path; the list comes only in answer to a POST, and begins with the newest chapter."""
    rows = "".join(
        f'<li class="wp-manga-chapter"><a href="/novel/weir/{chapter.key}/"> {escape(chapter.title)} </a>'
        f'<span class="chapter-release-date"><a href="/novel/weir/{chapter.key}/" title="1 day ago"><img alt="new"></a>'
        "</span></li>"
        for chapter in novel.chapters[::-1]
    )
    tags = ",".join(f'<a href="/genre/" rel="tag">{escape(tag)}</a>' for tag in novel.tags)
    about = f"""<div class="post-title"><h1>{escape(novel.title)}</h1></div>
<div class="author-content"><a href="/author/">{escape(novel.author)}</a></div><div class="genres-content">{tags}</div>
<div class="post-status"><div class="post-content_item"><div class="summary-content">2024</div></div>
<div class="post-content_item"><div class="summary-content">OnGoing</div></div></div>
<div class="description-summary"><div class="summary__content"><p>One.</p><p>Two.</p></div></div>
<div id="manga-chapters-holder" data-id="7"></div>"""

    def listed(hit: Hit) -> Page:
        return Page(f'<ul class="main version-chap">{rows}</ul>') if hit.method == "POST" else Page("no", status=404)

    pages: dict[str, Answer] = {"/novel/weir/": Page(_page(about)), "/novel/weir/ajax/chapters/": listed}
    pages["/novel/weir"] = Page(status=301, headers={"Location": "/novel/weir/"})
    for chapter in novel.chapters:
        text = f'<div class="reading-content"><script>x()</script><div class="text-left">{chapter.content}</div></div>'
        pages[f"/novel/weir/{chapter.key}/"] = Page(_page(f'<h1 id="chapter-heading">{chapter.title}</h1>{text}'))
    return pages


def novelfull(novel: SampleNovel, *, per_page: int = 4) -> dict[str, Page]:
    """The pages of a novel by path: a list in pages, the oldest chapter first."""
    pieces = [novel.chapters[start : start + per_page] for start in range(0, len(novel.chapters), per_page)]
    pages = {}
    for number, piece in enumerate(pieces, start=1):
        on = f'<li class="next"><a href="/weir.html?page={number + 1}">Next</a></li>' if number < len(pieces) else ""
        path = "/weir.html" if number == 1 else f"/weir.html?page={number}"
        pages[path] = Page(_page(f'{_novelfull_book(novel, piece)}<ul class="pagination">{on}</ul>'))
    for chapter in novel.chapters:
        text = f'<div id="chapter-content"><div class="ads">Buy!</div>{chapter.content}</div>'
        pages[f"/weir/{chapter.key}.html"] = Page(_page(f'<a class="novel-title" href="/weir.html">Weir</a>{text}'))
    return pages


def _novelfull_book(novel: SampleNovel, listed: tuple[SampleChapter, ...]) -> str:
    rows = "".join(f'<li><a href="/weir/{c.key}.html" title="">{escape(c.title)}</a></li>' for c in listed)
    genres = "".join(f'<a href="/genre/{escape(tag)}">{escape(tag)}</a>' for tag in novel.tags)
    return f"""<div class="book"><img src="/cover.jpg"></div><h3 class="title">{escape(novel.title)}</h3>
<div class="info"><a href="/author/w">{escape(novel.author)}</a>{genres}<a href="/status/completed">Completed</a></div>
<div class="desc-text"><p>One.</p></div><div id="list-chapter"><ul class="list-chapter">{rows}</ul></div>"""


def _page(body: str) -> str:
    return f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"></head><body>{body}</body></html>'
