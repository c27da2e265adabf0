"""The request for a page, by its URL or by a form: the crawl sends it, and the page store knows the answer by it."""

from __future__ import annotations

from typing import Any

from scrapy import FormRequest, Request

from ingestion.errors import IngestionError, NotFound, ParseError
from ingestion.items import Asked, Form


def request(asked: Asked, **told: Any) -> Request:
    """What is sent for a page; `told` are the arguments of Scrapy's Request."""
    if isinstance(asked, str):
        return Request(asked, **told)
    return FormRequest(asked.url, method="POST", formdata=asked.fields, **told)


def instead(asked: Asked, error: IngestionError) -> tuple[str, ...]:
    """What is asked for where the answer was not what it should be; nothing where there is no other way."""
    return asked.otherwise if isinstance(asked, Form) and isinstance(error, NotFound | ParseError) else ()
