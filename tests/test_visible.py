"""Text of others on a terminal, in a log line and in an error: shown, and steering nothing."""

from __future__ import annotations

import io
import json
import logging

import pytest
import structlog

from ingestion import logs
from ingestion.commands import output
from ingestion.errors import LONGEST_MESSAGE, ParseError
from ingestion.visible import shortened, visible
from tests.conftest import configure, forget

FORGED = "Title\n2026-01-01T00:00:00Z [info] saved\r\x1b[2J\x9b31m\u202e\u2028\x00\ud800"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\r\t\x1b[0m", r"a\x0ab\x0d\x09\x1b[0m"),
        ("\x00\x7f\x9b", r"\x00\x7f\x9b"),
        ("\u202etxt\u2066\u2028\ud800", r"\u202etxt\u2066\u2028\ud800"),
        ("次へ — Ünïcödé \u200d🏴\u200c", "次へ — Ünïcödé \u200d🏴\u200c"),
    ],
)
def test_what_steers_a_terminal_is_shown_as_its_code(text: str, shown: str):
    assert visible(text) == shown


def test_a_long_text_is_shortened_to_the_character():
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("abcdefg", 6) == "abcde…"


def test_an_error_quotes_a_site_in_one_line_of_some_length():
    told = str(ParseError(FORGED + "x" * 10_000))

    assert told.isprintable()
    assert len(told) == LONGEST_MESSAGE


@pytest.mark.parametrize("form", ["console", "json"])
def test_nobody_forges_a_line_of_the_log(monkeypatch: pytest.MonkeyPatch, form: str):
    configure(monkeypatch, LOG_FORMAT=form)
    stream = io.StringIO()
    logs.configure("test", stream=stream, level="INFO")
    structlog.get_logger("quire").warning(FORGED, url=FORGED, titles=[FORGED])
    logging.getLogger("scrapy").warning("fetched %s", FORGED)
    try:
        raise ValueError(FORGED)
    except ValueError:
        structlog.get_logger("quire").exception("a fault")
    forget()
    logs.configure("test")

    lines = stream.getvalue().splitlines()
    begun = [line for line in lines if not line.startswith(("    ", "Traceback"))]
    assert len(begun) == 3
    assert all(line.replace("\t", "").isprintable() for line in lines)
    if form == "json":
        assert [json.loads(line)["level"] for line in lines] == ["warning", "warning", "error"]


def test_a_command_prints_a_title_and_obeys_none(monkeypatch: pytest.MonkeyPatch):
    written = io.StringIO()
    monkeypatch.setattr(output.out, "_file", written)
    output.table([{"title": FORGED.replace("\n", " "), "tags": ["\x1b]0;x\x07"]}], "title", "tags")
    output.out.print(f"[bold]novel[/bold] {FORGED}")
    output.out.print(FORGED, markup=False, highlight=False)

    assert written.getvalue().replace("\n", "").isprintable()
    assert r"\x1b[2J\x9b31m\u202e" in written.getvalue()
