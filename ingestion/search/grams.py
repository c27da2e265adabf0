"""What the names of novels are found by: pieces of three characters, so that a slip of the pen or half a word does, as in pg_trgm.

That extension is not everywhere (the embedded server has none), and whoever owns a database may not always make one.
"""

from __future__ import annotations

from collections.abc import Iterable

from ingestion.search import words
from ingestion.search.tongues import SIMPLE

#: Before a whole tag. No piece of a name holds it.
TAG = "#"


def plain(name: str) -> str:
    """The name as its words, small and without marks."""
    return " ".join(words.split(name, SIMPLE))


def of(name: str, *, unfinished: bool = False) -> set[str]:
    """The pieces of a name; with `unfinished`, its last word may go on."""
    found = words.split(name, SIMPLE)
    return {piece for word in found for piece in _pieces(word, ends=not unfinished or word is not found[-1])}


def tags(names: Iterable[str]) -> set[str]:
    """What whole tags are found by."""
    return {TAG + plain(name) for name in names}


def _pieces(word: str, *, ends: bool) -> list[str]:
    if words.is_dense(word):
        return [word[at : at + 2] for at in range(len(word) - 1)] + list(word if ends or len(word) == 1 else "")
    padded = f"  {word} " if ends else f"  {word}"
    return [padded[at : at + 3] for at in range(len(padded) - 2)]
