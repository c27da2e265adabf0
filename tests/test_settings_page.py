"""docs/settings.md names every setting once, with the default that it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ingestion.config import Settings
from ingestion.system import ROOT

PAGE = (ROOT / "docs" / "settings.md").read_text()


def rows() -> Iterator[tuple[str, str]]:
    """Each setting in a table, and its default as it stands there."""
    for names, defaults in re.findall(r"^\| (`[A-Z`_ ]+`) \| (.*?) \| .+ \|$", PAGE, re.MULTILINE):
        found = re.findall(r"`([A-Z_]+)`", names)
        yield from zip(found, re.findall(r"`([^`]*)`|–", defaults), strict=True)


def told(value: Any) -> str:
    """A default as one would write it into the environment; empty, where nothing is set."""
    match value:
        case None | () | {}:
            return ""
        case bool():
            return str(value).lower()
        case tuple():
            return ",".join(map(str, value))
        case float() if value.is_integer():
            return str(int(value))
    return str(value)


def test_every_setting_is_there_once_with_its_default():
    fields = Settings.model_fields.items()
    expected = {name.upper(): told(field.get_default(call_default_factory=True)) for name, field in fields}  # type: ignore[call-arg]

    assert sorted(name for name, _ in rows()) == sorted(expected)
    assert dict(rows()) == expected
