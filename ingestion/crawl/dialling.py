"""The guard before every request, and before every address that is about to be dialled."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Sequence
from typing import Any

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface import implementer

from ingestion import guard, pages
from ingestion.errors import ForbiddenAddress, IngestionError
from ingestion.urls import ascii_host
from ingestion.visible import shortened

log = logging.getLogger(__name__)

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

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Say why a request was not made: Scrapy is silent about it, and so would its shell be."""
        if isinstance(exception, Forbidden):
            log.debug("%s", exception)


class GuardedRedirectMiddleware(RedirectMiddleware):
    """Scrapy's own, but a redirect to what is no web page is an error with a reason instead of the page that was asked for."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """The request that the redirect makes, or the response. Raises Forbidden."""
        location = shortened((response.headers.get("Location") or b"").decode("latin-1"), guard.SHOWN)
        refusal = ForbiddenAddress(f"{request.url} redirects to {location}, and only http and https URLs are fetched")
        try:
            answer = super().process_response(request, response)
        except ValueError as error:
            raise Forbidden(refusal) from error
        if isinstance(answer, Response) and location and answer.status in pages.REDIRECTS:
            raise Forbidden(refusal)
        return answer


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
        receiver = _GuardedReceiver(resolutionReceiver, ascii_host(hostName))
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
