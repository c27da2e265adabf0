"""What the text of a setting means: lists divided by commas, pairs, networks, tokens."""

from __future__ import annotations

import re
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_settings import NoDecode

from ingestion.status import Happening
from ingestion.urls import ascii_host


class LogFormat(StrEnum):
    """How a log line looks: for a person at a terminal, or one JSON object a line; AUTO is whichever reads it."""

    AUTO = "auto"
    CONSOLE = "console"
    JSON = "json"


def _split_commas(value: Any) -> Any:
    """Commas divide, and so do the lines of a file."""
    return [part.strip() for part in re.split(r"[,\n]", value) if part.strip()] if isinstance(value, str) else value


def _split_pairs(value: Any) -> Any:
    """`host=value, host:port=value` to a dict."""
    if not isinstance(value, str):
        return value
    pairs = [part.partition("=") for part in _split_commas(value)]
    if not all(host and told for host, _, told in pairs):
        raise ValueError("expected HOST=VALUE pairs divided by commas, e.g. mirror.example.org=royalroad")
    return {host.strip().lower(): told.strip() for host, _, told in pairs}


def _split_addresses(value: Any) -> Any:
    """Spaces, lines and commas divide where another URL follows: one may have commas of its own."""
    return re.split(r"[\s,]+(?=[A-Za-z][A-Za-z0-9+.-]*://)", value.strip()) if isinstance(value, str) else value


def _port_alone(value: Any) -> Any:
    """Nothing of an address: Kubernetes sets REDIS_PORT=tcp://10.0.0.7:6379 where a service is named redis."""
    return None if isinstance(value, str) and value.startswith("tcp://") else value


Port = Annotated[int, Field(ge=1, le=65535)]
PortAlone = Annotated[Port | None, BeforeValidator(_port_alone)]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_split_commas)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_commas)]
Hosts = Annotated[tuple[Annotated[str, AfterValidator(ascii_host)], ...], NoDecode, BeforeValidator(_split_commas)]
Ports = Annotated[tuple[Port, ...], NoDecode, BeforeValidator(_split_commas)]
TokenEntry = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,50}:(read|write):[0-9a-f]{64}$")]
AddressEntry = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9+.-]*://\S+$")]
Addresses = Annotated[tuple[AddressEntry, ...], NoDecode, BeforeValidator(_split_addresses)]
Happenings = Annotated[tuple[Happening, ...], NoDecode, BeforeValidator(_split_commas)]
Tokens = Annotated[tuple[TokenEntry, ...], NoDecode, BeforeValidator(_split_commas)]
Aliases = Annotated[dict[str, str], NoDecode, BeforeValidator(_split_pairs)]
Paces = Annotated[dict[str, Annotated[float, Field(ge=0, le=3600)]], NoDecode, BeforeValidator(_split_pairs)]
