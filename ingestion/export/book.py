"""What a book is: everything that its file depends on, and nothing else. Two books that are equal are the same file, byte for byte."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from ingestion import tongue
from ingestion.items import Matter, Publication

#: Counts up when the same book is written in another way: what was made before is then made anew.
EDITION = 2
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f"*/:<>?\\|]+')
LONGEST_NAME_BYTES = 150


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Which chapters of which novel: those at the places `first` to `last` in the reading order, of these `volumes`; unset: all."""

    novel_id: int
    first: int | None = None
    last: int | None = None
    volumes: tuple[str, ...] = ()

    @classmethod
    def of(cls, args: dict[str, Any]) -> Wish:
        """What `args` tells."""
        return cls(**args | {"volumes": tuple(args["volumes"])})

    @property
    def args(self) -> dict[str, Any]:
        """The wish as a background task's `args`, which become JSON."""
        return {**asdict(self), "volumes": list(self.volumes)}

    @property
    def is_whole(self) -> bool:
        """Whether the whole novel is wished for."""
        return self.first is None and self.last is None and not self.volumes


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

    @property
    def file(self) -> str:
        """What it is called in the book: for ever, wherever the chapter moves to, so that readers keep their place in it."""
        return f"{self.item}.xhtml"

    @property
    def item(self) -> str:
        """The id of its entry in the package."""
        return f"c{self.id}"

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
        return hashlib.sha256(repr((EDITION, self)).encode()).hexdigest()[:32]

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
        for title, leaves in itertools.groupby(self.readable, key=lambda leaf: (leaf.volume or "").strip() or None):
            yield title, list(leaves)

    def file_name(self, ending: str) -> str:
        """What a file of it is called on any disk."""
        safe = " ".join(_UNSAFE.sub(" ", self.name).split()).strip(". ")
        return f"{safe.encode()[:LONGEST_NAME_BYTES].decode(errors='ignore').strip() or 'novel'}.{ending}"


@dataclass(frozen=True, kw_only=True)
class Text:
    """What a chapter says: HTML fragments."""

    content: str
    notes_before: str | None
    notes_after: str | None
