"""SQL that keeps one novel one, wherever it is read from, and saves it.

A novel is read from one source at a time, its current one: `site`, `key` and `index_url` of its own row. Where it was read from
before is in `source`; a URL of any of these leads to the current one, since an old host may be gone, and a text on it is older. A
novel changes its source when a person says so (`relocate`), and by itself when its index answers from another address (a 301).

Chapters keep their rows: they are found again by key where the site is the same, by their text, by their title. Those that
are not are marked gone under a key that the new site cannot use; should they be many, the move is refused. No function here commits.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeAlias, TypeVar

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session, defer

from ingestion import columns, novels
from ingestion.errors import Incomplete, Moved, Shrunk
from ingestion.items import ParsedChapter, ParsedNovel
from ingestion.models import ChapterRow, NovelRow, SourceRow

T = TypeVar("T")
#: What tells chapters apart, of one in the library and of one just read; None says nothing.
Tell: TypeAlias = tuple[Callable[[ChapterRow], Hashable], Callable[[ParsedChapter], Hashable]]


def of(session: Session, novel: NovelRow) -> list[str]:
    """The URLs that the novel has been read from, the current one first, then the newest."""
    former = select(SourceRow.url).where(SourceRow.novel_id == novel.id).order_by(SourceRow.left_at.desc())
    return list(dict.fromkeys([novel.url, *session.scalars(former)]))


def current(session: Session, index_url: str) -> str | None:
    """The index that a novel is read from now, where `index_url` is one that it was read from before; else None."""
    now = func.coalesce(NovelRow.index_url, NovelRow.url)
    query = select(now).join(SourceRow, SourceRow.novel_id == NovelRow.id)
    return session.scalars(query.where(SourceRow.index_url == index_url, now != index_url).limit(1)).one_or_none()


def save(session: Session, parsed: ParsedNovel, *, moving: int | None = None, max_shrink: float = 1.0) -> novels.Saved:
    """Save the novel as it is read now; `moving` is the id of the one that is to be read from there henceforth.

    Raises Moved when it is another novel's source, and as `novels.save` does.
    """
    mover = _mover(session, parsed, moving)
    if mover is not None:
        _move(session, session.get_one(NovelRow, mover, with_for_update=True), parsed, max_shrink)
    return novels.save(session, parsed, max_shrink=max_shrink)


def _mover(session: Session, parsed: ParsedNovel, moving: int | None) -> int | None:
    """The novel that has to change its source before this can be saved; None for the most part."""
    here = NovelRow.site == parsed.site, NovelRow.key == parsed.novel.key
    # Behind the lock a move that was under way is over, and what it wrote is seen.
    owner = session.scalar(select(NovelRow.id).where(*here).with_for_update())
    there = SourceRow.site == parsed.site, SourceRow.key == parsed.novel.key
    former = session.scalar(select(SourceRow.novel_id).where(*there))
    if owner is not None and moving not in (None, owner):
        raise Moved(
            f"{parsed.novel.url} is novel {owner}: the library has the work twice, as {moving} and {owner}; nothing was changed"
        )
    if former is not None and former != moving:
        raise Moved(
            f"{parsed.novel.url} is where novel {former} was read from before; `python cli.py sources {former}` says where it is "
            f"now, `python cli.py relocate {former} --to URL` goes back"
        )
    if owner is None and moving is None and parsed.index_url is not None:
        bare = parsed.index_url.rstrip("/")  # a spider of the site's own may write it otherwise than the generic one
        return session.scalar(select(NovelRow.id).where(NovelRow.index_url.in_([bare, f"{bare}/"])).limit(1))
    return None if owner is not None else moving


def _move(session: Session, novel: NovelRow, parsed: ParsedNovel, max_shrink: float) -> None:
    texts = defer(ChapterRow.content), defer(ChapterRow.notes_before), defer(ChapterRow.notes_after)
    rows = session.scalars(select(ChapterRow).where(ChapterRow.novel_id == novel.id).options(*texts)).all()
    found = _found_again(rows, parsed.chapters, same_site=novel.site == parsed.site)
    listed = [row for row in rows if row.gone_at is None]
    lost = [row for row in listed if row not in found]
    if max_shrink < 1:
        _wait_for_texts(lost, _untaken(parsed.chapters, found))
    if len(lost) > max_shrink * len(listed):
        raise Shrunk(
            f"{len(lost)} of the {len(listed)} chapters of novel {novel.id} are not found again at {parsed.novel.url}, neither by "
            "their text nor by their title; nothing was changed. If it is the same work all the same, "
            "`python cli.py retry ID --accept-shrink`: they stay readable, marked as gone"
        )
    _rename(session, rows, {row: chapter.link.key for row, chapter in found.items()}, novel.site)
    values = {"novel_id": novel.id, "url": novel.url, "index_url": novel.index_url or novel.url}
    session.execute(upsert(SourceRow).values(site=novel.site, key=novel.key, **values))
    session.execute(delete(SourceRow).where(SourceRow.site == parsed.site, SourceRow.key == parsed.novel.key))
    novel.site, novel.key, novel.seen_at = parsed.site, parsed.novel.key, None
    session.flush()


def _wait_for_texts(lost: Sequence[ChapterRow], unknown: Sequence[ParsedChapter]) -> None:
    """Raise Incomplete where chapters that are not found again may be among those that could not be had this time."""
    holes = [chapter.hole for chapter in unknown if chapter.hole is not None and not chapter.hole.final]
    if lost and holes:
        raise Incomplete(
            f"{len(holes)} chapters could not be had, the first because: {holes[0].reason}. “{lost[0].title}” may be one of them, so the "
            "novel is not moved yet; a retry asks for these alone, and with --accept-shrink it is moved without them",
            kinds=frozenset(hole.kind for hole in holes),
        )


def _rename(session: Session, rows: Sequence[ChapterRow], keys: dict[ChapterRow, str], site: str) -> None:
    """Give the chapters their keys of the new site; in two steps, since one may get what another had."""
    changed = [row for row in rows if keys.get(row) != row.key]
    for row in changed:
        row.key = f"{site}#{row.id}:{row.key}"
    session.flush()
    for row in changed:
        row.key = keys.get(row, row.key)
    session.flush()


# Finding chapters again -----------------------------------------------------------------------------------------------

_KEY: Tell = (lambda row: row.key, lambda chapter: chapter.link.key)
_TEXT: Tell = (lambda row: row.digest, columns.digest)
_TITLE: Tell = (lambda row: _plain(row.title), lambda chapter: _plain(columns.title(chapter)))


def _found_again(
    rows: Sequence[ChapterRow], chapters: Sequence[ParsedChapter], *, same_site: bool
) -> dict[ChapterRow, ParsedChapter]:
    """The chapters that are in both, each by the first thing that tells it from all others.

    Those that were listed last come first: one that is gone may be the same text, which was posted anew since.
    """
    found: dict[ChapterRow, ParsedChapter] = {}
    for is_gone in (False, True):
        group = [row for row in rows if (row.gone_at is not None) is is_gone]
        if same_site:
            by_key = _paired(group, _untaken(chapters, found), _KEY)
            agree = sum(any(ours(row) == theirs(by_key[row]) for ours, theirs in (_TEXT, _TITLE)) for row in by_key)
            # A site may just number its chapters: then any two novels have the same keys.
            found |= by_key if 2 * agree >= len(by_key) else {}
        for tell in (_TEXT, _TITLE):
            found |= _paired([row for row in group if row not in found], _untaken(chapters, found), tell)
    return found


def _untaken(chapters: Sequence[ParsedChapter], found: dict[ChapterRow, ParsedChapter]) -> list[ParsedChapter]:
    taken = {id(chapter) for chapter in found.values()}
    return [chapter for chapter in chapters if id(chapter) not in taken]


def _paired(
    rows: Sequence[ChapterRow], chapters: Sequence[ParsedChapter], tell: Tell
) -> dict[ChapterRow, ParsedChapter]:
    ours, theirs = _single(rows, tell[0]), _single(chapters, tell[1])
    return {row: theirs[value] for value, row in ours.items() if value in theirs}


def _single(things: Iterable[T], tell: Callable[[T], Hashable]) -> dict[Hashable, T]:
    """The things by what tells them apart, where one alone has it."""
    told = [(tell(thing), thing) for thing in things]
    counts = Counter(value for value, _ in told)
    return {value: thing for value, thing in told if value and counts[value] == 1}


def _plain(title: str) -> str:
    return " ".join(re.findall(r"\w+", title.casefold()))
