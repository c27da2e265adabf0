"""A few pages of a site, fetched for somebody who waits: with all the manners of a crawl, and without a job.

An errand is a coroutine that is given `get` and asks for one page after the other. It runs in a child of this process, and what it
returns comes back from there, pickled; or it is a job's, in the child that a worker has made already (`crawl.look`).
"""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Future
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from traceback import format_exception
from typing import Any, TypeVar

from scrapy import Request
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.http import HtmlResponse, JsonResponse, Response, TextResponse, XmlResponse
from scrapy.settings import Settings
from scrapy.spidermiddlewares.httperror import HttpError
from scrapy.utils.response import response_from_dict

from ingestion.crawl.reactor import in_reactor
from ingestion.crawl.reasons import explain
from ingestion.crawl.settings import for_site, refuse_off
from ingestion.crawl.underway import NovelUnderWay
from ingestion.errors import Crashed, IngestionError
from ingestion.orphans import die_with_parent
from spiders.base import NovelSpider

T = TypeVar("T")
Get = Callable[[Request], Awaitable[Response]]
Errand = Callable[[Get], Awaitable[T]]

_FORK = get_context("fork")


def _parts(response: Response) -> tuple[Callable[..., Response], tuple[dict[str, Any]]]:
    """How a response goes through a pipe: without what binds it to the crawl, and without what was read of it."""
    return response_from_dict, (response.to_dict(),)


for _kind in (Response, TextResponse, HtmlResponse, XmlResponse, JsonResponse):
    ForkingPickler.register(_kind, _parts)


def run(spider: type[NovelSpider], url: str, errand: Errand[T], **store: object) -> T:
    """What the errand returns, done at the spider's site, which `url` belongs to, and at its pace.

    Raises what the errand raises, RobotsDisallowed when the spider is off, and Crashed. `store` are settings of Scrapy's HTTP cache.
    `get` answers with the page as the site gives it, a 404 and a 410 too, and raises IngestionError for whatever else comes.
    """
    refuse_off(spider)
    settings = Settings(for_site(spider, url) | store)
    receiver, sender = _FORK.Pipe(duplex=False)
    child = _FORK.Process(target=_answer, args=(sender, partial(_go, spider, errand, settings)))
    child.start()
    sender.close()
    try:
        found = receiver.recv()
    except EOFError:
        raise Crashed(f"the process that asked for pages of {spider.name} died; its last words are above") from None
    finally:
        child.join()
    if isinstance(found, Exception):
        raise found
    return found  # type: ignore[no-any-return] # it has come through a pipe


def _answer(sender: Connection, work: Callable[[], object]) -> None:
    """In the child: send back what `work` returns or raises."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    logging.getLogger("scrapy").setLevel(logging.CRITICAL)  # whatever goes wrong comes back as an error
    if follow := die_with_parent(signal.SIGTERM):
        follow()
    try:
        found = work()
    except Exception as failure:  # it is the parent's to answer, to whom no traceback comes
        if not isinstance(failure, IngestionError):
            failure.add_note("".join(format_exception(failure)))
        found = failure
    sender.send(found)
    sender.close()
    os._exit(0)  # at once: the reactor was left with its threads, and they may be looking up a name


def _go(spider: type[NovelSpider], errand: Errand[T], settings: Settings) -> T:
    return in_reactor(_send(spider, errand, settings))


async def _send(spider: type[NovelSpider], errand: Errand[T], settings: Settings) -> T:
    outcome: Future[T] = Future()
    await AsyncCrawlerRunner(settings).crawl(sent(spider, errand, outcome))
    return outcome.result(timeout=0)


def sent(spider: type[NovelSpider], errand: Errand[T], outcome: Future[T]) -> type[NovelSpider]:
    """The spider for a crawl whose only requests are what the errand asks for."""
    no_request: tuple[Request, ...] = ()

    async def start(self: NovelSpider) -> AsyncIterator[Any]:
        try:
            outcome.set_result(await errand(partial(_get, self.crawler)))
        except Exception as failure:  # Scrapy would log it and go on
            outcome.set_exception(failure)
        for request in no_request:
            yield request

    made: type[NovelSpider] = type(spider.__name__, (spider,), {"start": start})
    return made


class ErrandUnderWay(NovelUnderWay):
    """An errand that is a job of its own, under its lease and within its limits."""

    def check(self) -> None:
        """Raise what has ended it before its time."""
        if (reason := self._ended_by or self._cut_short) is not None:
            raise reason


async def _get(crawler: Crawler, request: Request) -> Response:
    spider = crawler.spider
    assert crawler.engine is not None  # noqa: S101 - for the type checker: it asks us
    assert isinstance(spider, NovelSpider)  # noqa: S101 - the same
    spider.asked += 1
    try:
        response = await crawler.engine.download_async(request)
    except Exception as failure:  # whatever keeps a page from coming has a sentence
        raise explain(request, failure) from failure
    finally:
        spider.settled += 1
    if response.status not in {200, *NovelSpider.handle_httpstatus_list}:
        refusal = HttpError(response, "not a page")
        raise explain(request, refusal) from refusal
    return response
