"""Runs a coroutine in the reactor of this process, which there is one of, and which no fork may carry: for a forked child."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from scrapy.utils.reactor import install_reactor

from ingestion.crawl.dialling import GuardedResolver

REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"

T = TypeVar("T")


def in_reactor(work: Coroutine[Any, Any, T]) -> T:
    """What `work` returns or raises, done in this process's one reactor, with the guard behind its name resolution."""
    install_reactor(REACTOR)
    from twisted.internet import reactor as installed

    reactor: Any = installed  # a module that stands for an object
    GuardedResolver(reactor).install_on_reactor()
    task = asyncio.get_event_loop().create_task(work)
    # Not stop(), which waits for threads: a name that is being looked up would keep the job's end from being written.
    # After a stop(), too, a reactor never runs again.
    task.add_done_callback(lambda _: reactor.crash())
    reactor.run(installSignalHandlers=False)
    return task.result()
