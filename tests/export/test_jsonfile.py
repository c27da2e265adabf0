"""JSON: as its schema says, and as the library has it."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta, timezone
from typing import Any

import jsonschema_rs

from ingestion.export.book import Facts
from ingestion.export.formats import Format
from ingestion.export.wish import Wish
from ingestion.system import ROOT
from tests.export import hostile
from tests.export.books import CJK, RTL, book, leaf, out, text, written
from tests.sites.samples import TRICKY

SCHEMA = jsonschema_rs.Draft202012Validator(
    json.loads((ROOT / "docs" / "export.schema.json").read_text()), validate_formats=True
)


def read(made: str) -> dict[str, Any]:
    """The file's content, which is as the schema says."""
    told: dict[str, Any] = json.loads(made)
    SCHEMA.validate(told)
    return told


def test_texts_are_there_as_they_are_stored():
    chance = random.Random(2)
    texts = [text(one, one, one) for one in (*TRICKY, CJK, RTL, *(hostile.fragment(chance) for _ in range(50)))]
    told = read(out(Format.JSON, texts))

    found = [(one["content"], one["notes_before"], one["notes_after"]) for one in told["chapters"]]
    assert found == [(one.content, one.notes_before, one.notes_after) for one in texts]


def test_missing_chapters_are_in_their_places_with_their_reasons():
    lost = Facts(missing_kind="locked", missing_reason="only for those who pay")
    published = datetime(2024, 5, 1, 9, tzinfo=timezone(timedelta(hours=9)))
    leaves = [
        leaf(4, 1, missing=True, facts=lost),
        leaf(2, 2, volume="I", facts=Facts(words=7, published_at=published)),
        leaf(9, 3, volume="I", missing=True, facts=lost),
    ]
    told = read(out(Format.JSON, [text("x")], leaves=leaves))

    assert [(one["id"], one["content"], one["missing_kind"], one["words"]) for one in told["chapters"]] == [
        (4, None, "locked", 0),
        (2, "x", None, 7),
        (9, None, "locked", 0),
    ]
    assert told["chapters"][1]["published_at"] == "2024-05-01T00:00:00Z"
    assert told["volumes"] == [{"title": None, "chapters": [4]}, {"title": "I", "chapters": [2, 9]}]
    assert (told["part"], told["novel"]["chapters_saved"], told["novel"]["chapters_missing"]) == (None, 1, 2)


def test_a_part_says_which():
    wish = Wish(novel_id=7, first=2, volumes=("I",), format=Format.JSON)
    told = read(written(book([leaf(2, 2)], wish=wish), [text("x")]).decode())

    assert told["part"] == {"first": 2, "last": None, "volumes": ["I"]}
