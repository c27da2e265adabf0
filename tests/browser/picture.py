"""Draws docs/library.png, the picture of the README: `python -m tests.browser.picture`. The pages are real, the novels made up."""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from ingestion import config, embedded, logs, migrations
from ingestion.system import ROOT
from tests import applications, shelf
from tests.api.live import served
from tests.sites.samples import make_novel

TITLES = {
    "The Ferry at Low Water": "Wilma Example",
    "A Debt of Rope": "Isko Varr",
    "The Clockmaker's Niece": "M. Orrel",
    "Salt in the Ink": "Wilma Example",
    "What the Heron Saw": "T. Tobit",
    "渡し守の灯": "小川 灯",
    "Slack Water": "Dame Orrel",
    "Nobody Said So": "Anouk Reed",
}
FRAME = """<body style="margin:0;padding:36px;background:#e9e2d6;display:flex;gap:28px;align-items:center;width:1328px;box-sizing:border-box">
<img src="{}" style="width:900px;border-radius:10px;box-shadow:0 8px 30px #0004"><img src="{}" style="width:300px;border-radius:22px;box-shadow:0 8px 30px #0006"></body>"""


def main() -> None:
    """Fill a throwaway library, look at it, and put the looks beside each other."""
    with tempfile.TemporaryDirectory(prefix="quire-picture-") as folder, embedded.serve(Path(folder)) as urls:
        _use(urls, folder)
        for number, (title, author) in enumerate(TITLES.items()):
            _put(number, title, author)
        with served(applications.pages()) as made, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            here = f"http://127.0.0.1:{made.port}"
            wide = _look(browser, f"{here}/library", width=1200, height=760, theme="light")
            tall = _look(browser, f"{here}/read/2", width=390, height=800, theme="dark")
            frame = browser.new_page(viewport={"width": 1328, "height": 700})
            frame.set_content(FRAME.format(wide, tall))
            frame.screenshot(path=ROOT / "docs" / "library.png", full_page=True)
            browser.close()


def _use(urls: embedded.Urls, folder: str) -> None:
    import os

    os.environ |= {"DATABASE_URL": urls.database_url, "REDIS_URL": urls.redis_url, "DATA_DIR": folder}
    config.settings.cache_clear()
    logs.configure("picture")
    migrations.upgrade()


def _put(number: int, title: str, author: str) -> None:
    sample = make_novel(chapters=12 + 31 * number, seed=number)
    chapters = [shelf.chapter(n, c.content, title=c.title) for n, c in enumerate(sample.chapters, start=1)]
    about = {"authors": (author,), "language": "ja" if title[0] > "z" else "en", "description": sample.description}
    shelf.put(*chapters, key=f"n{number}", title=title, **about)


def _look(browser: Browser, url: str, *, width: int, height: int, theme: str) -> str:
    """The page at `url` as a picture in a URL."""
    context = browser.new_context(viewport={"width": width, "height": height}, device_scale_factor=1.5)
    context.add_cookies([{"name": "look", "value": f"{theme}.m.normal", "url": url}])
    page = context.new_page()
    page.goto(url)
    shot = page.screenshot()
    context.close()
    return f"data:image/png;base64,{base64.b64encode(shot).decode()}"


if __name__ == "__main__":
    main()
