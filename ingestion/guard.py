"""Which URLs may be fetched at all: http and https to public addresses on usual ports, and what the operator allows beside them.

Asked three times: when a URL is posted, before every request (each redirect is one), and by the resolver about every
address that is about to be dialled, so that a name that changes its answer in between gets nowhere.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from urllib.parse import urlsplit

from ingestion import config
from ingestion.errors import ForbiddenAddress
from ingestion.urls import DEFAULT_PORTS, ascii_host
from ingestion.visible import shortened

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: Enough for every URL of a novel; a server need not take a longer one than 8000 either (RFC 9110, section 4.1).
LONGEST_URL = 4096
#: How much of an odd URL a message shows.
SHOWN = 200
LOOPBACK = ipaddress.IPv4Address("127.0.0.1")
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052
UNICAST = ipaddress.IPv6Network("2000::/3")  # all that IANA gives out
#: What is in it, or in IPv4's space, and no host's own: Teredo and other protocols, documentation, 6to4 and its relays. Two clouds
#: answer their machines in there: Oracle at 192.0.0.192, and Azure at an address that the registries know as anybody's.
SPECIAL = [
    *map(ipaddress.ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "192.88.99.0/24")),
    *map(ipaddress.ip_network, ("192.0.0.0/24", "168.63.129.16/32")),
]
_UNCLEAN = re.compile(r"[\x00-\x20\x7f-\x9f\\]")
_HOST = re.compile(r"[a-z0-9_.-]+|[0-9a-f:.]+")


def check_url(url: str) -> None:
    """Refuse what needs no look-up to refuse: another scheme, an odd spelling or port, a forbidden address. Raises ForbiddenAddress."""
    if len(url) > LONGEST_URL:
        raise ForbiddenAddress(
            f"a URL of {len(url)} characters is not fetched, {LONGEST_URL} is the most: {url[:SHOWN]}…"
        )
    try:
        parts = urlsplit(url)
        host, port = ascii_host(parts.hostname or ""), parts.port
    except ValueError as error:
        raise ForbiddenAddress(f"{shortened(url, SHOWN)} is not fetched: it is no URL ({error})") from None
    if parts.scheme not in DEFAULT_PORTS or not host:
        raise ForbiddenAddress(f"{shortened(url, SHOWN)} is not fetched: only http and https URLs with a host are")
    if "@" in parts.netloc:
        raise ForbiddenAddress("a URL with a user name or password in it is not fetched")
    if _UNCLEAN.search(url) or not _HOST.fullmatch(host) or ("[" in parts.netloc) != (":" in host):
        raise ForbiddenAddress(f"{shortened(url, SHOWN)} is not fetched: its host is spelled as no host is")
    _check_host(host.rstrip("."), DEFAULT_PORTS[parts.scheme] if port is None else port)


def check_address(host: str, address: Address) -> None:
    """Refuse to dial `address` for `host`. Raises ForbiddenAddress."""
    if _is_allowed(host, address) or _is_public(_unwrapped(address)):
        return
    name = ascii_host(host)
    shown = name if name == str(address) else f"{name} ({address})"
    raise ForbiddenAddress(
        f"{shown} is not a public address, so it is not fetched; the operator can allow it with ALLOWED_NETWORKS"
    )


def _check_host(name: str, port: int) -> None:
    address = LOOPBACK if name == "localhost" or name.endswith(".localhost") else _literal(name)
    if _is_allowed(name, address):
        return
    if address is not None:
        check_address(name, address)
    ports = config.settings().allowed_ports
    if port not in ports:
        usual = ", ".join(map(str, ports))
        raise ForbiddenAddress(
            f"port {port} of {name} is not fetched from, only {usual} are; the operator can allow it with ALLOWED_PORTS"
        )


def _is_allowed(host: str, address: Address | None) -> bool:
    """Whether the operator has allowed the host, or the network that the connection would end in."""
    current = config.settings()
    if ascii_host(host).rstrip(".") in current.allowed_hosts:
        return True
    return address is not None and any(
        real.version == network.version and real in network
        for real in {address, _unwrapped(address)}
        for network in current.allowed_networks
    )


def _is_public(address: Address) -> bool:
    if address.version == 6 and address not in UNICAST:
        return False
    special = any(address.version == network.version and address in network for network in SPECIAL)
    return address.is_global and not (special or address.is_multicast or address.is_reserved)


def _literal(host: str) -> Address | None:
    """The address that `host` spells, in any spelling that a C library would dial (decimal, octal, short forms)."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass  # no canonical spelling; the next line knows the others
    try:
        return ipaddress.ip_address(socket.inet_aton(host))
    except OSError:
        return None


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv4-mapped or NAT64 one: that is where the connection would end."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return address.ipv4_mapped or address
    return address
