"""What Project Gutenberg makes of a novel, as a mirror has it: one HTML file with the licence around it, by digits and as made from it."""

from __future__ import annotations

from html import escape

from tests.sites.samples import SampleChapter, SampleNovel
from tests.sites.web import Page


def render(novel: SampleNovel, *, modern: bool = True) -> dict[str, Page]:
    """The book at the address that mirrors have it at; `modern` chooses between the markup of today and that of 2008."""
    return {start(novel): Page(_modern(novel) if modern else _old(novel), etag=True)}


def start(novel: SampleNovel) -> str:
    """The path of the book's HTML file."""
    return f"/{'/'.join(novel.key[:-1])}/{novel.key}/{novel.key}-h/{novel.key}-h.htm"


def anchor_of(chapter: SampleChapter) -> str:
    """The id that the table of contents links to."""
    return f"chap{chapter.key}"


def _modern(novel: SampleNovel) -> str:
    entries = "".join(
        f'<p class="toc"><a href="#{anchor_of(c)}" class="pginternal">{escape(c.title)}</a></p>' for c in novel.chapters
    )
    subjects = "".join(f'<meta name="dc.subject" content="{escape(tag)}">' for tag in novel.tags)
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>The Project Gutenberg eBook of {escape(novel.title)}, by {escape(novel.author)}</title>
{subjects}<style>.pagenum {{ position: absolute; }} .x-ebookmaker p {{ display: none; }}</style></head><body>
<section class="pg-boilerplate pgheader" id="pg-header" lang="en">
<h2 id="pg-header-heading">The Project Gutenberg eBook of <span id="pg-title-no-subtitle">{escape(novel.title)}</span></h2>
<div class="container" id="pg-machine-header"><p><strong>Title</strong>: {escape(novel.title)}</p>
<div id="pg-header-authlist"><p><strong>Author</strong>: {escape(novel.author)}</p></div>
<p><strong>Release date</strong>: March 1, 2025 [eBook #{novel.key}]</p></div>
<div id="pg-start-separator"><span>*** START OF THE PROJECT GUTENBERG EBOOK {escape(novel.title.upper())} ***</span></div></section>
<h1>{escape(novel.title)}</h1><h2>Contents</h2>{entries}
{"".join(_modern_chapter(novel, at) for at in range(len(novel.chapters)))}
<section class="pg-boilerplate pgfooter" id="pg-footer" lang="en"><div id="pg-end-separator">
<span>*** END OF THE PROJECT GUTENBERG EBOOK {escape(novel.title.upper())} ***</span></div>
<h2>THE FULL PROJECT GUTENBERG LICENSE</h2><p>Please read this before you distribute this work.</p></section></body></html>"""


def _modern_chapter(novel: SampleNovel, at: int) -> str:
    chapter = novel.chapters[at]
    opens = chapter.volume and (at == 0 or novel.chapters[at - 1].volume != chapter.volume)
    part = f"<h2>{escape(chapter.volume or '')}</h2>" if opens else ""
    return f"""{part}<div class="chapter"><h3 id="pgepubid{at:05}"><a id="{anchor_of(chapter)}"></a>{escape(chapter.title)}</h3>
<p class="page"><span class="pagenum">[Pg {at}]</span></p>
{chapter.content}</div>"""


def _old(novel: SampleNovel) -> str:
    chapters = "".join(
        f"""<a name="{anchor_of(c)}" id="{anchor_of(c)}"></a>
<h2>{escape(c.title.partition(". ")[0])}.</h2>\n<h3>{escape(c.title.partition(". ")[2])}</h3>
{c.content}\n"""
        for c in novel.chapters
    )
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">
<html><head><meta charset="utf-8"><title>{escape(novel.title)}</title></head><body><pre>
The Project Gutenberg EBook of {escape(novel.title)}, by {escape(novel.author)}

Title: {escape(novel.title)}

Author: {escape(novel.author)}

Release Date: March 1, 2008 [EBook #{novel.key}]

*** START OF THIS PROJECT GUTENBERG EBOOK {escape(novel.title.upper())} ***

Produced by Somebody
</pre><h1>{escape(novel.title)}</h1><hr>
{chapters}<pre>
End of Project Gutenberg's {escape(novel.title)}, by {escape(novel.author)}

*** END OF THIS PROJECT GUTENBERG EBOOK {escape(novel.title.upper())} ***
</pre></body></html>"""
