"""Nobody is kept out: axe-core finds nothing on any page, in any theme, on any screen; and nothing has to be pushed aside to be read."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from ingestion.errors import Incomplete
from tests import shelf
from tests.browser.conftest import SCREENSHOTS
from tests.commandline import claim, fail, posted

THEMES = ("light", "sepia", "dark")
#: A desk's, and the narrowest that WCAG 2.2 asks for (1.4.10).
SCREENS = ({"width": 1280, "height": 900}, {"width": 320, "height": 640})
HARD = (
    "<h2>A table</h2><table><tbody><tr><th>Lock</th><th>Depth</th></tr><tr><td>Upper</td><td>4</td></tr></tbody></table>"
    '<p>The sign read <ruby>渡<rp>(</rp><rt>watari</rt><rp>)</rp></ruby>.<a href="#n1"><sup>1</sup></a></p><pre>a  b</pre>'
    '<blockquote><p>Keep left.</p></blockquote><hr><p id="n1">1. Bone ones.</p>'
)


def furnished() -> list[str]:
    """The paths of all pages, each with something on it."""
    waiting, stopped, running = posted(3)
    claim(running)
    fail(stopped, Incomplete("2 of 9 chapters are missing"))
    chapters = [shelf.chapter(1, HARD), shelf.chapter(2, volume="One"), shelf.chapter(3, None), shelf.chapter(4)]
    novel = shelf.put(*chapters, language="en", authors=("A. Writer",), tags=("river",), description="A weir.")
    shelf.put(*[shelf.chapter(1, "<p>Other words.</p>"), *chapters[1:]], language="en")
    jobs = [f"/activity/{job}" for job in (waiting, stopped, running)]
    reading = [f"/library/{novel}", "/read/1", "/read/3", "/read/1/revisions", "/find?q=weir", "/look"]
    return ["/", "/library", "/activity", "/state", "/login", *jobs, *reading]


def faults(page: Page, path: str, theme: str, screen: dict[str, int]) -> list[str]:
    """What axe finds there, and whether the page is wider than the screen."""
    page.set_viewport_size(screen)
    page.context.add_cookies([{"name": "look", "value": f"{theme}.m.normal", "url": page.url}])
    page.goto(path)
    name = f"{path.strip('/').replace('/', '-').partition('?')[0] or 'home'}-{theme}-{screen['width']}"
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
    found = [f"{name}: {one['id']}: {one['nodes'][0]['html']}" for one in Axe().run(page).response["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [*found, *([f"{name}: wider than the screen"] if wide else [])]


@pytest.mark.parametrize(
    "every", [pytest.param(False), pytest.param(True, marks=pytest.mark.long)], ids=["a look", "all"]
)
def test_every_page_is_for_everybody(page: Page, quire: str, every: bool):
    paths = furnished()
    page.goto(quire)
    ways = [(theme, screen) for screen in SCREENS for theme in THEMES]
    # Each page in one way, and in make chaos in all of them.
    asked = [
        (path, *way) for number, path in enumerate(paths) for way in (ways if every else [ways[number % len(ways)]])
    ]

    assert [fault for each in asked for fault in faults(page, *each)] == []
