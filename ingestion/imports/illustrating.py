"""The pictures that an EPUB holds, into the picture store, for URLs of which the library has none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from ingestion import config, db, pictures
from ingestion.errors import ParseError, TooLarge, Unreachable
from ingestion.imports import origins
from ingestion.imports.reading import Epub
from ingestion.imports.texts import Text
from ingestion.items import ParsedNovel
from ingestion.pictures import kinds, store, table


def keep(epub: Epub, parsed: ParsedNovel, texts: Iterable[Text], checkpoint: Callable[[], None]) -> None:
    """Keep what the novel shows, unless PICTURES is off; `checkpoint` is called before each picture. Raises Unreachable where the store does not answer."""
    ours = config.settings()
    if not ours.pictures:
        return
    files = dict(_files(epub, texts))
    shown = [url for url in pictures.shown_by(parsed) if url in files]
    with db.transaction() as session:
        there = table.names(session, shown)
    for url in [url for url in shown if url not in there][: ours.max_pictures]:
        checkpoint()
        try:
            content = epub.archive.read(files[url], most=ours.max_picture_bytes)
        except (ParseError, TooLarge):
            continue  # the job asks the site for it
        _put(url, content)


def _files(epub: Epub, texts: Iterable[Text]) -> Iterator[tuple[str, str]]:
    covers = (file for file, item in epub.items.items() if item == epub.cover)
    for file in covers:
        if url := origins.source(epub, epub.cover or ""):
            yield url, file
    for text in texts:
        yield from text.pictures.items()


def _put(url: str, content: bytes) -> None:
    """The file before the row: a row never names a file that is not there."""
    if (name := kinds.name(content)) is None:
        return
    try:
        store.opened().put(name, content)
    except OSError as error:
        raise Unreachable(f"the picture store does not answer: {error}") from error
    db.patiently(partial(table.keep, url=url, name=name, size=len(content)))
