"""Where a site is at home, whatever address of it somebody has: http, www, m., an old domain."""

from __future__ import annotations

from urllib.parse import urlsplit


def of(url: str, home: str, *also: str) -> str:
    """The origin `home` for a URL of that site, or of the domains in `also`; a URL's own on any other host, which is a copy's.

    Subdomains belong to their domain, and `www.` is none of it.
    """
    parts = urlsplit(url)
    domains = ((urlsplit(home).hostname or "").removeprefix("www."), *also)
    ours = any(f".{parts.hostname}".endswith(f".{domain}") for domain in domains)
    return home if ours else f"{parts.scheme}://{parts.netloc}"
