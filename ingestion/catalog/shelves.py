"""Fills the pages of the catalogue from the library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import InstrumentedAttribute, Session

from ingestion.browsing import Order
from ingestion.catalog import table
from ingestion.catalog.markup import clean
from ingestion.catalog.shelf import NEW, START, Door, Entry, Facet, Kind, Place, Shelf, Wish
from ingestion.models import NovelRow
from ingestion.pictures import table as pictures

LETTERS, AUTHORS = Place(name="letters"), Place(name="authors")


def start(session: Session) -> Shelf:
    """Where one comes in."""
    doors = [
        Door(title="New", about="First what has the newest chapter", place=Place(name="new"), rel=NEW),
        Door(title="By title", about="All novels", place=Place(name="titles")),
        Door(title="By author", about="Who wrote them", place=AUTHORS, kind=Kind.NAVIGATION),
    ]
    if table.size(session) > table.PAGE:
        doors.insert(2, Door(title="By letter", about="What titles begin with", place=LETTERS, kind=Kind.NAVIGATION))
    return _navigation(session, "Quire", START, doors)


def letters(session: Session) -> Shelf:
    """What titles begin with."""
    doors = [_counted(letter, count, Wish(letter=letter)) for letter, count in table.letters(session)]
    return _navigation(session, "By letter", LETTERS, doors)


def authors(session: Session, page: int) -> Shelf:
    """Who wrote the novels."""
    found = table.authors(session, page)
    doors = [_counted(name, count, Wish(author=name)) for name, count in found[: table.DOORS] if clean(name).strip()]
    place = replace(AUTHORS, wish=Wish(page=page))
    shelf = _navigation(session, "By author", place, doors)
    return replace(shelf, **_beside(place, more=len(found) > table.DOORS))


def new(session: Session, wish: Wish) -> Shelf:
    """The novels that are wished for, first what has the newest chapter."""
    return _novels_of(session, "New", Place(name="new", wish=wish), Order.NEW)


def titles(session: Session, wish: Wish) -> Shelf:
    """The novels that are wished for, by title."""
    up = AUTHORS if wish.author is not None else LETTERS if wish.letter is not None else START
    title = wish.author or (f"By title: {wish.letter}" if wish.letter else "By title")
    return _novels_of(session, title, Place(name="titles", wish=wish), up=up)


def search(session: Session, wish: Wish) -> Shelf:
    """The novels that have the words in their title or among their authors."""
    return _novels_of(session, f"Search: {wish.words or ''}", Place(name="search", wish=wish))


def _navigation(session: Session, title: str, place: Place, doors: list[Door]) -> Shelf:
    return Shelf(title=title, place=place, kind=Kind.NAVIGATION, updated=table.saved_at(session), doors=tuple(doors))


def _novels_of(
    session: Session,
    title: str,
    place: Place,
    order: Order = Order.TITLE,
    *,
    up: Place = START,
) -> Shelf:
    found = table.page(session, place.wish, order)
    return Shelf(
        title=title,
        place=place,
        kind=Kind.ACQUISITION,
        updated=table.saved_at(session),
        up=up,
        entries=_entries(session, found[: table.PAGE]),
        facets=(
            *_facets(session, place, "Language", "language", NovelRow.language),
            *_facets(session, place, "Status", "status", NovelRow.status),
        ),
        **_beside(place, more=len(found) > table.PAGE),
    )


def _entries(session: Session, novels: Sequence[NovelRow]) -> tuple[Entry, ...]:
    """These novels, but for those of which no book can be made yet."""
    changed = table.changed_at(session, [novel.id for novel in novels])
    covers = pictures.names(session, [novel.cover_url for novel in novels if novel.cover_url])
    return tuple(
        Entry(novel=novel, cover=covers.get(novel.cover_url or ""), changed_at=changed[novel.id])
        for novel in novels
        if novel.id in changed
    )


def _facets(
    session: Session, place: Place, group: str, name: str, column: InstrumentedAttribute[Any]
) -> Iterator[Facet]:
    """One for each value of the column among these novels, where there is a choice."""
    active = getattr(place.wish, name)
    anything = _other(place, name, None)
    counts = table.count_by(session, column, anything.wish)
    if active is not None:
        yield Facet(group=group, title="All", place=anything)
    elif len(counts) < 2:
        return
    for value, count in counts:
        there = _other(place, name, value)
        yield Facet(group=group, title=value, place=there, count=count, is_active=value == active)


def _other(place: Place, name: str, value: str | None) -> Place:
    """The first page of the novels that are otherwise the same."""
    changes: dict[str, Any] = {name: value, "page": 1}
    return replace(place, wish=replace(place.wish, **changes))


def _beside(place: Place, *, more: bool) -> dict[str, Any]:
    """The pages before and after."""
    page = place.wish.page

    def at(number: int) -> Place:
        return replace(place, wish=replace(place.wish, page=number))

    return {
        "first": at(1),
        "previous": at(page - 1) if page > 1 else None,
        "next": at(page + 1) if more else None,
    }


def _counted(title: str, count: int, wish: Wish) -> Door:
    about = "1 novel" if count == 1 else f"{count} novels"
    return Door(title=title, about=about, count=count, place=Place(name="titles", wish=wish))
