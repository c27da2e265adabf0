"""Chapters whose texts wait in a file."""

from __future__ import annotations

import resource
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from ingestion.folded import Folded, Folder
from ingestion.items import Chapter

CHAPTERS = [Chapter(content=f"<p>Wehr {n} — 堰</p>" * 1000, title=str(n), notes_after="<p>n</p>") for n in range(3)]


def test_folded_chapters_say_what_they_said():
    folder = Folder(few=1)
    first, *folded = [folder.fold(chapter) for chapter in CHAPTERS]

    assert first is CHAPTERS[0]
    assert all(isinstance(chapter, Folded) for chapter in folded)
    assert [replace(chapter, title="Two").content for chapter in folded] == [one.content for one in CHAPTERS[1:]]
    assert [(chapter.title, chapter.notes_after) for chapter in folded] == [("1", "<p>n</p>"), ("2", "<p>n</p>")]


def test_a_folded_chapter_can_be_given_another_text():
    (folded,) = (Folder(few=0).fold(chapter) for chapter in CHAPTERS[:1])

    assert replace(folded, content="<p>other</p>").content == "<p>other</p>"
    assert len(folded.content) == len(CHAPTERS[0].content)


def test_where_nothing_can_be_written_the_text_stays_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    cut_short = Folder(few=0).fold(CHAPTERS[0])
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "not there"))
    nowhere = Folder(few=0).fold(CHAPTERS[0])

    assert cut_short.content == nowhere.content == CHAPTERS[0].content
