"""What a parent may and may not carry when it forks, and which spider reads which site."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ingestion import crawl
from ingestion.errors import UnsupportedSite
from ingestion.system import ROOT
from tests.conftest import configure


def test_a_warm_parent_has_everything_but_a_reactor():
    program = (
        "import sys; from ingestion import crawl, tasks; crawl.warm();"
        "print('twisted.internet.reactor' in sys.modules,"
        " 'scrapy.core.downloader.handlers.http11' in sys.modules, 'spiders.generic' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert result.stdout.split() == ["False", "True", "True"]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.royalroad.com/fiction/1/x", "royalroad"),
        ("https://royalroad.com/fiction/1/x", "royalroad"),
        ("https://standardebooks.org/ebooks/a/b", "standardebooks"),
        ("https://notroyalroad.com/fiction/1", "generic"),
        ("http://127.0.0.1:8080/", "generic"),
        ("https://mirror.example:8443/fiction/1", "royalroad"),
    ],
)
def test_a_site_is_read_by_its_own_spider_and_any_other_by_the_generic_one(
    monkeypatch: pytest.MonkeyPatch, url: str, name: str
):
    configure(monkeypatch, SITE_ALIASES="mirror.example:8443=royalroad")

    assert crawl.spider_for(url).name == name


def test_a_site_that_is_given_to_no_spider_is_told_with_the_setting_that_does_it(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, SITE_ALIASES="mirror.example=royalraod")

    with pytest.raises(UnsupportedSite, match=r"SITE_ALIASES gives mirror\.example to the spider royalraod"):
        crawl.spider_for("https://mirror.example/fiction/1")
