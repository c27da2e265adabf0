"""The place of a text that shows best why it was found, in parts of which some are hits."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from ingestion.search import words
from ingestion.search.tongues import SIMPLE

#: Characters that a snippet has, about.
LENGTH = 220
_MADE = text("""
SELECT word, tsvector_to_array(to_tsvector(CAST(:tongue AS regconfig), word)) FROM unnest(CAST(:words AS text[])) AS given (word)
""")
#: So much of a word is kept by whatever cuts its ending off.
_STEM = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A piece of a snippet: plain text, to be escaped wherever it is shown."""

    text: str
    hit: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """Where in a text a word stands, or a pair of characters, and what it is."""

    start: int
    end: int
    word: str


def snippets(
    session: Session, texts: Mapping[int, str], tongues: Mapping[int, str], lexemes: Mapping[str, frozenset[str]]
) -> dict[int, tuple[Part, ...]]:
    """A snippet of each text, by its id: `tongues` says how each is indexed, `lexemes` what was looked for in such."""
    made: dict[int, tuple[Part, ...]] = {}
    for tongue in set(tongues.values()):
        wanted = lexemes.get(tongue, frozenset())
        mine = {id: words.composed(text) for id, text in texts.items() if tongues[id] == tongue}
        likely = {id: list(_likely(text, tongue, wanted)) for id, text in mine.items()}
        hits = _hits(session, likely, tongue, wanted)
        made |= {id: _cut(text, hits[id]) for id, text in mine.items()}
    return made


def _likely(text: str, tongue: str, lexemes: Collection[str]) -> Iterator[_Place]:
    """The places that may be hits: what begins as a lexeme does, and pairs of characters themselves."""
    dense = {lexeme for lexeme in lexemes if words.is_dense(lexeme)}
    small = words.letters(text, tongue)
    for lexeme in dense:
        yield from (_Place(start=one.start(), end=one.end(), word=lexeme) for one in re.finditer(lexeme, small))
    # Without marks: an ending that is cut off may take those of the rest with it (Häuser, haus).
    begins = {words.letters(lexeme[:_STEM], SIMPLE) for lexeme in lexemes if lexeme not in dense}
    if begins:
        bare = words.letters(text, SIMPLE)
        for one in re.finditer(rf"(?:{'|'.join(map(re.escape, sorted(begins)))})\w*", bare):
            if one.start() == 0 or not bare[one.start() - 1].isalnum():
                yield _Place(start=one.start(), end=one.end(), word=small[one.start() : one.end()])


def _hits(
    session: Session, likely: Mapping[int, Sequence[_Place]], tongue: str, lexemes: Collection[str]
) -> dict[int, list[_Place]]:
    """Those that are hits, in their order, a lexeme for each word."""
    asked = {place.word for places in likely.values() for place in places} - set(lexemes)
    made = session.execute(_MADE, {"tongue": tongue, "words": sorted(asked)}) if asked else ()
    known = {word: word for word in lexemes}
    known |= {word: lexeme for word, found in made for lexeme in found if lexeme in known}
    return {
        id: sorted(
            (_Place(start=one.start, end=one.end, word=known[one.word]) for one in places if one.word in known),
            key=lambda one: one.start,
        )
        for id, places in likely.items()
    }


def _cut(text: str, hits: Sequence[_Place]) -> tuple[Part, ...]:
    begin = _beginning(hits)
    start = _edge(text, begin) if begin else 0
    end = _edge(text, start + LENGTH) if start + LENGTH < len(text) else len(text)
    shown, at = [Part(text="…", hit=False)] if start else [], start
    for hit in hits:
        if hit.end <= at or hit.start < start or hit.end > end:
            continue
        if hit.start <= at and shown and shown[-1].hit:  # it goes on where the one before ends, or within that
            shown[-1] = Part(text=shown[-1].text + text[at : hit.end], hit=True)
        else:
            shown += [Part(text=text[at : hit.start], hit=False), Part(text=text[hit.start : hit.end], hit=True)]
        at = hit.end
    shown += [Part(text=text[at:end] + ("…" if end < len(text) else ""), hit=False)]
    return tuple(part for part in shown if part.text)


def _edge(text: str, at: int) -> int:
    """The end of a word that is not far before this place, or the place itself."""
    return text.rfind(" ", max(0, at - LENGTH // 8), at) + 1 or at


def _beginning(hits: Sequence[_Place]) -> int:
    """Where the stretch begins that has most of what was looked for; of several such, the first."""
    best, begin, first = (0, 0), 0, 0
    for last, hit in enumerate(hits):
        while hits[first].start < hit.end - LENGTH * 3 // 4 and first < last:
            first += 1
        within = hits[first : last + 1]
        worth = (len({one.word for one in within}), len(within))
        if worth > best:
            best, begin = worth, within[0].start
    return max(0, begin - LENGTH // 4)
