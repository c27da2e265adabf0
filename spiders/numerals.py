"""The number that a chapter's name carries, in digits, Roman or Chinese numerals: what puts "Chapter 12.5", "XII." and 第十二章 in an order."""

from __future__ import annotations

import re

#: Words for a unit of a novel that a number belongs to.
_CHAPTER = r"chapters?|chap|ch|episode|epis|ep|letter|scene|cap[ií]tulo|cap|chapitre|kapitel|folge|hoofdstuk|глава|гл|часть|rozdział|bölüm"
_WIDER = r"part|book|volume|vol|arc|season|prologue|epilogue|interlude|side story|extra|пролог|эпилог|prólogo|epílogo"
_HAN = "〇零一二两兩三四五六七八九十百千"
_HAN_UNIT = (
    f"第\\s*[\\d{_HAN}]+|[\\d{_HAN}]\\s?[章話话回节節화장]|序章|终章|終章|番外|楔子|プロローグ|エピローグ|프롤로그"
)
UNIT = re.compile(rf"\b({_CHAPTER}|{_WIDER})\b|{_HAN_UNIT}", re.IGNORECASE)

# No chapter has a longer number, and a text of digits alone is not gone through again from each of them.
_DIGITS = r"(\d{1,20}(?:\.\d{1,20})?)"
_NUMBERED_UNIT = re.compile(
    rf"(?:\b(?:{_CHAPTER})\b[.\s#:№-]*|第\s*){_DIGITS}|{_DIGITS}\s?[章話话回节節화장]", re.IGNORECASE
)
_ANY_DIGITS = re.compile(_DIGITS)
_ROMAN = re.compile(rf"(?:^(?:(?i:{_CHAPTER})\W+)?|\b(?i:{_CHAPTER})\W+)([IVXLC]+)(?![\w’'])(\W|$)")
_ROMAN_WORTH = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_HAN_NUMBER = re.compile(f"第\\s*([{_HAN}]+)|([{_HAN}]{{1,20}})\\s?[章話话回节節]")
_HAN_WORTH = {"两": 2, "兩": 2, "零": 0} | {sign: worth for worth, sign in enumerate("〇一二三四五六七八九")}
_HAN_POWER = {"十": 10, "百": 100, "千": 1000}


def number(text: str) -> float | None:
    """The number of the chapter of this name; None where it carries none. Of several the one that a word for chapter stands with."""
    if found := _NUMBERED_UNIT.search(text):
        return float(found[1] or found[2])
    if found := _HAN_NUMBER.search(text):
        return _han(found[1] or found[2])
    if (found := _ROMAN.search(text)) and not _is_pronoun(found):
        return _roman(found[1])
    found = _ANY_DIGITS.search(text)
    return float(found[1]) if found else None


def _is_pronoun(found: re.Match[str]) -> bool:
    """Whether this is the "I" of "I Go to Sea", which no word for chapter and no full stop makes a number."""
    return found[0].strip() == "I" and found[2] == " "


def _roman(signs: str) -> float:
    worth = [_ROMAN_WORTH[sign] for sign in signs]
    return float(sum(-a if a < b else a for a, b in zip(worth, [*worth[1:], 0], strict=True)))


def _han(signs: str) -> float:
    """一百二十三 by its powers of ten, 一二三 by its places."""
    if not any(sign in _HAN_POWER for sign in signs):
        return float("".join(str(_HAN_WORTH[sign]) for sign in signs))
    total, digit = 0, 0
    for sign in signs:
        if sign in _HAN_POWER:
            total, digit = total + (digit or 1) * _HAN_POWER[sign], 0
        else:
            digit = _HAN_WORTH[sign]
    return float(total + digit)
