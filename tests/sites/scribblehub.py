"""What Scribble Hub makes of a novel: the series' page with its newest chapters, the form that gives all of them, and the pages of the list."""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qs

from tests.sites.samples import SampleChapter, SampleNovel
from tests.sites.web import Answer, Hit, Page

SLUG = "the-series"
FORM = "/wp-admin/admin-ajax.php"


def render(novel: SampleNovel, *, per_page: int = 3, form: bool = True) -> dict[str, Answer]:
    """The pages of a novel by path; without `form` the site has forgotten what it should answer to it."""
    newest_first = novel.chapters[::-1]
    pieces = [newest_first[first : first + per_page] for first in range(0, len(newest_first), per_page)]
    pages: dict[str, Answer] = {
        start(novel): Page(_series(novel, pieces[0], len(pieces)), etag=True),
        f"/series/{novel.key}/": Page(status=301, headers={"Location": start(novel)}),
        FORM: lambda hit: Page(_answer(novel, hit) if form else "0", etag=True),
    }
    for number, piece in enumerate(pieces, start=1):
        pages[f"{start(novel)}?toc={number}"] = Page(_series(novel, piece, len(pieces)), etag=True)
    for chapter in novel.chapters:
        pages[path_of(novel, chapter)] = Page(_chapter(chapter), etag=True)
    return pages


def start(novel: SampleNovel) -> str:
    """The path of the series."""
    return f"/series/{novel.key}/{SLUG}/"


def path_of(novel: SampleNovel, chapter: SampleChapter) -> str:
    """The path of a chapter."""
    return f"/read/{novel.key}-{SLUG}/chapter/{chapter.key}/"


def _answer(novel: SampleNovel, hit: Hit) -> str:
    """What the form gives; a site of WordPress says `0` to whatever it does not know."""
    asked = {"action": ["wi_getreleases_pagination"], "pagenum": ["-1"], "mypostid": [novel.key]}
    known = hit.method == "POST" and parse_qs(hit.body.decode()) == asked
    return _list(novel, novel.chapters[::-1]) if known else "0"


def _list(novel: SampleNovel, chapters: tuple[SampleChapter, ...]) -> str:
    rows = "\n".join(
        f'<li class="toc_w"><a class="toc_a" href="{path_of(novel, chapter)}">{escape(chapter.title)}</a>'
        f'<span class="fic_date_pub">some days ago</span></li>'
        for chapter in chapters
    )
    return f'<ol class="toc_ol">\n{rows}\n</ol>'


def _series(novel: SampleNovel, listed: tuple[SampleChapter, ...], pages: int) -> str:
    about = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in novel.description.split("\n\n"))
    genres = "".join(f'<a class="fic_genre" href="/genre/">{escape(tag)}</a>' for tag in novel.tags)
    pager = "".join(f'<li><a href="?toc={number}#content1">{number}</a></li>' for number in range(1, pages + 1))
    return f"""<!DOCTYPE html>
<html lang="en-US"><head><meta charset="utf-8"><title>{escape(novel.title)}</title></head><body>
<div class="fic_title">{escape(novel.title)}</div><span class="auth_name_fic">{escape(novel.author)}</span>
<div class="wi_fic_desc">{about}</div>{genres}<span title="Last updated: Mar 3, 2026 09:00 AM">Ongoing</span>
<div class="toc"><span class="cnt_toc">{len(novel.chapters)}</span>{_list(novel, listed)}
<ul class="simple-pagination">{pager}</ul></div></body></html>"""


def _chapter(chapter: SampleChapter) -> str:
    before, after = (
        f'<div class="wi_authornotes"><div class="wi_authornotes_title">Note</div>'
        f'<div class="wi_authornotes_body">{note}</div></div>'
        if note
        else ""
        for note in (chapter.note_before, chapter.note_after)
    )
    text = "" if chapter.locked else f'<div id="chp_raw">{before}{chapter.content}{after}</div>'
    wall = "<p>You must be logged in to read this chapter.</p>" if chapter.locked else ""
    return f"""<!DOCTYPE html>
<html lang="en-US"><head><meta charset="utf-8"><title>{escape(chapter.title)}</title></head><body>
<div class="chapter-title">{escape(chapter.title)}</div>{text}{wall}</body></html>"""
