"""Takes in what is to be imported, here and now: a URL becomes a job, an EPUB a background task, since only a worker knows the sites' spiders."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from sqlalchemy.orm import Session

from ingestion import db, guard, intake, naming, urls, wishes
from ingestion.background import ringing
from ingestion.errors import ForbiddenAddress, IngestionError, ParseError
from ingestion.imports import lists, origins, reading, shelving, uploads
from ingestion.imports.entries import Entry, Outcome
from ingestion.status import Priority, Refresh
from ingestion.wishes import Wish

#: How a zip begins.
ZIP = b"PK\x03\x04"
UNNAMED = "book.epub"
#: URLs that are asked for together. Who watches sees each line after so many.
AT_ONCE = 100


def take(content: bytes, *, name: str = UNNAMED) -> list[Entry]:
    """What becomes of an EPUB, called `name`, or of each URL in a list, one a line. Raises ParseError when it is neither."""
    if content.startswith(ZIP):
        return [_file(content, naming.name(name) or UNNAMED)]
    return list(ask(lists.read(content)))


def ask(
    wanted: Iterable[str], *, priority: Priority = Priority.DEFAULT, refresh: Refresh = Refresh.NEW
) -> Iterator[Entry]:
    """What becomes of each URL: a job, unless the library has the novel and not more is wished for than new chapters."""
    left = iter(wanted)
    while some := list(islice(left, AT_ONCE)):
        yield from _ask(some, priority, refresh)


def source(epub: reading.Epub) -> str:
    """The URL that the file is from. Raises ParseError and ForbiddenAddress when it tells of none that may be read."""
    url = origins.novel(epub)
    try:
        guard.check_url(urls.canonical(url))
    except urls.UnusableURL as reason:
        raise ParseError(f"this EPUB says that it is from {url}: {reason}") from None
    return url


def _ask(some: Sequence[str], priority: Priority, refresh: Refresh) -> Iterator[Entry]:
    """Those that have a job to be made are asked for together."""
    with db.transaction() as session:
        found = [_looked_at(session, url, priority, refresh) for url in some]
    taken = iter(intake.submit_all([one for one in found if isinstance(one, Wish)]))
    for url, one in zip(some, found, strict=True):
        yield one if isinstance(one, Entry) else _asked(url, intake.tell(next(taken)))


def _looked_at(session: Session, url: str, priority: Priority, refresh: Refresh) -> Wish | Entry:
    try:
        wish = wishes.of(url, priority=priority, refresh=refresh)
    except (urls.UnusableURL, ForbiddenAddress) as reason:
        return Entry(source=url, outcome=Outcome.REFUSED, message=str(reason))
    novel_id = shelving.read_from(session, wish.canonical_url)
    if novel_id is None or refresh is not Refresh.NEW:
        return wish
    told = f"novel {novel_id} of the library already; `python cli.py ingest` by itself looks for new chapters"
    return Entry(source=url, outcome=Outcome.IN_LIBRARY, message=told, novel_id=novel_id)


def _asked(url: str, taken: intake.Taken) -> Entry:
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
