"""A novel's table of contents, part by part."""

from __future__ import annotations

import pytest

from ingestion import contents, db
from tests.shelf import chapter, put

pytestmark = pytest.mark.usefixtures("environment")


def test_a_long_novel_is_divided_into_parts_of_which_one_is_listed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(contents, "PART", 3)
    novel = put(*(chapter(n, None if n == 4 else "x") for n in range(1, 8)))

    with db.transaction() as session:
        parts = contents.parts(session, novel)
        listed = [[entry.position for entry in contents.entries(session, novel, part)] for part in parts]
        missing = [entry.position for entry in contents.missing(session, novel, limit=5)]
        ends = contents.ends(session, novel)
    assert listed == [[1, 2, 3], [4, 5, 6], [7]]
    assert [(part.first, part.last, part.chapters, part.missing) for part in parts] == [
        (1, 3, 3, 0),
        (4, 6, 3, 1),
        (7, 7, 1, 0),
    ]
    assert (missing, ends and [end.position for end in ends]) == ([4], [1, 7])


def test_volumes_come_in_their_order_and_one_that_comes_again_is_told_again():
    names = ["One", "One", None, " ", "Two", "One"]
    novel = put(*(chapter(n, volume=name) for n, name in enumerate(names, start=1)))

    with db.transaction() as session:
        found = contents.volumes(session, novel)
    assert [(volume.title, volume.first, volume.chapters) for volume in found] == [
        ("One", 1, 2),
        ("Two", 5, 1),
        ("One", 6, 1),
    ]
