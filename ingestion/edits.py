"""What an edit changed in a text, word by word, for a person to read. Pure, and quick for whatever it is given.

Lines and words that each text has once hold the two together (as in patience diff); only the short stretches between them are
compared by difflib, whose time may grow with the cube of their length. A few words that happen to be the same between two that
differ are told as changed too: a sentence that was written anew is read as one, and not as a riddle.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby

#: The most that difflib compares, the length of one stretch times that of the other.
MOST_PAIRS = 10_000
#: The words that are compared, so many of all that changed; the lines behind them are told as they are.
MOST_WORDS = 40_000
#: Ends a line among words; no word is one.
END = "\n"
#: Shown where a line was divided, or joined to the next.
BREAK = "¶"
#: Written without spaces: each letter is a word.
_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"(?:[{_SPACELESS}]|[^\W{_SPACELESS}]+(?:['’][^\W{_SPACELESS}]+)*|[^\w\s])\s*")


class Fate(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    OUT = "out"
    IN = "in"


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """Words that share a fate."""

    fate: Fate
    text: str


#: A line of the text; one that did not change is a single piece.
Line = tuple[Piece, ...]
_Words = list[tuple[Fate, str]]
#: Words that went, and words that came or stayed.
_Change = tuple[Fate, list[str], list[str]]
_Block = tuple[bool, int, int, int, int]


def lines(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    """The lines of both texts, in their order."""
    compared = 0
    for same, a, b, c, d in _blocks(before, after):
        if same:
            yield from _all(Fate.SAME, after[c:d])
            continue
        old, new = (_words_of(some) for some in (before[a:b], after[c:d]))
        compared += len(old) + len(new)
        if a == b or c == d or compared > MOST_WORDS:
            yield from _all(Fate.OUT, before[a:b])
            yield from _all(Fate.IN, after[c:d])
        else:
            yield from _told(_whole(_compared(old, new)))


def is_same(line: Line) -> bool:
    """Whether nothing in the line changed."""
    return all(piece.fate is Fate.SAME for piece in line)


def _all(fate: Fate, some: Sequence[str]) -> Iterator[Line]:
    return ((Piece(fate=fate, text=line),) for line in some)


def _words_of(some: Sequence[str]) -> list[str]:
    return [word for line in some for word in (*_WORD.findall(line), END)]


def _compared(old: list[str], new: list[str]) -> Iterator[_Change]:
    """The words in blocks that are the same, or of which some went and others came."""
    bare = [[word.rstrip(" ") for word in words] for words in (old, new)]
    for same, a, b, c, d in _blocks(*bare):
        if same and len(old[b - 1]) > len(new[d - 1]):  # what went stood behind a space
            new[d - 1] = old[b - 1]
        yield (Fate.SAME, [], new[c:d]) if same else (Fate.OUT, old[a:b], new[c:d])


def _whole(blocks: Iterator[_Change]) -> Iterator[_Change]:
    """The blocks; where words between two changes are fewer than those changed on either side, one change of all three."""
    kept: list[_Change] = []
    for block in blocks:
        kept.append(block)
        while len(kept) > 2 and kept[-1][0] is Fate.OUT and _size(kept[-2]) < min(_size(kept[-1]), _size(kept[-3])):
            (_, _, between), (_, *last) = kept.pop(-2), kept.pop()
            for words, more in zip(kept[-1][1:], last, strict=True):
                words += [*between, *more]
    yield from kept


def _size(block: _Change) -> int:
    return max(len(block[1]), len(block[2]))


def _told(blocks: Iterator[_Change]) -> Iterator[Line]:
    """The words as lines, each of pieces."""
    line: _Words = []
    for fate, old, new in blocks:
        gone, come = ((Fate.OUT, old), (Fate.IN, new)) if fate is Fate.OUT else ((Fate.OUT, []), (Fate.SAME, new))
        for kind, words in (gone, come):
            for word in words:
                if word != END:
                    line.append((kind, word))
                    continue
                if any(other is not kind for other, _ in line):
                    line += [] if kind is Fate.SAME else [(kind, BREAK)]
                yield from _line(line)
                line = []
    yield from _line(line)


def _line(words: _Words) -> Iterator[Line]:
    runs = groupby(words, key=lambda word: word[0])
    if line := tuple(Piece(fate=fate, text="".join(text for _, text in some)) for fate, some in runs):
        yield line


# Two lists, side by side -------------------------------------------------------------------------------------------------


def _blocks(a: Sequence[str], b: Sequence[str]) -> Iterator[_Block]:
    """Stretches of both that are the same, or not: whether, and where they begin and end in each."""
    blocks: list[_Block] = []
    for block in _stretches(a, b):
        first = blocks.pop() if blocks and blocks[-1][0] == block[0] else block
        blocks.append((block[0], first[1], block[2], first[3], block[4]))
    yield from blocks


def _stretches(a: Sequence[str], b: Sequence[str]) -> Iterator[_Block]:
    i = j = 0
    for x, y in [*_anchors(a, b), (len(a), len(b))]:
        yield from _between(a, b, i, x, j, y)
        if x < len(a):
            yield True, x, x + 1, y, y + 1
        i, j = x + 1, y + 1


def _anchors(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """Where both have what each has once, as much of it as stands in the same order (the longest increasing subsequence)."""
    once = {item for item, count in Counter(a).items() if count == 1}
    places = {item: place for place, item in enumerate(b)}
    once &= {item for item, count in Counter(b).items() if count == 1}
    pairs = [(place, places[item]) for place, item in enumerate(a) if item in once]
    ends: list[int] = []
    last: list[int] = []
    before: list[int | None] = []
    for n, (_, y) in enumerate(pairs):
        at = bisect_left(ends, y)
        ends[at : at + 1], last[at : at + 1] = [y], [n]
        before.append(last[at - 1] if at else None)
    chain: list[tuple[int, int]] = []
    step = last[-1] if last else None
    while step is not None:
        chain.append(pairs[step])
        step = before[step]
    return chain[::-1]


def _between(a: Sequence[str], b: Sequence[str], i: int, x: int, j: int, y: int) -> Iterator[_Block]:
    """The stretches from `i` to `x` in one and from `j` to `y` in the other."""
    head = 0
    while i + head < x and j + head < y and a[i + head] == b[j + head]:
        head += 1
    if head:
        yield True, i, i + head, j, j + head
    i, j, tail = i + head, j + head, 0
    while i < x - tail and j < y - tail and a[x - tail - 1] == b[y - tail - 1]:
        tail += 1
    if (x - tail - i) * (y - tail - j) <= MOST_PAIRS:
        matcher = SequenceMatcher(None, a[i : x - tail], b[j : y - tail], autojunk=False)
        for kind, begin, end, start, stop in matcher.get_opcodes():
            yield kind == "equal", i + begin, i + end, j + start, j + stop
    else:
        yield False, i, x - tail, j, y - tail
    if tail:
        yield True, x - tail, x, y - tail, y
