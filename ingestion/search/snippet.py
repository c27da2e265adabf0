"""The place of a text that shows best why it was found, in parts of which some are hits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from ingestion.search import words
from ingestion.search.tongues import SIMPLE

#: Characters that a snippet has, about.
LENGTH = 220
_LEXEMES = text("""
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
class _Hit:
    start: int
    end: int
    lexeme: str


def snippets(
    session: Session, texts: Mapping[int, str], tongues: Mapping[int, str], lexemes: Mapping[str, frozenset[str]]
) -> dict[int, tuple[Part, ...]]:
    """A snippet of each text, by its id: `tongues` says how each is indexed, `lexemes` what was looked for in such."""
    made: dict[int, tuple[Part, ...]] = {}
    for tongue in set(tongues.values()):
        mine = {id: words.composed(text) for id, text in texts.items() if tongues[id] == tongue}
        spelled = _spelled(session, mine.values(), tongue, lexemes.get(tongue, frozenset()))
        made |= {id: _cut(text, _hits(words.letters(text, tongue), spelled)) for id, text in mine.items()}
    return made


def _spelled(session: Session, texts: Iterable[str], tongue: str, lexemes: frozenset[str]) -> dict[str, str]:
    """What stands for a lexeme in one of the texts: each word that it is made of, or a pair of characters itself."""
    dense = {lexeme: lexeme for lexeme in lexemes if words.is_dense(lexeme)}
    begins = {words.letters(lexeme[:_STEM], SIMPLE) for lexeme in lexemes - dense.keys()}
    if not begins:
        return dense
    beginning = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(begins)))})\w*")
    # Without marks: an ending that is cut off may take those of the rest with it (Häuser, haus).
    places = ((text, one.span()) for text in texts for one in beginning.finditer(words.letters(text, SIMPLE)))
    likely = {words.letters(text[start:end], tongue) for text, (start, end) in places}
    found = session.execute(_LEXEMES, {"tongue": tongue, "words": sorted(likely)})
    return dense | {word: lexeme for word, made in found for lexeme in made if lexeme in lexemes}


def _hits(small: str, spelled: Mapping[str, str]) -> list[_Hit]:
    if not spelled:
        return []
    each = (re.escape(word) if words.is_dense(word) else rf"\b{re.escape(word)}\b" for word in spelled)
    # Looked ahead for: two pairs of characters may share one.
    found = re.finditer(f"(?=({'|'.join(each)}))", small)
    return [_Hit(start=one.start(1), end=one.end(1), lexeme=spelled[one[1]]) for one in found]


def _cut(text: str, hits: Sequence[_Hit]) -> tuple[Part, ...]:
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


def _beginning(hits: Sequence[_Hit]) -> int:
    """Where the stretch begins that has most of what was looked for; of several such, the first."""
    best, begin, first = (0, 0), 0, 0
    within: list[_Hit] = []
    for hit in hits:
        within.append(hit)
        while within[first].start < hit.end - LENGTH * 3 // 4:
            first += 1
        worth = (len({one.lexeme for one in within[first:]}), len(within) - first)
        if worth > best:
            best, begin = worth, within[first].start
    return max(0, begin - LENGTH // 4)
