"""What Standard Ebooks makes of a novel: the ebook's page with its RDFa, the table of contents, and the XHTML of each text."""

from __future__ import annotations

import re
from html import escape

from tests.sites.samples import SampleChapter, SampleNovel
from tests.sites.web import Page

XHTML = "application/xhtml+xml; charset=utf-8"
#: Files that every ebook has and that are no part of the story.
BOILERPLATE = ("titlepage", "imprint", "halftitlepage", "colophon", "uncopyright")


def render(novel: SampleNovel) -> dict[str, Page]:
    """The pages of a novel by path. Chapters of a volume lie below its part; keys are file names."""
    path = start(novel)
    pages = {
        path: Page(_ebook(novel, path), etag=True),
        f"{path}/text": Page(_contents(novel, path), content_type=XHTML),
    }
    for chapter in novel.chapters:
        pages[f"{path}/text/{_stem(chapter)}"] = Page(_text(novel, path, chapter), content_type=XHTML)
    matter = {
        "dedication": "<p>To the last boat.</p>",
        "preface": "<h2>Preface</h2><p>It was written in one winter.</p>",
    }
    matter |= {"endnotes": '<h2>Endnotes</h2><ol><li id="note-1"><p>Bone ones.</p></li></ol>'}
    for stem, inner in matter.items():
        section = f'<section id="{stem}" epub:type="{stem}">{inner}</section>'
        pages[f"{path}/text/{stem}"] = Page(_xhtml(novel, path, stem.title(), section), content_type=XHTML)
    for stem in BOILERPLATE:
        pages[f"{path}/text/{stem}"] = Page(_xhtml(novel, path, stem, f"<section><p>{stem}</p></section>"))
    return pages


def start(novel: SampleNovel) -> str:
    """The path of the ebook's page."""
    return f"/ebooks/wilma-example/{novel.key}"


def _ebook(novel: SampleNovel, path: str) -> str:
    about = "".join(f"<p>{escape(part)}</p>" for part in novel.description.split("\n\n"))
    tags = "".join(f'<li><a href="/subjects/{tag.lower()}">{escape(tag)}</a></li>' for tag in novel.tags)
    return f"""<!DOCTYPE html>
<html lang="en-US"><head><meta charset="utf-8"/><title>{escape(novel.title)} - Free ebook download</title></head><body>
<header><nav><ul><li><a href="/ebooks">Ebooks</a></li></ul></nav></header>
<main><article class="ebook" typeof="schema:Book" about="{path}">
<meta property="schema:description" content="{escape(novel.description.splitlines()[0])}"/>
<header><hgroup><h1 property="schema:name">{escape(novel.title)}</h1>
<p><a property="schema:author" typeof="schema:Person" href="/ebooks/wilma-example"><span property="schema:name">{
        escape(novel.author)
    }</span></a></p></hgroup></header>
<aside id="reading-ease"><ul class="tags">{tags}</ul></aside>
<section id="description"><h2>Description</h2><aside class="donation"><p>Please give.</p></aside>{about}</section>
<section id="read-free" property="schema:workExample" typeof="schema:Book">
<div property="schema:publisher" typeof="schema:Organization"><meta property="schema:name" content="The publisher"/></div>
<meta property="schema:image" content="{path}/downloads/cover.jpg"/>
<meta property="schema:inLanguage" content="en-GB"/>
<section id="read-online"><h3>Read online</h3><ul>
<li><p><a href="{path}/text" class="list">Start from the table of contents</a></p></li>
<li><p><a href="{path}/text/single-page" class="page">Read on one page</a></p></li></ul></section></section>
</article></main></body></html>"""


def _contents(novel: SampleNovel, path: str) -> str:
    parts: dict[str | None, list[str]] = {}
    for chapter in novel.chapters:
        entry = f'<li><a href="text/{_stem(chapter)}">{_entry(chapter.title)}</a></li>'
        parts.setdefault(chapter.volume, []).append(entry)
    body = "".join(
        f'<li><a href="text/part-{number}">{escape(volume)}</a><ol>{"".join(entries)}</ol></li>'
        if volume
        else "".join(entries)
        for number, (volume, entries) in enumerate(parts.items(), 1)
    )
    return _xhtml(
        novel,
        path,
        "Table of Contents",
        f"""<nav aria-labelledby="toc-title" id="toc" epub:type="toc"><h2 id="toc-title">Table of Contents</h2><ol>
<li><a href="text/titlepage">Titlepage</a></li><li><a href="text/imprint">Imprint</a></li>
<li><a href="text/dedication">Dedication</a></li><li><a href="text/preface">Preface</a></li>
<li><a href="text/halftitlepage">{escape(novel.title)}</a><ol>{body}</ol></li>
<li><a href="text/endnotes">Endnotes</a></li><li><a href="text/colophon">Colophon</a></li>
<li><a href="text/uncopyright">Uncopyright</a></li></ol></nav>
<nav id="landmarks" epub:type="landmarks"><ol><li><a href="text/{_stem(novel.chapters[0])}" epub:type="bodymatter">{
            escape(novel.title)
        }</a></li></ol></nav>""",
    )


def listed(title: str) -> str:
    """A title as the table of contents has it: a colon after its number."""
    return re.sub(r"^(\d+)\. ", r"\1: ", title)


def _stem(chapter: SampleChapter) -> str:
    return f"chapter-{chapter.key}"


def _entry(title: str) -> str:
    """The number in a span, where there is one, and the words."""
    number, words = _parted(title)
    return f'<span epub:type="z3998:roman">{number}</span>: {escape(words)}' if number else escape(words)


def _parted(title: str) -> tuple[str, str]:
    numbered = re.match(r"(\d+)\. (.*)", title)
    return (numbered[1], numbered[2]) if numbered else ("", title)


def _text(novel: SampleNovel, path: str, chapter: SampleChapter) -> str:
    ordinal, words = _parted(chapter.title)
    number = f'<h2 epub:type="z3998:ordinal z3998:roman">{ordinal}</h2>' if ordinal else ""
    content = chapter.content.replace("<br>", "<br/>").replace("<hr>", "<hr/>")
    section = f"""<section id="{_stem(chapter)}" epub:type="chapter"><hgroup>
{number}<p epub:type="title">{escape(words)}</p></hgroup>
{content}</section>"""
    return _xhtml(novel, path, chapter.title, section)


def _xhtml(novel: SampleNovel, path: str, title: str, main: str) -> str:
    return f"""<?xml version="1.0" encoding="utf-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" xml:lang="en-GB" lang="en-GB"><head>
<title>{escape(novel.title)} - {escape(title)}</title></head><body><header><a href="/honeypot" hidden="hidden">Leave this</a>
<nav><ul><li><a href="{path}">Back to ebook</a></li><li><a href="{path}/text">Table of contents</a></li></ul></nav></header>
<main>{main}</main><footer><ul><li><a href="{path}/text/imprint"><em>Next:</em> …</a></li></ul></footer></body></html>"""
