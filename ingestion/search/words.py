"""A text as the words that it is found by, the same for what is indexed and for what is asked.

PostgreSQL's own way from a text to words goes by the database's locale: in one it takes a typographic quotation mark for a letter, in
another an accent for the end of a word. So it is given nothing but letters and spaces. Scripts that put no space between
words (Chinese, Japanese, Korean, Thai …) become pairs of neighbouring characters, each at the place of its first one: what stands
together in a query is then a phrase of such pairs, wherever words begin.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ingestion.search.tongues import WITHOUT_MARKS

#: Thai, Lao, Burmese, Khmer, iteration marks, kana, bopomofo, Han, Hangul, and Han again beyond the basic plane (Unicode, Blocks.txt).
DENSE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u312f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U000323af"
)
_RUN = re.compile(f"[{DENSE}]+")
_WORD = re.compile(f"[{DENSE}]+|[^\\s{DENSE}]+")
#: Characters of a text that are indexed, and bytes of what becomes of them: a tsvector holds a megabyte, and may take twice its words.
LONGEST_TEXT, LONGEST_BYTES = 200_000, 500_000


class _Letters(dict[int, str]):
    """Each character as it is indexed: small, in its usual width, and a space where it is no part of a word. One for one."""

    def __init__(self, *, marks: bool) -> None:
        super().__init__()
        self._marks = marks

    def __missing__(self, code: int) -> str:
        self[code] = self._letter(chr(code))
        return self[code]

    def _letter(self, given: str) -> str:
        usual = unicodedata.normalize("NFKC", given).lower()
        letter = usual if len(usual) == 1 else given
        bare = unicodedata.normalize("NFD", letter)
        if not self._marks and bare[0].isascii():
            letter = bare[0]
        return letter if letter.isalnum() or unicodedata.category(letter)[0] == "M" else " "


_AS_WRITTEN, _BARE = _Letters(marks=True), _Letters(marks=False)


def letters(text: str, tongue: str) -> str:
    """The text's letters, small, with spaces for all else; each stays at its place."""
    return text.translate(_BARE if tongue in WITHOUT_MARKS else _AS_WRITTEN)


def indexed(text: str, tongue: str) -> str:
    """What PostgreSQL makes a tsvector of by the configuration `tongue`."""
    small = letters(composed(text[:LONGEST_TEXT]), tongue)
    spelled = _RUN.sub(lambda run: f" {' '.join(_pairs(run[0]))} {run[0][-1]} ", small)
    return spelled.encode()[:LONGEST_BYTES].decode(errors="ignore")


def asked(text: str, tongue: str) -> str:
    """The same for what is looked for, as a phrase: its last character may have any other behind it."""
    found = list(_WORD.finditer(letters(composed(text), tongue)))
    spelled = (_spelled(word[0], last=word is found[-1]) for word in found)
    return " ".join(part for parts in spelled for part in parts)


def split(text: str, tongue: str) -> list[str]:
    """The words of a text: a dense script's characters that stand together are one."""
    return _WORD.findall(letters(composed(text), tongue))


def composed(text: str) -> str:
    """Each letter and its mark as one character, where there is one for both."""
    return unicodedata.normalize("NFC", text)


def is_dense(word: str) -> bool:
    """Whether the word is of a script that puts no space between words."""
    return _RUN.match(word) is not None


def _spelled(word: str, *, last: bool) -> list[str]:
    if not is_dense(word):
        return [word]
    return [*_pairs(word), *([] if last and len(word) > 1 else [word[-1]])]


def _pairs(run: str) -> Iterator[str]:
    return (run[at : at + 2] for at in range(len(run) - 1))
