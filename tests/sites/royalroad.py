"""What Royal Road makes of a novel: the fiction's page with its JSON and its table, and chapters with a hidden sentence."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from html import escape

from tests.sites.samples import SampleChapter, SampleNovel
from tests.sites.web import Page

WARNING = "This text was taken without its author's leave; please report the copy."

#: Each way in which the site was seen to hide its sentence: what goes into the page's style, and into the element's tag.
HIDDEN_FORMS: dict[str, tuple[str, str]] = {
    "before speak": (".{name}{{display:none;speak:never;}}", 'class="{name}"'),
    "after speak": (".{name}{{ speak: never; display: none }}", 'class="{name}"'),
    "no semicolon": (".{name}{{display:none}}", 'class="{name}"'),
    "grouped": (".other-one, .{name} , p.other-two {{ display: none; }}", 'class="{name}"'),
    "important": (".{name}{{display: none !important;}}", 'class="{name}"'),
    "visibility": (".{name}{{visibility: hidden}}", 'class="{name}"'),
    "second rule": (".other-one{{color:red}} /* }} */ .{name}{{display:none;}}", 'class="{name}"'),
    "in media": ("@media screen and (min-width: 1px) {{ .{name}{{display:none}} }}", 'class="{name}"'),
    "inline": ("", 'style="Display : NONE"'),
    "attribute": ("", "hidden"),
}


def render(novel: SampleNovel, *, json_list: bool = True, table: bool = True) -> dict[str, Page]:
    """The pages of a novel by path: the fiction's page with and without its slug, and every chapter that is not locked."""
    index = Page(_index(novel, json_list=json_list, table=table), etag=True)
    pages = {start(novel): index, f"{start(novel)}/{_slug(novel.title)}": index}
    for number, chapter in enumerate(novel.chapters):
        pages[path_of(novel, chapter)] = Page(LOCKED if chapter.locked else chapter_page(novel, chapter, number))
    return pages


def start(novel: SampleNovel) -> str:
    """The fiction's path."""
    return f"/fiction/{novel.key}"


def path_of(novel: SampleNovel, chapter: SampleChapter) -> str:
    """A chapter's path on the site."""
    return f"{start(novel)}/{_slug(novel.title)}/chapter/{chapter.key}/{_slug(chapter.title)}"


def chapter_page(novel: SampleNovel, chapter: SampleChapter, number: int) -> str:
    """A chapter's page; its number chooses the form in which the sentence is hidden, and whether in head or body."""
    rule, attribute = list(HIDDEN_FORMS.values())[number % len(HIDDEN_FORMS)]
    name = _random_class("cj", chapter.key)
    style = f"<style>\n{rule.format(name=name)}\n</style>" if rule else ""
    lines = chapter.content.split("\n")
    lines = [line.replace("<p>", f'<p class="{_random_class("cn", line)}">', 1) for line in lines]
    lines.insert(len(lines) // 2, f"<span {attribute.format(name=name)}><br>{WARNING}<br></span>")
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<title>{escape(chapter.title)} - {escape(novel.title)} | Royal Road</title>{style if number % 2 else ""}</head>
<body><div class="page-container"><div class="row fic-header"><div class="col">
<a href="/fiction/{novel.key}/{_slug(novel.title)}"><h2 class="font-white">{escape(novel.title)}</h2></a>
<h1 style="margin-top: 10px" class="font-white break-word">{escape(chapter.title)}</h1></div></div>
<div class="portlet light">{"".join(_note(novel, chapter.note_before))}{"" if number % 2 else style}
<div class="chapter-inner chapter-content">{chr(10).join(lines)}</div>
{"".join(_note(novel, chapter.note_after))}</div></div></body></html>"""


LOCKED = """<!DOCTYPE html><html lang="en"><head><title>Early access | Royal Road</title></head>
<body><p>This chapter is open to supporters of the author.</p></body></html>"""


def _note(novel: SampleNovel, note: str | None) -> Iterator[str]:
    if note is not None:
        yield f"""<div class="portlet solid author-note-portlet"><div class="portlet-title"><div class="caption">
<span class="caption-subject">A note from {escape(novel.author)}</span></div></div>
<div class="portlet-body author-note">{note}</div></div>"""


def _index(novel: SampleNovel, *, json_list: bool, table: bool) -> str:
    synopsis = "".join(f"<p>{escape(part)}</p>" for part in novel.description.split("\n\n"))
    tags = "".join(
        f'<a class="label fiction-tag" href="/fictions/search?tagsAdd={_slug(tag)}">{tag}</a>' for tag in novel.tags
    )
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(novel.title)} | Royal Road</title>
<meta property="og:image" content="/covers-full/{novel.key}.jpg">
<meta property="books:author" content="{escape(novel.author)}"></head>
<body><div class="row fic-header"><div class="col"><h1 class="font-white">{escape(novel.title)}</h1>
<h4><span>by</span> <a href="/profile/77">{escape(novel.author)}</a></h4></div></div>
<span class="label label-default">Original</span><span class="label label-default"> ONGOING </span>
<span class="tags">{tags}</span>
<div class="description"><div class="hidden-content">{synopsis}</div></div>
{_table(novel) if table else ""}{_script(novel) if json_list else ""}</body></html>"""


def _table(novel: SampleNovel) -> str:
    rows = "\n".join(
        f'<tr class="chapter-row" data-url="{path_of(novel, chapter)}">'
        f'<td><a href="{path_of(novel, chapter)}"> {escape(chapter.title)} </a></td>'
        f'<td><time unixtime="{int(chapter.published_at.timestamp())}">some days ago</time></td></tr>'
        for chapter in novel.chapters
    )
    count = len(novel.chapters)
    return f'<table id="chapters" class="table" data-chapters="{count}"><tbody>{rows}</tbody></table>'


def _script(novel: SampleNovel) -> str:
    volumes = list(dict.fromkeys(chapter.volume for chapter in novel.chapters if chapter.volume))
    chapters = [
        {
            "id": int(chapter.key),
            "volumeId": volumes.index(chapter.volume) + 1 if chapter.volume else None,
            "title": chapter.title,
            "slug": _slug(chapter.title),
            "date": chapter.published_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "order": order,
            "visible": 1,
            "subscriptionTiers": None,
            "isUnlocked": not chapter.locked,
            "url": path_of(novel, chapter),
        }
        for order, chapter in enumerate(novel.chapters)
    ]
    named = [{"id": number, "title": title} for number, title in enumerate(volumes, 1)]
    data = f"window.chapters = {json.dumps(chapters)};\nwindow.volumes = {json.dumps(named)};"
    return f"<script>{data.replace('<', chr(92) + 'u003c')}</script>"


def _slug(text: str) -> str:
    return "-".join(re.findall("[a-z0-9]+", text.lower())) or "untitled"


def _random_class(start: str, of: str) -> str:
    noise = urlsafe_b64encode(hashlib.sha256(of.encode()).digest()).decode().replace("-", "x").replace("_", "y")
    return f"{start}M{noise[:40]}"
