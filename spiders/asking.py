"""The request for a page, by its URL or by a form: the crawl sends it, and the page store knows the answer by it."""

from __future__ import annotations

from typing import Any

from scrapy import FormRequest, Request
from scrapy.exceptions import IgnoreRequest
from scrapy.spidermiddlewares.httperror import HttpError

from ingestion.errors import NotFound, ParseError, Unreachable
from ingestion.items import Asked, Form

#: Answers that speak of the site as a whole, and not of what was asked for.
_NOT_NOW = {429, 500, 502, 503, 504}


def request(asked: Asked, **told: Any) -> Request:
    """What is sent for a page; `told` are the arguments of Scrapy's Request."""
    if isinstance(asked, str):
        return Request(asked, **told)
    return FormRequest(asked.url, method="POST", formdata=asked.fields, **told)


def instead(asked: Asked, error: BaseException) -> tuple[str, ...]:
    """What is asked for where robots.txt or the site refuses a form, or its answer is not what it should be; nothing elsewhere."""
    later = isinstance(error, HttpError) and error.response.status in _NOT_NOW
    refused = isinstance(error, NotFound | ParseError | Unreachable | IgnoreRequest) and not later
    return asked.otherwise if isinstance(asked, Form) and refused else ()
