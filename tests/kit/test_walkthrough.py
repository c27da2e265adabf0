"""What CONTRIBUTING tells a contributor to do works: a spider begun, filled in, tried, recorded and replayed, as it stands there."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

import spiders
from ingestion.kit import recording, skeleton
from ingestion.system import ROOT
from tests.commandline import run
from tests.conftest import configure
from tests.library import novel
from tests.sites.web import Site
from tests.spiders.test_selected import render


@pytest.fixture
def checkout(environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that the commands write into as if it were the checkout, its spiders found beside the real ones."""
    monkeypatch.setattr(skeleton, "ROOT", tmp_path)
    monkeypatch.setattr(recording, "PAGES", tmp_path / "tests" / "pages")
    monkeypatch.setattr(spiders, "__path__", [*spiders.__path__, str(tmp_path / "spiders")])
    yield tmp_path
    sys.modules.pop("spiders.lanternpress", None)


def fill_in(module: Path) -> None:
    """Write into a module that was begun what the documents say."""
    (text,) = re.findall(r"```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL)
    module.write_text(module.read_text().partition("class ")[0] + dedent(text))


def test_the_walk_through_in_the_documents_leads_to_a_tested_spider(checkout: Path, monkeypatch: pytest.MonkeyPatch):
    begun = run("spider", "new", "lanternpress.example")
    fill_in(checkout / "spiders" / "lanternpress.py")
    with Site(render(novel())) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=lanternpress")
        checked = run("spider", "check", f"{site.url}/book/weir", "--save")
    tested = run("spider", "test", "lanternpress")

    assert (begun.exit_code, checked.exit_code, tested.exit_code) == (0, 0, 0), begun.output + checked.output
    assert (checkout / "tests" / "spiders" / "test_lanternpress.py").exists()
    expected = json.loads((checkout / "tests" / "pages" / "lanternpress" / "expected.json").read_text())
    assert expected["novel"]["index.html"]["title"] == novel().title
    assert set(expected["chapter"]) == {f"chapter-{place}.html" for place in (1, 2, 4, 6)}
    assert tested.stdout == "lanternpress: 6 readings, 0 of them differ\n"


def test_a_spider_s_own_mistake_is_shown_from_its_own_line_on(checkout: Path, monkeypatch: pytest.MonkeyPatch):
    run("spider", "new", "lanternpress.example")
    module = checkout / "spiders" / "lanternpress.py"
    fill_in(module)
    module.write_text(module.read_text().replace('.split("/")[4]', '.split("/")[9]'))
    with Site(render(novel())) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=lanternpress")
        told = run("spider", "check", f"{site.url}/book/weir")

    first, at, *_, last = told.output.splitlines()
    assert (told.exit_code, first, last) == (1, "lanternpress has a mistake:", "IndexError: list index out of range")
    assert at.startswith(f'  File "{module}", line ')
