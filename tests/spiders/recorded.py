"""Recorded pages as responses, and the items that they must give."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from scrapy.http import HtmlResponse

PAGES = Path(__file__).parent.parent / "pages"
#: What few pages say, and the files leave out where it is not said.
UNSAID: dict[str, dict[str, Any]] = {"chapters": {"newest_first": False}}


def response(name: str, url: str, *, status: int = 200) -> HtmlResponse:
    """A page of `tests/pages` as if it had come from `url`."""
    return HtmlResponse(url, body=(PAGES / name).read_bytes(), encoding="utf-8", status=status)


def expected(site: str, method: str, name: str) -> Any:
    """What a spider's method must make of a page, from the site's `expected.json`."""
    said = json.loads((PAGES / site / "expected.json").read_text(encoding="utf-8"))[method][name]
    return UNSAID.get(method, {}) | said


def plain(item: Any) -> Any:
    """An item as JSON would hold it."""
    return json.loads(json.dumps(dataclasses.asdict(item), default=lambda value: value.isoformat()))
