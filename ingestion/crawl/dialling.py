"""What stands between Scrapy and the network: the guard before every request and every address, the pace before every one that leaves."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface import implementer

from ingestion import guard
from ingestion.errors import ForbiddenAddress, IngestionError
from ingestion.pace import Pace

#: Hosts whose every address the guard refused, with its reason: the connection attempt itself can only say "no address".
refused: dict[str, ForbiddenAddress] = {}


class Forbidden(IgnoreRequest):
    """A request that may not be made; `reason` is what to tell the user."""

    def __init__(self, reason: IngestionError) -> None:
        super().__init__(str(reason))
        self.reason = reason


class GuardMiddleware:
    """Asks the guard about every request, those that a redirect made included."""

    def process_request(self, request: Request) -> None:
        """Let the request pass, or raise Forbidden."""
        try:
            guard.check_url(request.url)
        except ForbiddenAddress as reason:
            raise Forbidden(reason) from reason


class PaceMiddleware:
    """Holds each request that really leaves until its host's next free slot."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        wanted = crawler.settings.getfloat("PACE_SECONDS")
        # A site may want more than the operator's pace, but whoever switched that off has no other.
        self._interval = max(wanted, getattr(crawler.spidercls, "pace", 0.0)) if wanted else 0.0
        self._pace = Pace() if self._interval else None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PaceMiddleware:
        """Scrapy's way of making a middleware."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Wait for the slot, and note when the request leaves: what the answer says was true then, and perhaps no more later."""
        if self._pace is not None:
            await rest(self._crawler.spider, self._pace.wait(urlsplit(request.url).netloc, self._interval))
        request.meta["left_at"] = time.monotonic()


async def rest(spider: Any, seconds: float) -> None:
    """Wait. The spider's `paced_until` tells the lease that this is no standstill."""
    spider.paced_until = max(getattr(spider, "paced_until", 0.0), time.monotonic() + seconds)
    await asyncio.sleep(seconds)


@implementer(IHostnameResolver)
class GuardedResolver:
    """The reactor's resolver with the guard behind it: an address that may not be dialled is never handed out.

    Twisted's endpoints ask it for every host, literal addresses included, and dial exactly what it answers.
    """

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._original = reactor.nameResolver

    def install_on_reactor(self) -> None:
        """Put the guard behind the reactor's name resolution, once."""
        if not isinstance(self._original, GuardedResolver):
            self._reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802 - the interface's name
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """See IHostnameResolver."""
        receiver = _GuardedReceiver(resolutionReceiver, hostName)
        resolution: IHostResolution = self._original.resolveHostName(
            receiver, hostName, portNumber, addressTypes, transportSemantics
        )
        return resolution


@implementer(IResolutionReceiver)
class _GuardedReceiver:
    def __init__(self, receiver: Any, host: str) -> None:
        self._receiver = receiver
        self._host = host

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        try:
            guard.check_address(self._host, ipaddress.ip_address(address.host.partition("%")[0]))
        except ForbiddenAddress as reason:
            refused[self._host] = reason
        else:
            self._receiver.addressResolved(address)

    def resolutionComplete(self) -> None:  # noqa: N802
        self._receiver.resolutionComplete()
