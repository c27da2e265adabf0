"""Where everything in a book is from, in its package: what `ingestion.imports` needs to make the same novel of it again.

All of it is EPUB 3.3's own vocabulary. A second identifier, `quire:SITE:KEY`, names the novel; of each chapter and picture `dcterms:source`
is the URL, and of a chapter `dcterms:identifier` the site's key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape

from ingestion import controls
from ingestion.export.book import Book

#: How the identifier begins by which a novel's own site knows it.
IDENTITY = "quire:"
#: The id of the second source: the index, where that is not the novel's page.
INDEX = "index"
SOURCE, KEY, STATUS = "dcterms:source", "dcterms:identifier", "schema:creativeWorkStatus"


def of(book: Book, images: Mapping[str, str]) -> Iterator[str]:
    """The lines of metadata. `images` are the pictures that are in the book: their files, and their names in the store."""
    yield f"<dc:identifier>{_exact(f'{IDENTITY}{book.site}:{book.key}')}</dc:identifier>\n"
    yield f"<dc:source>{_exact(book.url)}</dc:source>\n"
    if book.index_url not in (None, book.url):
        yield f'<dc:source id="{INDEX}">{_exact(book.index_url or "")}</dc:source>\n'
    if book.status:
        yield f'<meta property="{STATUS}">{book.status.value}</meta>\n'
    for leaf in book.readable:
        yield _of(leaf.anchor, SOURCE, leaf.url)
        yield _of(leaf.anchor, KEY, leaf.key)
    there = set(images.values())
    yield from (_of(f"p{name[:64]}", SOURCE, url) for url, name in book.pictures if name in there)


def _of(item: str, name: str, value: str) -> str:
    return f'<meta refines="#{item}" property="{name}">{_exact(value)}</meta>\n'


def _exact(text: str) -> str:
    return escape(controls.without(text))
