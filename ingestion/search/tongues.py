"""Which of PostgreSQL's text search configurations a language is indexed by."""

from __future__ import annotations

#: Words as they are, for a language that PostgreSQL knows no endings of, or none that is known.
SIMPLE = "simple"
#: By the first part of a language's tag (RFC 5646). PostgreSQL 14 has them all.
CONFIGURATIONS = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
#: Their words are written with marks that readers leave out as they search; what knows the endings of the others needs the marks.
WITHOUT_MARKS = {SIMPLE, "english"}


def primary(language: str | None) -> str:
    """The first part of the tag, by which a language is known whatever its country or script."""
    return (language or "").strip().lower().replace("_", "-").partition("-")[0]


def of(language: str | None) -> str:
    """The configuration for a text in this language."""
    return CONFIGURATIONS.get(primary(language), SIMPLE)
