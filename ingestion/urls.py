"""One spelling for each URL, so that posting a novel twice finds the job that is already there."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from w3lib.url import canonicalize_url, safe_url_string, url_query_cleaner

#: Parameters that say where a reader came from, not what is asked for.
TRACKING = re.compile(r"^(utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|ref_src)$")
MAX_LENGTH = 2048
#: Of the one spelling, which may be longer than what was written; PostgreSQL's indexes hold up to 2704 bytes.
MAX_CANONICAL_LENGTH = 2560
DEFAULT_PORTS = {"http": 80, "https": 443}
_NETLOC = re.compile(r"[A-Za-z0-9_.:\[\]-]+")


class UnusableURL(ValueError):
    """The text is no http or https URL; the message says why."""


def canonical(url: str) -> str:
    """`url` in its one spelling: no fragment, tracking parameter, default port or upper-case host.

    Raises UnusableURL when it is not an http(s) URL with a host (RFC 3986).
    """
    text = url.strip()
    parts = _split(text)
    tracking = [name for pair in parts.query.split("&") if TRACKING.match(name := pair.split("=", 1)[0])]
    try:
        cleaned = url_query_cleaner(text, tracking, remove=True)
        scheme, _, path, params, _ = urlsplit(canonicalize_url(cleaned))
    except ValueError as error:  # w3lib is stricter than urlsplit was
        raise UnusableURL(f"{text!r} is not a URL: {error}") from None
    found = urlunsplit((scheme, _netloc(parts.scheme, parts.hostname or "", parts.port), path or "/", params, ""))
    if len(found) > MAX_CANONICAL_LENGTH:
        told = f"the URL has {len(found)} characters when it is encoded; at most {MAX_CANONICAL_LENGTH} are taken"
        raise UnusableURL(told)
    return found


def host(text: str) -> str:
    """The host, with a port that is not the scheme's own, as canonical URLs spell it; of a URL, or of what stands in one.

    Raises UnusableURL.
    """
    return urlsplit(canonical(text if "://" in text else f"https://{text}")).netloc


def ascii_host(host: str) -> str:
    """A host as it goes over the wire, in lower case: an international name in punycode. Raises ValueError when it is no host."""
    return host.lower() if ":" in host or not host else host.encode("idna").decode("ascii").lower()


@lru_cache(maxsize=1024)
def web(address: str, base: str = "") -> str | None:
    """An address that the page at `base` gives, fit to be shown and followed: http or https, in ASCII; None for any other.

    What `javascript:` and `data:` name is none; a name in letters that look like others is told by its punycode.
    """
    try:
        found = safe_url_string(urljoin(base, address.strip()))
        parts = urlsplit(found)
    except ValueError:  # UnicodeError, too, is one
        return None
    return found if parts.scheme in DEFAULT_PORTS and _NETLOC.fullmatch(parts.netloc) else None


def _split(text: str) -> SplitResult:
    if len(text) > MAX_LENGTH:
        raise UnusableURL(f"the URL has {len(text)} characters; at most {MAX_LENGTH} are taken")
    if re.search(r"[\x00-\x20\x7f\\]", text):
        raise UnusableURL("the URL holds a space, a backslash or a control character; encode it (%20) or remove it")
    try:
        parts = urlsplit(text)
        _ = parts.port, text.encode(), (parts.hostname or "").encode("idna")
    except (ValueError, UnicodeError) as error:
        raise UnusableURL(f"{text!r} is not a URL: {error}") from None
    if parts.scheme not in DEFAULT_PORTS:
        raise UnusableURL(f"{text!r} is not an http or https URL; it must begin with https:// or http://")
    if not parts.hostname:
        raise UnusableURL(f"{text!r} names no host")
    if parts.username is not None or parts.password is not None:
        raise UnusableURL("the URL carries a user name or password; remove what stands before the @")
    return parts


def _netloc(scheme: str, host: str, port: int | None) -> str:
    name = f"[{host}]" if ":" in host else ascii_host(host).rstrip(".")
    return name if port in (None, DEFAULT_PORTS[scheme]) else f"{name}:{port}"
