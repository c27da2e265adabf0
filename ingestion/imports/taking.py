"""Takes an EPUB into the library: its chapters, as far as they can be told, and a job that goes on from its site."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from ingestion import config, crawl, db, intake, urls
from ingestion.errors import IngestionError, ParseError, TooLarge
from ingestion.imports import asking, identity, illustrating, origins, reading, shelving, texts
from ingestion.imports.entries import Entry, Outcome
from ingestion.imports.identity import Known
from ingestion.imports.origins import Told
from ingestion.imports.reading import Epub
from ingestion.imports.texts import Text
from ingestion.status import Priority

ONLY_URL = "only its URL was taken, for the file does not tell which of its pages are chapters"
ELSEWHERE = "its texts were not taken, for the library knows the novel by other keys"


def take(file: IO[bytes], *, name: str, priority: Priority = Priority.DEFAULT) -> Entry:
    """What becomes of the EPUB, called `name`."""
    try:
        return book(file, name=name, priority=priority)
    except IngestionError as reason:
        return Entry(source=name, outcome=Outcome.REFUSED, message=str(reason))


def book(
    file: IO[bytes], *, name: str, priority: Priority = Priority.DEFAULT, checkpoint: Callable[[], None] = lambda: None
) -> Entry:
    """The same, `checkpoint` called after each page. May be done again after any crash. Raises IngestionError when it is refused."""
    epub = reading.opened(file)
    url = asking.source(epub)
    canonical = urls.canonical(url)
    spider = crawl.spider_for(canonical)
    read = list(_texts(epub, checkpoint))
    kept = _kept(epub, identity.of(epub, spider, canonical, read, checkpoint), read, checkpoint)
    if kept.was_read:
        told = f"novel {kept.novel_id} of the library already; {kept.told}"
        return Entry(
            source=name, outcome=Outcome.IN_LIBRARY, message=told, novel_id=kept.novel_id, chapters=kept.chapters
        )
    taken = intake.submit(url, priority=priority, moves_id=kept.novel_id if kept.to_move else None)
    return Entry(
        source=name,
        outcome=Outcome.CREATED if taken.created else Outcome.EXISTING,
        message=f"{kept.told}; job {taken.job.id}: {taken.message}",
        job_id=taken.job.id,
        novel_id=kept.novel_id,
        chapters=kept.chapters,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kept:
    """What there is of the file in the library; whether the novel was read from its site before, or is to be moved there."""

    told: str
    novel_id: int | None = None
    chapters: int = 0
    was_read: bool = False
    to_move: bool = False


def _kept(epub: Epub, known: Known, read: Sequence[Text], checkpoint: Callable[[], None]) -> _Kept:
    parsed = known.parsed
    with db.transaction() as session:
        if (other := shelving.known(session, parsed)) is not None:
            return _Kept(told=ELSEWHERE, novel_id=other.id, was_read=other.seen_at is not None)
    if not parsed.chapters:
        return _Kept(told=ONLY_URL)
    illustrating.keep(epub, parsed, read, checkpoint)
    with db.transaction() as session:
        shelved = shelving.shelve(session, parsed)
    left = f", {known.unread} of its pages could not be taken" if known.unread else ""
    return _Kept(
        told=f"{shelved.texts} chapters of the file saved in novel {shelved.novel_id}{left}",
        novel_id=shelved.novel_id,
        chapters=shelved.texts,
        was_read=shelved.was_read,
        to_move=known.own_keys,
    )


def _texts(epub: Epub, checkpoint: Callable[[], None]) -> Iterator[Text]:
    """The chapters. Each page is read twice, so that a link may lead to any other of them, and no two are in memory. Raises TooLarge."""
    chapters = []
    for page in epub.pages:
        checkpoint()
        if (told := _told(epub, page)) is not None:
            chapters.append(told)
    if len(chapters) > (most := config.settings().max_chapters):
        raise TooLarge(f"this EPUB has more than {most} chapters; raise MAX_CHAPTERS if that is right")
    places = {told.page.file: told.url for told in chapters if told.url}
    for told in chapters:
        checkpoint()
        yield texts.read(epub, told, epub.page(told.page), places)


def _told(epub: Epub, page: reading.Page) -> Told | None:
    """What is told of a page; a broken one is no chapter."""
    try:
        return origins.chapter(epub, page, epub.page(page))
    except ParseError:
        return None
