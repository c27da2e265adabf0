"""The pages of an EPUB that no site wrote: its package, its contents, its title page, and the frame around a chapter (EPUB 3.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC

from ingestion.export import origins
from ingestion.export.book import Book, Leaf
from ingestion.export.xhtml import words
from ingestion.items import Matter
from ingestion.pictures import kinds

STYLE = """\
body { margin: 1em; line-height: 1.5; }
h1, h2, h3, h4, h5, h6, .title { line-height: 1.2; }
.title, .cover { text-align: center; }
img { max-width: 100%; height: auto; }
.cover { margin: 0; }
.cover img { max-height: 100%; }
table { border-collapse: collapse; margin: 1em auto; }
td, th { border: 1px solid; padding: 0.2em 0.5em; vertical-align: top; }
.note, .aside { border: 1px solid; margin: 1em 0; padding: 0 1em; }
.b, .strong { font-weight: bold; }
.i, .em, .cite, .dfn { font-style: italic; }
.u, .ins { text-decoration: underline; }
.s, .del, .strike { text-decoration: line-through; }
.small { font-size: 0.85em; }
.big { font-size: 1.2em; }
.center { text-align: center; }
.pre { white-space: pre-wrap; }
"""
CONTAINER = """\
<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
#: What part of a book a chapter is (EPUB 3 Structural Semantics).
PARTS = {Matter.FRONT: "frontmatter", Matter.BODY: "bodymatter", Matter.BACK: "backmatter"}


def page(book: Book, title: str, body: str, *, part: str = "frontmatter") -> str:
    """A whole XHTML page."""
    tongue = f'lang="{book.tongue}" xml:lang="{book.tongue}" dir="{book.direction}"'
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
        f'<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" {tongue}>\n'
        f'<head><title>{words(title)}</title><link rel="stylesheet" type="text/css" href="style.css"/></head>\n'
        f'<body epub:type="{part}">\n{body}\n</body>\n</html>\n'
    )


def chapter(book: Book, leaf: Leaf, content: str, before: str, after: str) -> str:
    """A chapter's page, the author's notes around its text."""
    notes = [f'<div class="note">{note}</div>\n' if note else "" for note in (before, after)]
    kind = ' epub:type="chapter"' if leaf.matter is Matter.BODY else ""
    inside = f"<h1>{words(leaf.heading)}</h1>\n{notes[0]}{content}\n{notes[1]}"
    return page(book, leaf.heading, f"<section{kind}>\n{inside}</section>", part=PARTS[leaf.matter])


def cover(book: Book, image: str) -> str:
    """The page that shows the cover."""
    return page(
        book, book.name, f'<p class="cover" epub:type="cover"><img src="{image}" alt="{words(book.name)}"/></p>'
    )


def title(book: Book) -> str:
    """The title page."""
    return page(book, book.name, f'<section epub:type="titlepage">\n{about(book)}</section>')


def about(book: Book) -> str:
    """What the book is, where it is from, and what is missing in it."""
    authors = f'<p class="title">{words(", ".join(book.authors))}</p>\n' if book.authors else ""
    about = "".join(f"<p>{words(line)}</p>\n" for line in (book.description or "").split("\n") if line.strip())
    told = f"<p>{words(book.summary)}</p>\n{_missing(book)}"
    inside = f'<h1 class="title">{words(book.name) or "Untitled"}</h1>\n{authors}{about}'
    return f'{inside}<div lang="en" xml:lang="en" dir="ltr">{told}</div>'


def _missing(book: Book) -> str:
    if not book.missing:
        return ""
    named = "".join(f"<li>{words(name)}</li>" for name in book.missing_names)
    return f"<p>{book.missing_told}</p>\n<ul>{named}</ul>\n"


def contents(book: Book) -> str:
    """The table of contents, chapters below their volumes."""
    listed = entries(book, lambda leaf: leaf.file)
    toc = f'<nav epub:type="toc" id="toc"><h1>{words(book.name) or "Contents"}</h1>\n<ol>\n{listed}</ol></nav>'
    start = f'<li><a epub:type="bodymatter" href="{book.readable[0].file}">Start</a></li>'
    marks = f'<li><a epub:type="titlepage" href="title.xhtml">Title page</a></li>{start}'
    return page(book, book.name, f'{toc}\n<nav epub:type="landmarks" hidden="hidden"><ol>{marks}</ol></nav>')


def entries(book: Book, place: Callable[[Leaf], str]) -> str:
    """The entries of the table, which lead to where `place` says that a chapter is."""
    return "".join(_volume(title, leaves, place) for title, leaves in book.volumes())


def _volume(title: str | None, leaves: list[Leaf], place: Callable[[Leaf], str]) -> str:
    listed = "".join(f'<li><a href="{place(leaf)}">{words(leaf.heading)}</a></li>\n' for leaf in leaves)
    if title is None:
        return listed
    return f'<li><a href="{place(leaves[0])}">{words(title)}</a>\n<ol>\n{listed}</ol></li>\n'


def package(book: Book, images: Mapping[str, str]) -> str:
    """The package document. `images` are the pictures that are in the book: their files, and their names in the store."""
    changed = book.changed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    cover = next((file for file, name in images.items() if name == book.cover), None)
    front = ["cover.xhtml"] * bool(cover) + ["title.xhtml"]
    spine = "".join(f'<itemref idref="{_id(file)}"/>\n' for file in [*front, *(leaf.file for leaf in book.readable)])
    return f"""\
<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="{book.tongue}">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">{book.identifier}</dc:identifier>
<meta property="dcterms:modified">{changed}</meta>
{"".join(_metadata(book))}{"".join(origins.of(book, images))}</metadata>
<manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="style" href="style.css" media-type="text/css"/>
{"".join(_pages([*front, *(leaf.file for leaf in book.readable)]))}{"".join(_images(images, cover))}</manifest>
<spine page-progression-direction="{book.direction}">
{spine}</spine>
</package>
"""


def _metadata(book: Book) -> Iterable[str]:
    yield f"<dc:title>{words(book.name) or 'Untitled'}</dc:title>\n<dc:language>{book.tongue}</dc:language>\n"
    yield from (f"<dc:creator>{words(author)}</dc:creator>\n" for author in book.authors if words(author))
    yield from (f"<dc:subject>{words(tag)}</dc:subject>\n" for tag in book.tags if words(tag))
    if about := words(book.description or ""):
        yield f"<dc:description>{about}</dc:description>\n"
    if series := words(book.title):
        yield f'<meta property="belongs-to-collection" id="series">{series}</meta>\n'
        yield '<meta refines="#series" property="collection-type">series</meta>\n'
        if (number := book.number) is not None:
            yield f'<meta refines="#series" property="group-position">{number}</meta>\n'


def _pages(files: Iterable[str]) -> Iterable[str]:
    return (f'<item id="{_id(file)}" href="{file}" media-type="application/xhtml+xml"/>\n' for file in files)


def _images(images: Mapping[str, str], cover: str | None) -> Iterable[str]:
    for file, name in images.items():
        properties = ' properties="cover-image"' if file == cover else ""
        yield f'<item id="p{name[:64]}" href="{file}" media-type="{kinds.media_type(name)}"{properties}/>\n'


def _id(file: str) -> str:
    return file.removesuffix(".xhtml")
