"""Validates pages of the catalogue and feeds, with validators that are not ours."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
from fastapi.testclient import TestClient
from lxml import etree

HERE = Path(__file__).parent
ATOM = {"atom": "http://www.w3.org/2005/Atom", "os": "http://a9.com/-/spec/opensearch/1.1/"}


def atom(document: bytes) -> Any:
    """The feed, which is valid."""
    feed = etree.fromstring(document)
    _grammar().assertValid(feed)
    return feed


def opds2(document: bytes) -> dict[str, Any]:
    """The page, which is valid."""
    page: dict[str, Any] = json.loads(document)
    _schema().validate(page)
    return page


def feed(api: TestClient, path: str) -> Any:
    """The feed at the path, which is valid."""
    return atom(api.get(path).content)


def titles(page: Any) -> list[str]:
    """What a feed's entries are called."""
    found: list[str] = page.xpath("atom:entry/atom:title/text()", namespaces=ATOM)
    return found


@cache
def _grammar() -> Any:
    return etree.RelaxNG(etree.parse(HERE / "atom.rng"))


@cache
def _schema() -> Any:
    return jsonschema_rs.validator_for(json.loads((HERE / "opds2.json").read_text()), validate_formats=True)
