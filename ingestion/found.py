"""What a look at a novel found, before anything is ingested: `spider check` shows it, and a dry run leaves it in its job."""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.items import Novel


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundChapter:
    """A chapter whose page was looked at: as the index has it, and what the page says. `begins` are its first words.

    One that is not `readable` has none, and why not is among the things that look wrong.
    """

    position: int
    title: str
    url: str
    readable: bool
    title_on_page: str | None
    words: int
    begins: str
    words_of_notes: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """The novel as `spider` reads it at `index_url`, and what looks wrong in that, a sentence each.

    `chapters` counts those that the index lists, `in_volumes`, `dated` and `locked` those of which it says so; `stated_total` is how many
    the site says there are. Where the index goes on behind the pages that were looked at, it is not `whole`. A row holds it as JSON: a
    field that is added later needs a default.
    """

    spider: str
    index_url: str
    novel: Novel
    chapters: int
    stated_total: int | None
    whole: bool
    strategy: str
    looked_at: tuple[FoundChapter, ...]
    looks_wrong: tuple[str, ...]
    in_volumes: int = 0
    dated: int = 0
    locked: int = 0
