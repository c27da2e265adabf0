"""Characters that no document may hold."""

from __future__ import annotations

import pytest

from ingestion import controls


@pytest.mark.parametrize("character", ["\0", "\x0b", "\x1f", "\ud800", "\ufffe", "\uffff"])
def test_what_no_document_may_hold_is_seen_and_left_out(character: str):
    assert controls.present(f"é{character}a")
    assert controls.without(f"é{character}a") == "éa"


@pytest.mark.parametrize("text", ["a\tb\r\n", "渡し 📖\u3000", "１２\ufffd"])
def test_any_other_text_stays(text: str):
    assert controls.without(text) == text
