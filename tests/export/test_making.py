"""A book is made of what the library holds now, once, and again when that changed."""

from __future__ import annotations

import os
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from ingestion import db, prune
from ingestion.errors import NotFound, Unreachable
from ingestion.export import making, store, table
from ingestion.export.book import Text
from ingestion.export.wish import Wish
from ingestion.items import Chapter, ParsedChapter
from ingestion.pictures import kinds
from ingestion.pictures import store as picture_store
from ingestion.pictures import table as picture_table
from tests.conftest import configure
from tests.sites import art
from tests.test_novels import NOVEL, chapter, parsed, save

pytestmark = pytest.mark.usefixtures("environment")

URL = "https://example.org/p.png?a=1&b=2"
NAME = kinds.name(art.png(1)) or ""


def in_volume(given: ParsedChapter, volume: str) -> ParsedChapter:
    return replace(given, link=replace(given.link, volume=volume))


def illustrated(key: str, position: int) -> ParsedChapter:
    return replace(chapter(key, position), chapter=Chapter(content=f'<p><img src="{URL.replace("&", "&amp;")}"></p>'))


def keep_picture() -> None:
    picture_store.opened().put(NAME, art.png(1))
    with db.transaction() as session:
        picture_table.keep(session, URL, name=NAME, size=9)


def made(wish: Wish) -> zipfile.ZipFile:
    return zipfile.ZipFile(making.make(wish, lambda: None))


def read(wish: Wish) -> list[str]:
    """The ids of the chapters in the book, in reading order."""
    return [leaf.title for leaf in making.planned(wish).readable]


def test_a_book_is_made_once_until_a_chapter_changes():
    wish = Wish(novel_id=save(parsed(chapter("a", 1), chapter("b", 2))).novel_id)
    path = making.make(wish, lambda: None)
    first = path.stat().st_mtime_ns
    again = making.make(wish, lambda: None)
    save(parsed(chapter("a", 1), chapter("b", 2)))
    same = making.make(wish, lambda: None)
    save(parsed(chapter("a", 1, "Other words."), chapter("b", 2)))

    assert path == again == same
    assert path.stat().st_mtime_ns == first
    assert b"Other words." in made(wish).read("EPUB/c1.xhtml")


def test_a_part_is_chosen_by_places_or_by_volumes():
    some = [in_volume(chapter(key, n), f"Book {(n + 1) // 2}") for n, key in enumerate("abcde", 1)]
    novel_id = save(parsed(*some)).novel_id

    assert read(Wish(novel_id=novel_id, first=2, last=4)) == ["Chapter b", "Chapter c", "Chapter d"]
    assert read(Wish(novel_id=novel_id, volumes=("Book 3", "Book 1"))) == ["Chapter a", "Chapter b", "Chapter e"]
    assert read(Wish(novel_id=novel_id, first=2, volumes=("Book 1",))) == ["Chapter b"]


def test_what_is_not_there_is_said():
    novel_id = save(parsed(chapter("a", 1), chapter("b", 2, None))).novel_id

    with pytest.raises(NotFound, match="there is no novel 99"):
        making.planned(Wish(novel_id=99))
    with pytest.raises(NotFound, match="has no chapter in that part"):
        making.planned(Wish(novel_id=novel_id, first=7))
    with pytest.raises(NotFound, match="none of these 1 chapters of novel 1 has a text yet"):
        making.planned(Wish(novel_id=novel_id, first=2))


def test_a_picture_that_came_later_makes_another_book():
    wish = Wish(novel_id=save(parsed(illustrated("a", 1), novel=replace(NOVEL, cover_url=URL))).novel_id)
    without = made(wish).namelist()
    keep_picture()

    assert not any(name.endswith(".png") for name in without)
    assert {f"EPUB/p{NAME}", "EPUB/cover.xhtml"} <= set(made(wish).namelist())


def test_a_picture_whose_file_is_lost_is_left_out():
    wish = Wish(novel_id=save(parsed(illustrated("a", 1))).novel_id)
    with db.transaction() as session:
        picture_table.keep(session, URL, name=NAME, size=9)

    assert b"<img" not in made(wish).read("EPUB/c1.xhtml")


def test_a_store_of_pictures_that_does_not_answer_is_told_and_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    wish = Wish(novel_id=save(parsed(illustrated("a", 1))).novel_id)
    keep_picture()
    (tmp_path / NAME[:2]).write_text("a file, where a folder should be")
    configure(monkeypatch, PICTURES_STORE=str(tmp_path))

    with pytest.raises(Unreachable, match="the picture store does not answer"):
        making.make(wish, lambda: None)
    assert list(store.folder().iterdir()) == []


def test_a_novel_that_is_saved_while_its_book_is_written_is_written_as_it_is_then(monkeypatch: pytest.MonkeyPatch):
    wish = Wish(novel_id=save(parsed(chapter("a", 1, "Old."))).novel_id)
    texts, edits = table.texts, iter([parsed(chapter("a", 1, "New."), chapter("b", 2))])

    def meanwhile(session: Session, chapter_ids: list[int]) -> dict[int, Text]:
        found = texts(session, chapter_ids)
        for edit in edits:
            save(edit)
        return found

    monkeypatch.setattr(table, "texts", meanwhile)
    file = made(wish)

    assert b"New." in file.read("EPUB/c1.xhtml")
    assert file.filename == str(store.place(making.planned(wish)))


def test_books_are_forgotten_when_they_are_old(monkeypatch: pytest.MonkeyPatch):
    novel_id = save(parsed(chapter("a", 1), chapter("b", 2))).novel_id
    old, young = (making.make(Wish(novel_id=novel_id, first=first), lambda: None) for first in (1, 2))
    os.utime(old, (time.time() - 8 * 86_400,) * 2)

    assert [one.count for one in prune.prune(dry_run=True) if one.what == "books made of novels"] == [1]
    assert old.exists()
    configure(monkeypatch, KEEP_EXPORTS_DAYS="0")
    prune.prune()
    assert old.exists()
    configure(monkeypatch, KEEP_EXPORTS_DAYS="7")
    prune.prune()
    assert (old.exists(), young.exists()) == (False, True)


def test_every_batch_of_chapters_is_a_safe_point(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(making, "BATCH", 1)
    wish = Wish(novel_id=save(parsed(chapter("a", 1), chapter("b", 2))).novel_id)
    points: list[str] = []
    making.make(wish, lambda: points.append("safe"))

    assert points == ["safe", "safe"]
