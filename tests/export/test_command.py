"""`cli.py export` writes the file at once."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.commandline import run
from tests.test_novels import chapter, parsed, save

pytestmark = pytest.mark.usefixtures("environment")


def test_a_novel_is_written_to_where_it_was_asked_for(tmp_path: Path):
    novel_id = save(parsed(chapter("a", 1), chapter("b", 2, None))).novel_id
    named = run("export", novel_id, "-f", "epub", "-o", tmp_path / "mine.epub")
    inside = run("export", novel_id, "-o", tmp_path, "--first", 1, "--last", 1)

    assert named.stdout.startswith(f"{tmp_path}/mine.epub: 1 chapters, 1 missing, 0.0 MB")
    assert inside.stdout.startswith(f"{tmp_path}/The Weir, 1–1.epub: 1 chapters, ")
    assert sorted(path.name for path in tmp_path.glob("*.epub")) == ["The Weir, 1–1.epub", "mine.epub"]
    assert "a.json: 1 chapters" in run("export", novel_id, "-f", "json", "-o", tmp_path / "a.json").stdout
    assert "EPUB/c1.xhtml" in zipfile.ZipFile(tmp_path / "mine.epub").namelist()


def test_what_cannot_be_written_is_said_and_leaves_nothing_behind(tmp_path: Path):
    novel_id = save(parsed(chapter("a", 1))).novel_id
    nobody = run("export", 99, "-o", tmp_path)
    nowhere = run("export", novel_id, "-o", "/dev/null/x.epub")

    assert (nobody.exit_code, "there is no novel 99" in str(nobody.exception)) == (1, True)
    assert (nowhere.exit_code, "/dev/null" in str(nowhere.exception)) == (1, True)
    assert list(tmp_path.iterdir()) == [tmp_path / "data"] * (tmp_path / "data").exists()
