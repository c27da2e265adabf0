"""What a chapter's page says: its title, its text and the notes around it, its links and pictures as its site had them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from ingestion import urls
from ingestion.imports import origins
from ingestion.imports.contents import resolve
from ingestion.imports.markup import EPUB_TYPE, inside, words
from ingestion.imports.origins import Told
from ingestion.imports.reading import Epub
from ingestion.items import Chapter, Matter

HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
NOTE = "note"
PARTS = {"frontmatter": Matter.FRONT, "backmatter": Matter.BACK}
_HREF = "{http://www.w3.org/1999/xlink}href"


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A chapter as the file has it, not yet sanitised. `pictures` are the files of those that it shows, by URL."""

    told: Told
    title: str
    matter: Matter
    chapter: Chapter
    pictures: Mapping[str, str]


def read(epub: Epub, told: Told, root: HtmlElement, places: Mapping[str, str]) -> Text:
    """The page at `root` as a chapter. `places` are the URLs of the chapters' pages, by file."""
    body = root.find("body")
    body = root if body is None else body
    named = told.page.named
    part = (body.get(EPUB_TYPE) or body.get("epub:type") or "").split()
    titles = [told.title or "", named.title if named else "", words(root.find("head/title"))]
    for link in body.iter("a"):
        _lead_out(link, told.page.file, places)
    pictures = dict(_pictures(epub, told, body))
    section = _own_section(body)
    before, after = _notes(section) if section is not None else (None, None)
    _drop_heading(body, {" ".join(title.split()) for title in titles if title})
    return Text(
        told=told,
        title=next(filter(None, titles), ""),
        matter=next((PARTS[name] for name in part if name in PARTS), Matter.BODY),
        chapter=Chapter(content=inside(body if section is None else section), notes_before=before, notes_after=after),
        pictures=pictures,
    )


def _own_section(body: HtmlElement) -> HtmlElement | None:
    """What our own books put around a chapter."""
    sections = [section for section in body.findall("section") if len(body) == 1]
    return sections[0] if sections else None


def _notes(section: HtmlElement) -> tuple[str | None, str | None]:
    """The notes before and after the text, taken out of it. No author's own element has a class."""
    notes = [child for child in section if child.tag == "div" and child.get("class") == NOTE]
    heading = section.find("h1")
    above = (
        heading is not None and bool(notes) and notes[0].getprevious() is heading and not (heading.tail or "").strip()
    )
    taken = {above and note is notes[0]: inside(note) for note in notes}
    for note in notes:
        note.drop_tree()
    return taken.get(True), taken.get(False)


def _drop_heading(body: HtmlElement, titles: set[str]) -> None:
    """Drop the chapter's own heading, and what stands above it as one."""
    passed = []
    for element in body.iterdescendants():
        if element.tag in HEADINGS:
            passed.append(element)
            if words(element) in titles:
                break
        elif (element.text or "").strip() and element.getparent().tag not in HEADINGS:
            return
    else:
        return
    for heading in passed:
        heading.drop_tree()


def _lead_out(link: HtmlElement, file: str, places: Mapping[str, str]) -> None:
    """Let a link to another page of the file lead to where that page is from."""
    href = link.get("href") or ""
    if href and not href.startswith("#") and not _scheme(href):
        place = places.get(resolve(href, file))
        link.attrib.pop("href")
        if place:
            link.set("href", place)


def _pictures(epub: Epub, told: Told, body: HtmlElement) -> Iterator[tuple[str, str]]:
    """Point the pictures to where they are from: their URLs, and their files. Of one that does not say it, its text is left."""
    for image in [*body.iter("img", "image", "{*}image")]:
        given = image.get("src") or image.get(_HREF) or image.get("xlink:href") or ""
        file = None if _scheme(given) else resolve(given, told.page.file)
        item = epub.items.get(file or "")
        url = urls.web(given if file is None else (item and origins.source(epub, item)) or image.get("longdesc") or "")
        image.tag, text = "img", image.get("alt") or ""
        image.attrib.pop("src", None)
        if url:
            image.set("src", url)
        else:
            image.tag, image.text = "span", text
        if url and file and item:
            yield url, file


def _scheme(href: str) -> str:
    try:
        return urlsplit(href).scheme
    except ValueError:
        return "none"
