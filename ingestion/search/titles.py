"""SQL that finds novels by their titles, authors and tags, whole or in part, with a slip or two. It changes nothing."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ingestion.models import NovelGram, NovelRow
from ingestion.search import grams, tongues
from ingestion.search.query import Wish, wanted

#: A name that has less than this part of the pieces looked for is another name.
ALIKE = 0.45
#: So many novels, those with the most of the pieces, are looked at.
MOST = 50


class Matched(StrEnum):
    """By what a novel was found."""

    TITLE = "title"
    AUTHOR = "author"
    TAG = "tag"


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundNovel:
    """A novel, by what it was found, and how well that fits (0 to 1; more than 1 where words stand there as they were typed)."""

    id: int
    title: str
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    site: str
    language: str | None
    url: str
    cover_url: str | None
    matched: Matched
    score: float


def found(session: Session, wish: Wish) -> list[FoundNovel]:
    """The novels that are called so, best first."""
    name = wanted(wish.text)
    pieces, tag = grams.of(name), grams.tags([name])
    near = [*_near(session, pieces, wish), *_near(session, tag, wish)]
    return _best(near, name, pieces, limit=wish.limit)


def suggested(session: Session, typed: str, *, limit: int) -> list[FoundNovel]:
    """The novels whose titles or authors begin so, or nearly, while somebody types."""
    name = wanted(typed)
    pieces = grams.of(name, unfinished=True)
    return _best(_near(session, pieces, Wish(text=name)), name, pieces, limit=limit)


def _near(session: Session, pieces: Collection[str], wish: Wish) -> Sequence[NovelRow]:
    """The novels with the most of the pieces, which are not too few; of equals, the newest."""
    if not pieces:
        return []
    enough = math.ceil(ALIKE * len(pieces))
    count = func.count()
    sharing = select(NovelGram.novel_id, count.label("shared")).where(NovelGram.gram.in_(pieces))
    near = sharing.group_by(NovelGram.novel_id).having(count >= enough).subquery()
    query = select(NovelRow).join(near, near.c.novel_id == NovelRow.id)
    return session.scalars(_narrowed(query, wish).order_by(near.c.shared.desc(), NovelRow.id.desc()).limit(MOST)).all()


def _narrowed(query: Select[NovelRow], wish: Wish) -> Select[NovelRow]:
    if wish.site is not None:
        query = query.where(NovelRow.site == wish.site)
    if wish.language is not None:
        first = func.lower(func.regexp_replace(NovelRow.language, "[-_].*", ""))
        query = query.where(first == tongues.primary(wish.language))
    return query


def _best(near: Sequence[NovelRow], name: str, pieces: Collection[str], *, limit: int) -> list[FoundNovel]:
    judged = {novel.id: _judged(novel, name, pieces) for novel in near}
    best = [one for one in judged.values() if one is not None]
    return sorted(best, key=lambda one: (-one.score, len(one.title), -one.id))[:limit]


def _judged(novel: NovelRow, name: str, pieces: Collection[str]) -> FoundNovel | None:
    """The novel by what of it fits best; None where nothing does."""
    asked = grams.plain(name)
    fits = [(_fit(novel.title, asked, pieces), Matched.TITLE)]
    fits += [(0.9 * _fit(author, asked, pieces), Matched.AUTHOR) for author in novel.authors]
    fits += [(0.9, Matched.TAG) for tag in novel.tags if grams.plain(tag) == asked]
    names = " ".join([novel.title, *novel.authors])
    fits += [(0.8 * _share(names, pieces), Matched.TITLE)]  # an author and a word of the title
    score, matched = max(fits, key=lambda one: one[0])
    if score < ALIKE:
        return None
    return FoundNovel(
        id=novel.id,
        title=novel.title,
        authors=tuple(novel.authors),
        tags=tuple(novel.tags),
        site=novel.site,
        language=novel.language,
        url=novel.url,
        cover_url=novel.cover_url,
        matched=matched,
        score=round(score, 4),
    )


def _fit(name: str, asked: str, pieces: Collection[str]) -> float:
    """How well a name fits: the share of the pieces that it has, and more where it is, begins with or has what was typed."""
    plain = grams.plain(name)
    if plain == asked:
        return 2.0
    as_typed = 0.5 if plain.startswith(asked) else 0.25 if asked in plain else 0.0
    return _share(name, pieces) + as_typed


def _share(name: str, pieces: Collection[str]) -> float:
    return len(grams.of(name) & set(pieces)) / len(pieces) if pieces else 0.0
