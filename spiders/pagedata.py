"""What a page carries as data: JSON-LD about the book (schema.org), and the arrays that its scripts assign."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from parsel import Selector

from ingestion.errors import ParseError

logger = logging.getLogger(__name__)

_BOOKS = {"Book", "BookSeries", "CreativeWork", "CreativeWorkSeries"}


def book(page: Selector) -> Mapping[str, Any]:
    """The first thing on the page that is a book or a series with a name; empty where there is none."""
    for script in page.xpath('//script[@type="application/ld+json"]/text()').getall():
        try:
            things = list(_things(json.loads(script)))
        except (ValueError, RecursionError) as error:
            logger.debug("JSON-LD that is no JSON is left out: %s", error)
            continue
        for thing in things:
            kinds = {kind for kind in _many(thing.get("@type")) if isinstance(kind, str)}
            if _BOOKS & kinds and thing.get("name"):
                return thing
    return {}


def authors(thing: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of a book's authors, each given as a name or as a person that has one."""
    names = (who.get("name") if isinstance(who, dict) else who for who in _many(thing.get("author")))
    return tuple(dict.fromkeys(name.strip() for name in names if isinstance(name, str) and name.strip()))


def image(thing: Mapping[str, Any]) -> str | None:
    """The URL of a book's first picture."""
    for one in _many(thing.get("image")):
        url = one.get("url") or one.get("contentUrl") if isinstance(one, dict) else one
        if isinstance(url, str) and url:
            return url
    return None


def assigned(page: Selector, name: str) -> list[Any] | None:
    """The array that an inline script assigns to `window.<name>`; None where none does."""
    for script in page.css("script::text").getall():
        found = re.search(rf"window\.{name}\s*=\s*(?=\[)", script)
        if found:
            try:
                return list(json.JSONDecoder().raw_decode(script, found.end())[0])
            except (ValueError, RecursionError) as error:
                raise ParseError(f"window.{name} in the page is not JSON: {error}") from error
    return None


def time(told: str | None) -> datetime | None:
    """A time as JSON gives it, UTC where it names no zone; None where it is none, as some programs' first day of the year 1."""
    try:
        told_time = datetime.fromisoformat(told or "")
        return told_time.replace(tzinfo=UTC) if told_time.tzinfo is None else told_time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _things(data: Any) -> Iterator[dict[str, Any]]:
    for thing in _many(data):
        if isinstance(thing, dict):
            yield thing
            yield from _things(thing.get("@graph"))
            yield from _things(thing.get("isPartOf"))


def _many(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
