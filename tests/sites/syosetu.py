"""What Syosetu makes of a novel: pages of its index, and episodes; of a novel of one chapter a short work on one page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from html import escape

from tests.sites.samples import SampleChapter, SampleNovel
from tests.sites.web import Page

JAPAN = timezone(timedelta(hours=9))


def render(novel: SampleNovel, *, per_page: int = 100, edited: Mapping[str, datetime] | None = None) -> dict[str, Page]:
    """The pages of a novel by path; `edited` says when its author changed an episode, by the episode's key."""
    if len(novel.chapters) == 1:
        return {start(novel): Page(_page(novel, novel.title, _body(novel.chapters[0])), etag=True)}
    firsts = range(0, len(novel.chapters), per_page)
    pages = {}
    for number, first in enumerate(firsts, start=1):
        rows = "\n".join(_rows(novel, first, per_page, edited or {}))
        body = f'{_pager(novel, number, len(firsts))}<div class="p-eplist">\n{rows}\n</div>'
        path = start(novel) if number == 1 else f"{start(novel)}?p={number}"
        pages[path] = Page(_page(novel, novel.title, body), etag=True)
    for chapter in novel.chapters:
        pages[path_of(novel, chapter)] = Page(_page(novel, chapter.title, _body(chapter)), etag=True)
    return pages


def start(novel: SampleNovel) -> str:
    """The path of the work."""
    return f"/n{novel.key}ab/"


def path_of(novel: SampleNovel, chapter: SampleChapter) -> str:
    """The path of an episode."""
    return f"{start(novel)}{chapter.key}/"


def _rows(novel: SampleNovel, first: int, per_page: int, edited: Mapping[str, datetime]) -> Iterator[str]:
    volume = novel.chapters[first - 1].volume if first else None  # its heading is where it begins, and nowhere else
    for chapter in novel.chapters[first : first + per_page]:
        if chapter.volume and chapter.volume != volume:
            volume = chapter.volume
            yield f'<div class="p-eplist__chapter-title">{escape(volume)}</div>'
        when = edited.get(chapter.key)
        change = f'<span title="{_time(when)} 改稿">（<u>改</u>）</span>' if when else ""
        yield f"""<div class="p-eplist__sublist">
<a href="{path_of(novel, chapter)}" class="p-eplist__subtitle">
{escape(chapter.title)}
</a>
<div class="p-eplist__update">
{_time(chapter.published_at)}
{change}</div></div>"""


def _time(when: datetime) -> str:
    return f"{when.astimezone(JAPAN):%Y/%m/%d %H:%M}"


def _pager(novel: SampleNovel, number: int, pages: int) -> str:
    if number == pages:
        return '<div class="c-pager"><span class="c-pager__item c-pager__item--last">最後へ</span></div>'
    last = f'<a href="{start(novel)}?p={pages}" class="c-pager__item c-pager__item--last">最後へ</a>'
    return f'<div class="c-pager"><a href="{start(novel)}?p={number + 1}" class="c-pager__item">次へ</a>{last}</div>'


def _body(chapter: SampleChapter) -> str:
    kinds = (("--preface", chapter.note_before), ("", chapter.content), ("--afterword", chapter.note_after))
    parts = (
        f'<div class="js-novel-text p-novel__text{" p-novel__text" + kind if kind else ""}">{text}</div>'
        for kind, text in kinds
        if text
    )
    return f'<div class="p-novel__body">{"".join(parts)}</div>'


def _page(novel: SampleNovel, title: str, body: str) -> str:
    summary = escape(novel.description).replace("\n", "<br />\n")
    return f"""<!DOCTYPE html>
<html lang="ja"><head><meta charset="utf-8"><title>{escape(title)}</title></head>
<body><main class="l-main"><article class="p-novel"><h1 class="p-novel__title">{escape(title)}</h1>
<div class="p-novel__author">作者：<a href="https://mypage.syosetu.com/1/">{escape(novel.author)}</a></div>
<div id="novel_ex" class="p-novel__summary">{summary}</div>
{body}</article></main></body></html>"""
