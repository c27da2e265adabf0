"""A language as its tag, and the direction in which it is written."""

from __future__ import annotations

import re

#: A language tag as sites write them (RFC 5646).
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?")
#: The tag of a language that nobody knows.
UNKNOWN = "und"
#: Languages whose books are read from right to left (Unicode CLDR, layout of scripts).
RIGHT_TO_LEFT = {"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug", "ur", "yi"}


def tag(language: str | None) -> str:
    """The language as a tag (RFC 5646), `und` where it is none."""
    return language if language and LANGUAGE.fullmatch(language) else UNKNOWN


def primary(tag: str) -> str:
    """The first part of the tag, by which a language is known whatever its country or script."""
    return tag.lower().partition("-")[0]


def direction(tag: str) -> str:
    """The direction of its writing, `ltr` or `rtl`."""
    language, _, rest = tag.lower().partition("-")
    return "rtl" if (language in RIGHT_TO_LEFT and not rest.startswith("latn")) or rest.startswith("arab") else "ltr"
