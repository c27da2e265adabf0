"""`cli.py ingest --from`: a line for each entry, and an exit code that says whether all could be taken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

import cli
from ingestion import db
from ingestion.models import Job
from tests.commandline import run
from tests.conftest import configure
from tests.imports.files import fanficfare
from tests.imports.test_taking import ROYAL, TOLD, royal_novel
from tests.test_novels import chapter, parsed

pytestmark = pytest.mark.usefixtures("environment")

OTHER = "https://serial.example/novel"


def jobs() -> int:
    with db.transaction() as session:
        return session.scalar(select(func.count(Job.id))) or 0


def test_each_entry_of_lists_files_and_folders_is_told_and_a_bad_one_stops_no_other(tmp_path: Path):
    (tmp_path / "urls.txt").write_bytes(f"\ufeff{OTHER}\r\n\r\n# mine\r\nftp://x\r\n{OTHER}/\r\n".encode())
    (tmp_path / "shelf").mkdir()
    (tmp_path / "shelf" / "a.EPUB").write_bytes(fanficfare(ROYAL, *TOLD))
    (tmp_path / "shelf" / "b.epub").write_bytes(b"PK\x03\x04")
    (tmp_path / "shelf" / "notes.txt").write_text("no URL")
    result = run("ingest", "--from", tmp_path / "urls.txt", "--from", tmp_path / "shelf", "--from", tmp_path / "none")

    said = result.stdout.replace(f"{tmp_path}/", "").splitlines()
    assert [line.split(": ")[0] for line in said] == [
        OTHER,
        "ftp://x",
        f"{OTHER}/",
        "shelf/a.EPUB",
        "shelf/b.epub",
        "none",
    ]
    assert said[0].startswith(f"{OTHER}: job 1: ")
    assert "3 chapters of the file saved in novel 1; job 3: " in said[3]
    assert (result.exit_code, jobs()) == (1, 3)


def test_a_novel_that_was_read_before_costs_no_job_unless_more_is_wished_for(tmp_path: Path):
    (tmp_path / "urls.txt").write_text(royal_novel(parsed(chapter("11", 1))))
    result = run("ingest", "--from", tmp_path / "urls.txt", "--json")
    again = run("ingest", "--from", tmp_path / "urls.txt", "--refresh", "all", "--json")

    assert [entry["outcome"] for entry in json.loads(result.stdout)] == ["in_library"]
    assert [entry["outcome"] for entry in json.loads(again.stdout)] == ["created"]
    assert (result.exit_code, again.exit_code) == (0, 0)


def test_many_urls_on_standard_input_are_queued_and_not_waited_for(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, INGEST_RATE="1")
    urls = "\n".join(f"https://serial{n}.example/" for n in range(30))

    assert CliRunner().invoke(cli.app, ["ingest", "--from", "-"], input=urls).exit_code == 0
    assert jobs() == 30


@pytest.mark.parametrize("words", [(), (ROYAL, "--from", "-"), ("--from", "-", "--dry-run")])
def test_what_is_to_be_ingested_is_said_in_one_way(words: tuple[str, ...]):
    assert "give a URL, or --from FILE" in str(run("ingest", *words).exception)
