"""One POST to an address that somebody else chose, and nowhere else.

The guard is asked about the URL and about each address that its name resolves to, and the address that it allowed is the one that
is dialled: a name that changes its answer in between gets nowhere. No redirect is followed, no proxy of the environment is
used, and of the answer no more than its head is read.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass

import httpx2

from ingestion import guard
from ingestion.errors import ForbiddenAddress, IngestionError, SiteTimeout, Unreachable
from ingestion.urls import DEFAULT_PORTS

#: For the connection; and for all of it, however slowly a receiver takes the message or lets its answer drip.
CONNECT_SECONDS = 5.0
TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the receiver answered: the HTTP status, and how many seconds it asked to be left alone."""

    status: int
    retry_after: float | None


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send `body`. Raises ForbiddenAddress, Unreachable and SiteTimeout; what they say names the host and no more of the URL."""
    guard.check_url(url)
    target = httpx2.URL(url)
    failed: IngestionError = Unreachable(f"{target.host} has no address")
    for address in _addresses(target):
        try:
            return asyncio.run(_send(target, address, body, headers))
        except httpx2.ConnectTimeout:
            failed = SiteTimeout(f"{target.host} took no connection within {CONNECT_SECONDS:.0f} seconds")
        except httpx2.ConnectError as error:
            failed = Unreachable(f"{target.host} takes no connection: {error}")
        except TimeoutError:
            raise SiteTimeout(f"{target.host} did not answer within {TIMEOUT_SECONDS:.0f} seconds") from None
        except httpx2.TransportError as error:
            raise Unreachable(f"{target.host} gave no answer that can be read: {error}") from error
    raise failed


def _addresses(target: httpx2.URL) -> list[str]:
    """The addresses of its host that may be dialled. Raises ForbiddenAddress when it has none but others, Unreachable."""
    host = target.raw_host.decode("ascii").strip("[]")
    try:
        found = socket.getaddrinfo(host, target.port or DEFAULT_PORTS[target.scheme], type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"{target.host} has no address: {error}") from error
    refusals, allowed = [], []
    for address in dict.fromkeys(str(place[4][0]).partition("%")[0] for place in found):
        try:
            guard.check_address(host, ipaddress.ip_address(address))
            allowed.append(address)
        except ForbiddenAddress as refusal:
            refusals.append(refusal)
    if refusals and not allowed:
        raise refusals[0]
    return allowed


async def _send(target: httpx2.URL, address: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    named = {"Host": target.netloc.decode("ascii"), **headers}
    # The certificate is asked for, and checked, under the name.
    under = {"sni_hostname": target.raw_host.decode("ascii").strip("[]")}
    patience = httpx2.Timeout(None, connect=CONNECT_SECONDS)
    async with (
        asyncio.timeout(TIMEOUT_SECONDS),
        httpx2.AsyncClient(trust_env=False, follow_redirects=False, timeout=patience) as client,
        client.stream(
            "POST", target.copy_with(host=address), content=body, headers=named, extensions=under
        ) as response,
    ):
        asked = response.headers.get("Retry-After", "")
        return Answer(status=response.status_code, retry_after=float(asked) if asked.isdecimal() else None)
