"""PostgreSQL's own programs: which are used, and what they are told."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import make_url

from ingestion.backup import BackupError, programs


def test_programs_that_are_older_than_the_server_are_passed_over():
    old, new, newest = Path("/old"), Path("/new"), Path("/newest")

    assert programs.fitting({old: 15, newest: 18, new: 17}, 16) == (new, 17)
    with pytest.raises(
        BackupError, match=r"version 19 or newer are needed, and there is 15 in /old.*postgresql-client-19"
    ):
        programs.fitting({old: 15}, 19)


def test_no_password_stands_on_a_command_line_or_in_the_environment():
    with programs.told(make_url("postgresql+psycopg2://me:p%40ss%20w@h1:1/x?sslmode=require")) as environment:
        told = Path(environment["PGSERVICEFILE"])
        assert "password=p@ss w\n" in told.read_text()
        assert told.parent.stat().st_mode & 0o077 == 0
        assert not any("p@ss" in value for value in environment.values())
    assert not told.exists()
