"""What FictionPress makes of a novel: a page for each chapter, with the story's head, the select of chapters and the text."""

from __future__ import annotations

from html import escape

from tests.sites.samples import SampleNovel
from tests.sites.web import Page

SLUG = "The-Story"


def render(novel: SampleNovel, *, unseen: int = 0, etag: bool = True) -> dict[str, Page]:
    """The pages of a novel by path. Page 1 is as old as the story was before its newest `unseen` chapters came."""
    total = len(novel.chapters)
    numbers = range(1, total + 1)
    return {path(novel, n): Page(_page(novel, n, total - unseen if n == 1 else total), etag=etag) for n in numbers}


def start(novel: SampleNovel) -> str:
    """The path of the story: its first chapter's."""
    return path(novel, 1)


def path(novel: SampleNovel, number: int) -> str:
    """The path of a chapter's page."""
    return f"/s/{novel.key}/{number}/"


def _page(novel: SampleNovel, number: int, total: int) -> str:
    chapter = novel.chapters[number - 1]
    navigation = f"<span style='float:right; '>{_select(novel, number, total)}</span>" if total > 1 else ""
    return f"""<!DOCTYPE html><html><head><meta charset=utf-8><title>{escape(novel.title)} | FictionPress</title></head><body>
<div id=content_wrapper_inner><div id=pre_story_links><a class=xcontrast_txt href='/fiction/'>Fiction</a>
<a class=xcontrast_txt href='/fiction/Fantasy/'>Fantasy</a></div>
<div id=profile_top><b class='xcontrast_txt'>{escape(novel.title)}</b>
<span class='xcontrast_txt'><div style='height:5px'></div>By:</span> <a class='xcontrast_txt' href='/u/77/X'>{escape(novel.author)}</a>
<div style='margin-top:2px' class='xcontrast_txt'>{escape(novel.description).replace(chr(10), "<br>")}</div>
<span class='xgray xcontrast_txt'>{_facts(novel, total)}</span></div>{navigation}
<div class='storytextp' id='storytextp'><div class='storytext xcontrast_txt nocopy' id='storytext'>{chapter.content}
</div></div>{navigation}</div></body></html>"""


def _facts(novel: SampleNovel, total: int) -> str:
    published, updated = (int(novel.chapters[at].published_at.timestamp()) for at in (0, total - 1))
    several = f" Chapters: {total}   - " if total > 1 else ""
    later = f"Updated: <span data-xutime='{updated}'>then</span> - " if total > 1 else ""
    return (
        f"Rated: <a class='xcontrast_txt' href='/ratings/'>Fiction  K</a> - English - Mystery - {several}Words: 4,112 - "
        f"{later}Published: <span data-xutime='{published}'>before</span> - id: {novel.key} "
    )


def _select(novel: SampleNovel, number: int, total: int) -> str:
    options = "".join(
        f"<option  value={at} {'selected' if at == number else ''}>{at}. {escape(chapter.title)}"
        for at, chapter in enumerate(novel.chapters[:total], 1)
    )
    back = _button(novel, number - 1, "&lt; Prev") if number > 1 else ""
    on = _button(novel, number + 1, "Next &gt;") if number < total else ""
    return f"{back}<SELECT id=chap_select Name=chapter>{options}</select>{on}"


def _button(novel: SampleNovel, number: int, label: str) -> str:
    return f"<button class=btn TYPE=BUTTON onClick=\"self.location='/s/{novel.key}/{number}/{SLUG}'\">{label}</button>"
