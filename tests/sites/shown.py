"""The sites that tests can show a novel on, and what of it each of them keeps: the one place that says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from tests.sites import (
    archiveofourown,
    chain,
    fictionpress,
    gutenberg,
    kakuyomu,
    plain,
    royalroad,
    scribblehub,
    standardebooks,
    syosetu,
    wattpad,
    wikisource,
    wordpress,
    xenforo,
)
from tests.sites.samples import SampleNovel
from tests.sites.web import Answer


class Renderer(Protocol):
    """A site's module."""

    def render(self, novel: SampleNovel) -> Mapping[str, Answer]:
        """The novel's pages, by path with query."""

    def start(self, novel: SampleNovel) -> str:
        """The path that a reader would post."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A site, the spider that reads it, and what becomes there of a volume's name, a title and a text; whether it has notes."""

    site: Renderer
    spider: str
    volume: Callable[[str], str | None] = lambda _: None
    notes: bool = False
    title: Callable[[str], str] = str
    text: Callable[[str], str] = str

    def kept(self, novel: SampleNovel) -> SampleNovel:
        """The novel as it is on the site."""
        chapters = (
            replace(
                one,
                title=self.title(one.title),
                content=self.text(one.content),
                volume=self.volume(one.volume) if one.volume else None,
                note_before=one.note_before if self.notes else None,
                note_after=one.note_after if self.notes else None,
            )
            for one in novel.chapters
        )
        return replace(novel, chapters=tuple(chapters))


SITES: Mapping[str, Shown] = {
    "archiveofourown": Shown(site=archiveofourown, spider="archiveofourown", notes=True),
    "chain": Shown(site=chain, spider="generic"),
    "fictionpress": Shown(site=fictionpress, spider="fictionpress"),
    "gutenberg": Shown(site=gutenberg, spider="gutenberg", volume=str),
    "kakuyomu": Shown(site=kakuyomu, spider="kakuyomu", volume=str),
    "plain": Shown(site=plain, spider="generic"),
    "royalroad": Shown(site=royalroad, spider="royalroad", volume=str, notes=True),
    "scribblehub": Shown(site=scribblehub, spider="scribblehub", notes=True),
    "standardebooks": Shown(site=standardebooks, spider="standardebooks", volume=str, title=standardebooks.listed),
    "syosetu": Shown(site=syosetu, spider="syosetu", volume=str, notes=True),
    "wattpad": Shown(site=wattpad, spider="wattpad"),
    # A volume is a part of its chapters' names; the text was put together from scanned pages.
    "wikisource": Shown(
        site=wikisource,
        spider="wikisource",
        volume=wikisource.legal,
        text=lambda content: f'<div lang="en">{content}</div>',
    ),
    "wordpress": Shown(site=wordpress, spider="wordpress"),
    "xenforo": Shown(site=xenforo, spider="xenforo"),
}
