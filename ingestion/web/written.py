"""The attributes by which HTML says in which language a text is, and how its writing runs."""

from __future__ import annotations

from ingestion import tongue


def attributes(language: str | None) -> dict[str, str]:
    """Those of a text in a novel's language; where that is not known, the text's first letter says how it runs."""
    tag = tongue.tag(language)
    return {"dir": "auto"} if tag == tongue.UNKNOWN else {"lang": tag, "dir": tongue.direction(tag)}
