"""Recorded pages as responses, for what a test does with them beside replaying them."""

from __future__ import annotations

from scrapy.http import HtmlResponse

from ingestion.kit import recording
from ingestion.kit.recording import PAGES


def response(name: str, url: str, *, status: int = 200) -> HtmlResponse:
    """A page of `tests/pages` as if it had come from `url`."""
    return HtmlResponse(url, body=(PAGES / name).read_bytes(), encoding="utf-8", status=status)


def recorded(site: str, name: str, *, status: int = 200) -> HtmlResponse:
    """A recorded page as if it had come from its own URL."""
    return response(f"{site}/{name}", recording.load(site).urls[name], status=status)
