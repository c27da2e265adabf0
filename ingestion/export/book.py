"""What a book is: everything that its file depends on, and nothing else. Two books that are equal are the same file, byte for byte."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import NAMESPACE_URL, uuid5

from ingestion import tongue
from ingestion.export.formats import Format
from ingestion.export.wish import Wish
from ingestion.items import Matter, Publication

#: Counts up when the same book is written in another way: what was made before is then made anew.
EDITION = 2
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f"*/:<>?\\|]+')
LONGEST_NAME_BYTES = 150
#: So many of the chapters that are missing are named.
MOST_NAMED = 20


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What else the library knows of a chapter, which of all formats JSON alone tells."""

    words: int = 0
    published_at: datetime | None = None
    edited_at: datetime | None = None
    gone_at: datetime | None = None
    missing_kind: str | None = None
    missing_reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """A chapter's place in the book. `key` is its site's own, `digest` says what its text is."""

    id: int
    key: str
    position: int
    title: str
    volume: str | None
    matter: Matter
    url: str
    digest: str
    missing: bool
    facts: Facts = field(default=Facts(), repr=False)

    @property
    def anchor(self) -> str:
        """What it is called in the book: for ever, wherever the chapter moves to, so that readers keep their place in it."""
        return f"c{self.id}"

    @property
    def file(self) -> str:
        """Its file in the book, where it has one of its own."""
        return f"{self.anchor}.xhtml"

    @property
    def heading(self) -> str:
        """Its title, or in words which it is."""
        return self.title.strip() or f"Chapter {self.position}"


@dataclass(frozen=True, kw_only=True)
class Book:
    """A novel, or the part of it that was wished for: its `site` knows it by `key`, and has its index at `index_url`.

    `pictures` are those that it shows: their URLs, and their names in the store.
    """

    wish: Wish
    site: str
    key: str
    index_url: str | None
    title: str
    authors: tuple[str, ...]
    description: str | None
    language: str | None
    status: Publication | None
    tags: tuple[str, ...]
    url: str
    cover: str | None
    begun_at: datetime
    changed_at: datetime
    leaves: tuple[Leaf, ...]
    pictures: tuple[tuple[str, str], ...]

    @cached_property
    def digest(self) -> str:
        """By which the book is known from every other."""
        more = (self.wish.format.value, [leaf.facts for leaf in self.leaves])
        told = (EDITION, self) if self.wish.format is Format.EPUB else (EDITION, self, *more)
        return hashlib.sha256(repr(told).encode()).hexdigest()[:32]

    @property
    def identifier(self) -> str:
        """By which e-readers know it: the same however it grows."""
        return f"urn:uuid:{uuid5(NAMESPACE_URL, repr((self.wish, self.begun_at.timestamp())))}"

    @property
    def tongue(self) -> str:
        """Its language as a tag (RFC 5646), `und` where it is not known."""
        return tongue.tag(self.language)

    @property
    def direction(self) -> str:
        """The direction of its writing."""
        return tongue.direction(self.tongue)

    @cached_property
    def readable(self) -> tuple[Leaf, ...]:
        """The chapters that have a text, in reading order."""
        return tuple(leaf for leaf in self.leaves if not leaf.missing)

    @cached_property
    def missing(self) -> tuple[Leaf, ...]:
        """Those that have none."""
        return tuple(leaf for leaf in self.leaves if leaf.missing)

    @property
    def summary(self) -> str:
        """How much of it there is, and where it is from."""
        state = f", {self.status.value}" if self.status else ""
        return f"{len(self.readable)} chapters{state}; {self.url}"

    @property
    def missing_told(self) -> str:
        """How many chapters are missing, and why."""
        return f"Missing, since they could not be had from their site: {len(self.missing)}"

    @property
    def missing_names(self) -> list[str]:
        """Which; of many, some."""
        more = len(self.missing) - MOST_NAMED
        return [leaf.heading for leaf in self.missing[:MOST_NAMED]] + [f"and {more} more"] * (more > 0)

    @property
    def number(self) -> int | None:
        """Its number in the series that the novel is, where it is one volume that has one."""
        found = re.search("[0-9]+", self.wish.volumes[0]) if len(self.wish.volumes) == 1 else None
        return int(found[0]) if found else None

    @property
    def name(self) -> str:
        """Its title, and which part of it this is."""
        if self.wish.is_whole:
            return self.title
        if self.wish.volumes:
            return f"{self.title}: {', '.join(self.wish.volumes)}"
        return f"{self.title}, {self.leaves[0].position}–{self.leaves[-1].position}"

    def volumes(self) -> Iterator[tuple[str | None, list[Leaf]]]:
        """The readable chapters by volume; those outside of any under None."""
        return by_volume(self.readable)

    @cached_property
    def opened(self) -> dict[int, str]:
        """The titles of its volumes, by the ids of the chapters that they begin with."""
        return {leaves[0].id: title for title, leaves in self.volumes() if title}

    def at(self, url: str) -> Leaf | None:
        """The readable chapter at this URL. Where in the chapter a link points is not known to exist."""
        return self._places.get(url) or self._places.get(url.partition("#")[0])

    @cached_property
    def _places(self) -> dict[str, Leaf]:
        return {leaf.url: leaf for leaf in self.readable}

    @property
    def file_name(self) -> str:
        """What its file is called on any disk."""
        safe = " ".join(_UNSAFE.sub(" ", self.name).split()).strip(". ")
        return f"{safe.encode()[:LONGEST_NAME_BYTES].decode(errors='ignore').strip() or 'novel'}.{self.wish.format}"


def by_volume(leaves: Iterable[Leaf]) -> Iterator[tuple[str | None, list[Leaf]]]:
    """The chapters by volume, in their order; those outside of any under None."""
    for title, some in itertools.groupby(leaves, key=lambda leaf: (leaf.volume or "").strip() or None):
        yield title, list(some)


@dataclass(frozen=True, kw_only=True)
class Text:
    """What a chapter says: HTML fragments."""

    content: str
    notes_before: str | None
    notes_after: str | None
