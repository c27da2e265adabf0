"""A reader's day, in a real browser: an address is pasted, its job watched, the novel read, searched, taken out and opened."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from epubx import open_book
from playwright.sync_api import Page, expect

from tests.browser.conftest import SCREENSHOTS
from tests.conftest import configure
from tests.processes import working
from tests.sites import plain
from tests.sites.samples import make_novel
from tests.sites.web import Site

CHAPTERS = 8


def picture(page: Page, name: str) -> None:
    """Keep what the page looks like."""
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def test_from_an_address_to_a_book(page: Page, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    configure(monkeypatch, SEARCH="true", EXPORTS_DIR=str(tmp_path / "exports"))
    novel = make_novel(chapters=CHAPTERS)
    pages = {path: replace(answer, delay=0.15) for path, answer in plain.render(novel).items()}
    with Site(pages) as site, working():
        # Paste the address, and watch.
        page.goto("/")
        picture(page, "1-home")
        page.get_by_label("Address of the novel").fill(f"{site.url}/index.html")
        page.get_by_role("button", name="Add").click()
        expect(page.get_by_role("status").last).to_contain_text("fetches the pages")
        expect(page.get_by_label("Pages")).to_have_attribute("max", re.compile("[1-9]"))
        picture(page, "2-job")
        expect(page.get_by_role("status").last).to_contain_text(f"Done: {CHAPTERS} chapters saved")
        picture(page, "3-done")

        # Read two chapters.
        page.get_by_role("link", name="Open the novel").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(novel.title)
        picture(page, "4-novel")
        page.get_by_role("link", name="Start reading").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(novel.chapters[0].title)
        picture(page, "5-reader")
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("heading", level=1)).to_have_text(novel.chapters[1].title)

        # Come back to that place another time.
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Library").click()
        picture(page, "6-library")
        page.get_by_role("link", name=novel.title).first.click()
        expect(page.locator("#continue")).to_contain_text("Continue")

        # Search for a word, once the novel is indexed, and read on from there.
        found = page.locator("#chapters + ul a").first
        for _ in range(40):
            page.goto("/find?q=lanterns")
            if found.is_visible():
                break
            page.wait_for_timeout(250)
        expect(page.locator("mark").first).to_have_text("lanterns")
        picture(page, "7-search")
        found.click()
        expect(page.get_by_role("article")).to_contain_text("lanterns")

        # Take it out, as soon as it is made, and open it.
        page.get_by_role("link", name=novel.title).click()
        page.locator("summary", has_text="Download").click()
        with page.expect_download(timeout=60_000) as made:
            page.get_by_role("button", name="Download").click()
        with open_book(str(made.value.path())) as book:
            opened = book.metadata.title, [node.label for node in book.toc]

    assert made.value.suggested_filename == f"{novel.title}.epub"
    assert opened == (novel.title, [chapter.title for chapter in novel.chapters])
