"""What the Archive makes of a novel: the whole work on one page, with its header, its preface and its notes."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from tests.sites.samples import SampleChapter, SampleNovel
from tests.sites.web import Page

ROBOTS = (
    "User-agent: *\nDisallow: /works?\nDisallow: /autocomplete/\nDisallow: /downloads/\nDisallow: /external_works/\n"
)


def render(novel: SampleNovel, *, complete: bool = False) -> dict[str, Page]:
    """The pages of a novel by path. A complete novel of one chapter stands there in one piece, without a chapter's heading."""
    return {
        "/robots.txt": Page(ROBOTS, content_type="text/plain"),
        start(novel): Page(_work(novel, complete=complete)),
    }


def start(novel: SampleNovel) -> str:
    """The path of the whole work, which is asked for by name: adult or not."""
    return f"/works/{novel.key}?view_full_work=true&view_adult=true"


def _work(novel: SampleNovel, *, complete: bool) -> str:
    count = len(novel.chapters)
    summary = "".join(f"<p>{escape(part)}</p>" for part in novel.description.split("\n\n"))
    in_one_piece = complete and count == 1
    chapters = (
        _piece(novel.chapters[0]) if in_one_piece else "\n".join(_chapter(novel, place) for place in range(count))
    )
    one = novel.chapters[0]
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(novel.title)} - {
        escape(novel.author)
    } [Archive of Our Own]</title>
</head><body class="logged-out"><div id="main" class="works-show region" role="main"><div class="work">
<h3 class="landmark heading">Work Header</h3>
<dl class="work meta group"><dt class="freeform tags">Additional Tags:</dt><dd class="freeform tags"><ul class="commas">{
        "".join(f'<li><a class="tag" href="/tags/{quote(tag)}/works">{escape(tag)}</a></li>' for tag in novel.tags)
    }</ul></dd>
<dt class="language">Language:</dt><dd class="language" lang="en">English</dd>
<dt class="stats">Stats:</dt><dd class="stats"><dl class="stats"><dt class="published">Published:</dt>
<dd class="published">{one.published_at:%Y-%m-%d}</dd><dt class="chapters">Chapters:</dt>
<dd class="chapters">{count:,}/{f"{count:,}" if complete else "?"}</dd></dl></dd></dl>
<div id="workskin"><div class="preface group"><h2 class="title heading">
{escape(novel.title)}
</h2><h3 class="byline heading"><a rel="author" href="/users/wilma/pseuds/wilma">{escape(novel.author)}</a></h3>
<div class="summary module"><h3 class="heading">Summary:</h3><blockquote class="userstuff">{summary}</blockquote></div>
{_note("notes", one.note_before) if in_one_piece else ""}</div>
<div id="chapters" role="article">{chapters}</div>
{f'<div class="afterword preface group">{_note("end notes", one.note_after)}</div>' if in_one_piece else ""}
</div></div></div></body></html>"""


def _piece(chapter: SampleChapter) -> str:
    return f'<h3 class="landmark heading" id="work">Work Text:</h3><div class="userstuff">{chapter.content}</div>'


def _chapter(novel: SampleNovel, place: int) -> str:
    chapter = novel.chapters[place]
    return f"""<div class="chapter" id="chapter-{place + 1}"><div class="chapter preface group"><h3 class="title">
<a href="/works/{novel.key}/chapters/{chapter.key}">Chapter {place + 1}</a>: {escape(chapter.title)}
</h3>{_note("notes", chapter.note_before)}</div>
<div class="userstuff module" role="article"><h3 class="landmark heading" id="work">Chapter Text</h3>
{chapter.content}
</div><div class="chapter preface group">{_note("end notes", chapter.note_after)}</div></div>"""


def _note(kind: str, note: str | None) -> str:
    if note is None:
        return ""
    heading = '<h3 class="heading">Notes:</h3>'
    return f'<div class="{kind} module">{heading}<blockquote class="userstuff">{note}</blockquote></div>'
