"""What Wikisource makes of a novel: the work's page with its contents, and a page a chapter below it, with headers and page numbers."""

from __future__ import annotations

import json
import re
from html import escape
from urllib.parse import quote

from tests.sites.samples import SampleChapter, SampleNovel
from tests.sites.web import Page

#: As Wikimedia's own: pages may be read by robots, everything made for the request may not.
ROBOTS = (
    "User-agent: *\nAllow: /w/api.php?action=mobileview&\nDisallow: /w/\nDisallow: /api/\nDisallow: /wiki/Special:\n"
)


def render(novel: SampleNovel, *, by_part: bool = False) -> dict[str, Page]:
    """The pages of a novel by path. With `by_part` the work's page lists its volumes alone, and each volume its chapters."""
    work = name_of(novel)
    pages = {"/robots.txt": Page(ROBOTS, content_type="text/plain")}
    parts = list(dict.fromkeys(f"{work}/{legal(c.volume)}".replace(" ", "_") for c in novel.chapters if c.volume))
    listed = [_entry(part, part.rpartition("/")[2].replace("_", " ")) for part in parts if by_part]
    for chapter in novel.chapters:
        name = page_of(novel, chapter)
        if not by_part:
            listed.append(_entry(name, chapter.title))
        pages[address(name)] = page(name, _header(novel, name) + _transcluded(novel, chapter))
    for part in parts:
        entries = [
            _entry(page_of(novel, c), c.title) for c in novel.chapters if page_of(novel, c).startswith(f"{part}/")
        ]
        pages[address(part)] = page(part, _header(novel, part) + _contents(entries))
    pages[start(novel)] = page(work, _header(novel, work) + _contents(listed))
    return pages


def start(novel: SampleNovel) -> str:
    """The path of the work's page."""
    return address(name_of(novel))


def address(name: str) -> str:
    """The path of the page of this name."""
    return f"/wiki/{quote(name, safe='/:;@$!*(),~')}"


def legal(title: str) -> str:
    """A title as it can be a page's name: without the characters that mean something to the wiki."""
    return " ".join(re.sub(r"[#<>\[\]{}|_/:&?%+~.]", " ", title).split())


def name_of(novel: SampleNovel) -> str:
    """The name of the work's page."""
    return legal(novel.title).replace(" ", "_")


def page_of(novel: SampleNovel, chapter: SampleChapter) -> str:
    """The name of a chapter's page."""
    return "/".join(filter(None, (name_of(novel), legal(chapter.volume or ""), f"Chapter {chapter.key}"))).replace(
        " ", "_"
    )


def page(name: str, text: str, *, namespace: int = 0) -> Page:
    """A page as the wiki's skin shows it."""
    config = {"wgNamespaceNumber": namespace, "wgPageName": name, "wgRevisionId": 7, "wgArticleId": 3}
    leaf = escape(name.replace("_", " "))
    body = f"""<!DOCTYPE html>
<html class="client-nojs" lang="en" dir="ltr"><head><meta charset="UTF-8"><title>{leaf} - Wikisource, the free online library</title>
<script>document.documentElement.className="client-js";RLCONF={json.dumps(config, separators=(",", ":"))};</script>
<meta property="og:image" content="https://upload.example/thumb/{escape(name.partition("/")[0])}.jpg"></head>
<body class="skin--responsive mediawiki ltr sitedir-ltr ns-{namespace} ns-subject"><main id="content" class="mw-body">
<h1 id="firstHeading" class="firstHeading mw-first-heading"><span class="mw-page-title-main">{leaf}</span></h1>
<div id="bodyContent"><div id="mw-content-text" class="mw-body-content">
<div class="mw-content-ltr mw-parser-output" lang="en" dir="ltr">{text}
<!-- \nNewPP limit report\nCached time: 20260101000000\n --></div>
<div class="printfooter">Retrieved from "<a href="https://en.wikisource.org/w/index.php?title={leaf}&amp;oldid=7">…</a>"</div></div>
<div id="catlinks" class="catlinks"><div id="mw-normal-catlinks" class="mw-normal-catlinks"><a href="/wiki/Special:Categories">Categories</a>: <ul>
<li><a href="/wiki/Category:Fantasy">Fantasy</a></li><li><a href="/wiki/Category:Slow_burn">Slow burn</a></li></ul></div></div>
</div></main></body></html>"""
    return Page(body, etag=True)


def _header(novel: SampleNovel, name: str) -> str:
    section = name.rpartition("/")[2].replace("_", " ") if "/" in name else ""
    onward = address(page_of(novel, novel.chapters[0]))
    return f"""<div class="ws-noexport"><style data-mw-deduplicate="T1">.mw-parser-output .wst-header-nav{{display:flex}}</style></div>
<div class="ws-header wst-header-structure wst-header ws-noexport noprint"><div class="wst-header-mainblock headertemplate">
<div class="wst-header-back"><a href="{start(novel)}">←</a></div><div class="wst-header-central-cell">
<span class="wst-header-title"><span class="wst-header-title-text">{escape(novel.title)}</span><br>
<span class="contributor-text">by&#160;<span class="fn"><a href="/wiki/Author:Wilma_Example">{escape(novel.author)}</a></span></span>
<div class="header-section-text">{escape(section)}</div></span></div>
<div class="wst-header-forward"><a href="{onward}">Onward</a> →</div></div>
<div class="wst-header-notes"><ul class="plainSister"><li>sister projects: Wikidata item</li></ul>
{"".join(f"<p>{escape(part)}</p>" for part in novel.description.split(chr(10) * 2))}</div>
<div class="ws-noexport" id="ws-data" style="display:none"><span id="ws-article-id">3</span><span id="ws-title">{escape(novel.title)}</span>
<span id="ws-author">{escape(novel.author)}</span></div></div>
"""


def _contents(entries: list[str]) -> str:
    return f"""<div class="wst-center"><p><b>CONTENTS</b></p></div>
<table class="wst-toc-table"><tbody>{"".join(entries)}</tbody></table>
<div class="licenseContainer licenseBanner"><p>This work is in the public domain. <a href="/wiki/Help:Public_domain">More</a></p></div>"""


def _entry(name: str, title: str) -> str:
    return f'<tr><td><a href="{address(name)}" title="{escape(name)}">{escape(title)}</a></td><td><a href="{address(name)}#12">12</a></td></tr>\n'


def _transcluded(novel: SampleNovel, chapter: SampleChapter) -> str:
    """The text as it is put together from scanned pages, with the mark of a page in its midst."""
    lines = chapter.content.split("\n")
    lines.insert(len(lines) // 2, _scanned(novel, "13"))
    return f'<div class="prp-pages-output" lang="en">\n{_scanned(novel, "12")}{chr(10).join(lines)}\n</div>'


def _scanned(novel: SampleNovel, number: str) -> str:
    return f"""<span><span class="pagenum ws-pagenum" id="{number}" data-page-number="{number}" title="Page:{escape(name_of(novel))}.djvu/{number}">
<span id="pageindex_{number}" class="pagenum-inner ws-noexport">&#8203;</span></span></span>"""
