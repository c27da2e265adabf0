"""Which URLs may be fetched at all: http and https to public addresses, and what ALLOWED_NETWORKS adds (tests, demo).

Asked three times: when a URL is posted, before every request (each redirect is one), and by the resolver about every
address that is about to be dialled, so that a name that changes its answer in between gets nowhere.
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from ingestion import config
from ingestion.errors import ForbiddenAddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052


def check_url(url: str) -> None:
    """Refuse what needs no look-up to refuse: another scheme, and a host that is a forbidden address. Raises ForbiddenAddress."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ForbiddenAddress(f"{url} is not fetched: only http and https URLs with a host are")
    if parts.username is not None or parts.password is not None:
        raise ForbiddenAddress("a URL with a user name or password in it is not fetched")
    host = parts.hostname.rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        check_address(host, ipaddress.ip_address("127.0.0.1"))
    elif (address := _literal(host)) is not None:
        check_address(host, address)


def check_address(host: str, address: Address) -> None:
    """Refuse to dial `address` for `host`. Raises ForbiddenAddress."""
    real = _unwrapped(address)
    if any(real.version == network.version and real in network for network in config.settings().allowed_networks):
        return
    if not real.is_global or real.is_multicast:
        shown = host if host == str(address) else f"{host} ({address})"
        raise ForbiddenAddress(
            f"{shown} is not a public address, so it is not fetched; the operator can allow it with ALLOWED_NETWORKS"
        )


def _literal(host: str) -> Address | None:
    """The address that `host` spells, in any spelling that a C library would dial (decimal, octal, short forms)."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass  # no canonical spelling; the next line knows the others
    try:
        return ipaddress.ip_address(socket.inet_aton(host))
    except OSError:
        return None


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv4-mapped, 6to4 or NAT64 one: that is where the connection would end."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped or address.sixtofour:
            return address.ipv4_mapped or address.sixtofour or address
        if address in NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address
