"""Languages: their tags, and how they are written."""

from __future__ import annotations

import pytest

from ingestion import tongue


@pytest.mark.parametrize(
    ("language", "tag", "primary", "direction"),
    [
        ("en-GB", "en-GB", "en", "ltr"),
        ("AR", "AR", "ar", "rtl"),
        ("az-Arab", "az-Arab", "az", "rtl"),
        ("ur-Latn", "ur-Latn", "ur", "ltr"),
        ("English", "und", "und", "ltr"),
        (None, "und", "und", "ltr"),
    ],
)
def test_a_language_is_a_tag_and_runs_one_way(language: str | None, tag: str, primary: str, direction: str):
    assert (tongue.tag(language), tongue.primary(tag), tongue.direction(tag)) == (tag, primary, direction)
