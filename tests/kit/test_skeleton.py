"""A spider begun from nothing: its files, its name, and that they can be worked with as they are."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

import spiders
from ingestion.kit import skeleton
from ingestion.kit.skeleton import NotBegun, begin, named
from tests.commandline import run


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(skeleton, "ROOT", tmp_path)
    return tmp_path


def test_a_new_spider_passes_its_own_tests_at_once(root: Path, monkeypatch: pytest.MonkeyPatch):
    _, test = begin("https://www.oddserials.example/")
    monkeypatch.setattr(spiders, "__path__", [*spiders.__path__, str(root / "spiders")])
    claims = runpy.run_path(str(test))
    sys.modules.pop("spiders.oddserials")

    for url in (claims["INDEX"], f"{claims['INDEX']}/chapter/7"):
        claims["test_the_index_of_any_page_is_the_novel_s"](url)
    for method in claims["METHODS"]:
        claims["test_another_page_is_a_parse_error"](method)
        claims["test_a_missing_page_is_not_found"](method)
    assert claims["Oddserials"].allowed_domains == ["oddserials.example"]


def test_nothing_is_overwritten(root: Path):
    begin("oddserials.example")
    (root / "spiders" / "oddserials.py").write_text("mine")
    both = run("spider", "new", "oddserials.example")
    (root / "tests" / "spiders" / "test_oddserials.py").unlink()
    one = run("spider", "new", "oddserials.example")

    assert (both.exit_code, one.exit_code) == (1, 1)
    assert "there is spiders/oddserials.py and tests/spiders/test_oddserials.py already" in both.output
    assert "there is spiders/oddserials.py already" in one.output
    assert (root / "spiders" / "oddserials.py").read_text() == "mine"


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("www.royalroad.com", "royalroad"),
        ("forums.spacebattles.com", "spacebattles"),
        ("lantern-press.co.uk", "lanternpress"),
        ("m.novel.example", "novel"),
    ],
)
def test_a_name_is_taken_from_the_host(host: str, name: str):
    assert named(host) == name


@pytest.mark.parametrize("words", [("127.0.0.1:8080",), ("a b",), ("x.example", "class"), ("x.example", "Two Words")])
def test_a_name_that_cannot_be_one_is_refused(words: tuple[str, ...]):
    with pytest.raises(NotBegun):
        begin(*words)
