"""What each job could read of its site, in numbers; `ingestion.sitehealth` judges by them. SQL; no function here commits.

A job has one reading, its newest attempt's, written in the transaction that ends the attempt. Of each host that a spider reads
the newest KEPT stay. A job that says nothing of the site's pages (the network failed, the URL was wrong) has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Select, and_, delete, func, select
from sqlalchemy.orm import Session

from ingestion.errors import Blocked, IngestionError, ParseError, RateLimited, Shrunk, UnsupportedSite
from ingestion.items import ParsedNovel
from ingestion.models import ChapterRevision, ChapterRow, SiteReading

KEPT = 60
#: Errors that speak of a site's pages: the index came and could not be read, or was read as something that cannot be.
_UNREAD = (ParseError, UnsupportedSite, Blocked, Shrunk)
_UNREAD_KINDS = {error.kind for error in _UNREAD}
_FIELDS = ("authors", "description", "cover_url", "language", "status", "tags")


def of(parsed: ParsedNovel, *, job_id: int, shortened: int) -> SiteReading:
    """What parsing found. `asked` counts the chapters whose pages came, `parsed` those of them that gave a text."""
    texts = [c.chapter for c in parsed.chapters if c.chapter]
    unread = sum(1 for c in parsed.chapters if c.hole and c.hole.kind in _UNREAD_KINDS)
    dated = any(c.link.published_at or (c.chapter and c.chapter.published_at) for c in parsed.chapters)
    empty = [name for name in _FIELDS if not getattr(parsed.novel, name)] + ([] if dated else ["published_at"])
    url = parsed.index_url or parsed.novel.url
    return SiteReading(
        job_id=job_id,
        site=parsed.site,
        url=url,
        host=urlsplit(url).netloc,
        strategy=parsed.strategy,
        rank=parsed.rank,
        asked=len(texts) + unread,
        parsed=len(texts),
        shortened=shortened,
        empty=empty,
    )


def tells_of_pages(error: IngestionError) -> bool:
    """Whether an attempt ended so because of what the site's pages are, and not of the network or the URL."""
    return isinstance(error, _UNREAD) and not isinstance(error, RateLimited)


def unread(error: IngestionError, *, job_id: int, site: str, url: str) -> SiteReading:
    """That the novel whose index is at `url` could not be read."""
    nothing: dict[str, Any] = {"strategy": "", "rank": 0, "asked": 0, "parsed": 0, "shortened": 0, "empty": []}
    return SiteReading(job_id=job_id, site=site, url=url, host=urlsplit(url).netloc, error_kind=error.kind, **nothing)


def shortened(session: Session, novel_id: int) -> int:
    """How many of the novel's texts this transaction has replaced by one of less than half their length."""
    lost = func.length(ChapterRow.content) * 2 < func.length(ChapterRevision.content)
    replaced = select(func.count()).select_from(ChapterRevision)
    query = replaced.join(ChapterRow, ChapterRow.id == ChapterRevision.chapter_id)
    now = ChapterRevision.replaced_at == func.now()  # which is when the transaction began
    return session.scalar(query.where(ChapterRow.novel_id == novel_id, now, lost)) or 0


def keep(session: Session, reading: SiteReading) -> None:
    """Put the reading in the place of the job's older one, and let go of what is more than KEPT of the host."""
    session.execute(delete(SiteReading).where(SiteReading.job_id == reading.job_id))
    session.add(reading)
    session.flush()
    more = _newest_first(reading.site, reading.host).with_only_columns(SiteReading.job_id).offset(KEPT)
    # Another job of the site may be letting go of the same.
    session.execute(delete(SiteReading).where(SiteReading.job_id.in_(more.with_for_update(skip_locked=True))))


def before(session: Session, reading: SiteReading) -> Sequence[SiteReading]:
    """What other jobs of the same spider and host have read, newest first."""
    same = _newest_first(reading.site, reading.host)
    return session.scalars(same.where(SiteReading.job_id != reading.job_id)).all()


def by_host(session: Session, *, limit: int) -> list[list[SiteReading]]:
    """The readings of each host, newest first; the `limit` hosts that were read last, in the order of that."""
    last = func.max(SiteReading.read_at).label("last")
    hosts = select(SiteReading.site, SiteReading.host, last).group_by(SiteReading.site, SiteReading.host)
    newest = hosts.order_by(last.desc(), SiteReading.host).limit(limit).subquery()
    same = and_(newest.c.site == SiteReading.site, newest.c.host == SiteReading.host)
    ordered = (newest.c.last.desc(), SiteReading.host, SiteReading.site, SiteReading.read_at.desc())
    found = session.scalars(select(SiteReading).join(newest, same).order_by(*ordered, SiteReading.job_id.desc()))
    return [list(readings) for _, readings in groupby(found, key=lambda reading: (reading.host, reading.site))]


def hosts(session: Session, *, limit: int) -> Sequence[str]:
    """The names of the `limit` hosts that were read last."""
    last = select(SiteReading.host).group_by(SiteReading.host).order_by(func.max(SiteReading.read_at).desc())
    return session.scalars(last.limit(limit)).all()


def _newest_first(site: str, host: str) -> Select[SiteReading]:
    same = select(SiteReading).where(SiteReading.site == site, SiteReading.host == host)
    return same.order_by(SiteReading.read_at.desc(), SiteReading.job_id.desc())
