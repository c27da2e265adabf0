"""The folder of pictures: whole files or none, each written once."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from ingestion.pictures import kinds, store
from ingestion.pictures.store import Bucket, Folder
from tests.conftest import configure
from tests.sites import art

CONTENT = art.png(3) + bytes(200_000)
NAME = kinds.name(CONTENT) or ""


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_what_comes_out_is_what_was_put_in(tmp_path: Path):
    Folder(tmp_path).put(NAME, CONTENT)

    assert b"".join(Folder(tmp_path).get(NAME)) == CONTENT
    assert [path.name for path in files(tmp_path)] == [NAME]


def test_a_picture_that_is_there_is_not_written_again(tmp_path: Path):
    folder = Folder(tmp_path)
    folder.put(NAME, CONTENT)
    before = files(tmp_path)[0].stat()
    folder.put(NAME, CONTENT)

    after = files(tmp_path)[0].stat()
    assert after.st_ino == before.st_ino


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="No space"):
        Folder(tmp_path).put(NAME, CONTENT)
    assert files(tmp_path) == []


def test_a_picture_that_is_not_there_is_told_at_once(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        Folder(tmp_path).get(NAME)


@pytest.mark.parametrize(
    ("given", "kind"), [("", Folder), ("/srv/pictures", Folder), ("s3://shelf/quire", Bucket), ("./a:b", Folder)]
)
def test_the_setting_names_a_folder_or_a_bucket(monkeypatch: pytest.MonkeyPatch, given: str, kind: type):
    configure(monkeypatch, PICTURES_STORE=given)

    assert isinstance(store.opened(), kind)
