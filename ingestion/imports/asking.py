"""Takes in what is to be imported, here and now: a URL becomes a job, an EPUB a background task, since only a worker knows the sites' spiders."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from ingestion import db, guard, intake, naming, urls
from ingestion.background import ringing
from ingestion.errors import ForbiddenAddress, IngestionError, ParseError
from ingestion.imports import lists, origins, reading, shelving, uploads
from ingestion.imports.entries import Entry, Outcome
from ingestion.status import Priority, Refresh

#: How a zip begins.
ZIP = b"PK\x03\x04"
UNNAMED = "book.epub"


def take(content: bytes, *, name: str = UNNAMED) -> list[Entry]:
    """What becomes of an EPUB, called `name`, or of each URL in a list, one a line. Raises ParseError when it is neither."""
    if content.startswith(ZIP):
        return [_file(content, naming.name(name) or UNNAMED)]
    return list(ask(lists.read(content)))


def ask(
    wanted: Iterable[str], *, priority: Priority = Priority.DEFAULT, refresh: Refresh = Refresh.NEW
) -> Iterator[Entry]:
    """What becomes of each URL: a job, unless the library has the novel and not more is wished for than new chapters."""
    for url in wanted:
        try:
            yield _ask(url, priority, refresh)
        except (urls.UnusableURL, ForbiddenAddress) as reason:
            yield Entry(source=url, outcome=Outcome.REFUSED, message=str(reason))


def source(epub: reading.Epub) -> str:
    """The URL that the file is from. Raises ParseError and ForbiddenAddress when it tells of none that may be read."""
    url = origins.novel(epub)
    try:
        guard.check_url(urls.canonical(url))
    except urls.UnusableURL as reason:
        raise ParseError(f"this EPUB says that it is from {url}: {reason}") from None
    return url


def _ask(url: str, priority: Priority, refresh: Refresh) -> Entry:
    canonical = urls.canonical(url)
    with db.transaction() as session:
        novel_id = shelving.read_from(session, canonical)
    if novel_id is not None and refresh is Refresh.NEW:
        told = f"novel {novel_id} of the library already; `python cli.py ingest` by itself looks for new chapters"
        return Entry(source=url, outcome=Outcome.IN_LIBRARY, message=told, novel_id=novel_id)
    taken = intake.submit(url, priority=priority, refresh=refresh)
    outcome = Outcome.CREATED if taken.created else Outcome.EXISTING
    return Entry(source=url, outcome=outcome, message=f"job {taken.job.id}: {taken.message}", job_id=taken.job.id)


def _file(content: bytes, name: str) -> Entry:
    try:
        source(reading.opened(io.BytesIO(content)))  # what cannot be taken is refused at once
    except IngestionError as reason:
        return Entry(source=name, outcome=Outcome.REFUSED, message=str(reason))
    with db.transaction() as session:
        task = uploads.submit(session, content, name=name)
    ringing.ring_soon()
    return Entry(source=name, outcome=Outcome.READING, message=f"task {task.id} reads it", task_id=task.id)
