"""SQL about what the sign of a change said when a novel was saved, and whether it is to be believed. No function here commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from ingestion.errors import Locked, NotFound
from ingestion.models import ChapterRow, NovelRow
from ingestion.novels import Saved

#: A sign does not tell of everything (an edit, a chapter taken down), so that the index is asked for anew when it was not for so long.
BELIEVED = timedelta(days=7)
#: The same where the site does not serve some of the chapters: it may do so again.
BELIEVED_WITH_HOLES = timedelta(days=1)
_FINAL = {NotFound.kind, Locked.kind}


@dataclass(frozen=True, kw_only=True, slots=True)
class Noted:
    """What is known of a novel's sign. `believed`: where it says the same again, nothing is new. `library` is what there is of the novel."""

    sign: bytes | None
    believed: bool
    library: Saved


def of(session: Session, site: str, index_url: str) -> Noted | None:
    """What the sign of the novel that is read from this index said; None when there is no such novel."""
    bare = index_url.rstrip("/")
    here = NovelRow.site == site, NovelRow.index_url.in_([bare, f"{bare}/"])
    age = (func.now() - NovelRow.seen_at).label("age")
    found = session.execute(select(NovelRow, age).where(*here).limit(1)).one_or_none()
    if found is None:
        return None
    novel = found[0]
    holes = _holes(session, novel.id)
    longest = BELIEVED_WITH_HOLES if holes else BELIEVED
    seen = found.age is not None and found.age < longest and set(holes) <= _FINAL
    saved = _count(session, novel.id)
    library = Saved(novel_id=novel.id, saved=saved, missing=len(holes), added=0, changed=0, gone=0)
    return Noted(sign=novel.sign, believed=seen and novel.sign_agreed, library=library)


def note(session: Session, novel_id: int, sign: bytes, *, agreed: bool) -> None:
    """Remember what the sign said before the index that the novel was saved from was asked for.

    It has `agreed` with the index once that was seen to follow it: a site may show a new chapter in its feed before it does in its list.
    """
    session.execute(update(NovelRow).where(NovelRow.id == novel_id).values(sign=sign, sign_agreed=agreed))


def _holes(session: Session, novel_id: int) -> Sequence[str | None]:
    """Why listed chapters have no text."""
    listed = ChapterRow.novel_id == novel_id, ChapterRow.gone_at.is_(None)
    return session.scalars(select(ChapterRow.missing_kind).where(*listed, ChapterRow.digest.is_(None))).all()


def _count(session: Session, novel_id: int) -> int:
    listed = ChapterRow.novel_id == novel_id, ChapterRow.gone_at.is_(None)
    return session.scalar(select(func.count()).where(*listed, ChapterRow.digest.is_not(None))) or 0
