"""What Scrapy and Twisted say when a page does not come, in our own words."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError

from ingestion import config
from ingestion.crawl.dialling import Forbidden, refused
from ingestion.errors import (
    Blocked,
    ForbiddenAddress,
    IngestionError,
    NotFound,
    RateLimited,
    RobotsDisallowed,
    SiteTimeout,
    TooLarge,
    Unreachable,
)

REFUSALS = {401, 402, 403, 407, 451}
TOO_MANY_REQUESTS = 429


def explain(request: Request, failure: BaseException) -> IngestionError:
    """The reason, with the URL and what the user can do about it."""
    if isinstance(failure, IngestionError):
        return failure
    for kind, reason in REASONS.items():
        if isinstance(failure, kind):
            return reason(request.url, failure)
    return Unreachable(f"{request.url} could not be fetched ({type(failure).__name__}: {failure}); try again later")


def retry_after(response: Response) -> float | None:
    """Seconds that the site wants to be left alone (RFC 9110, section 10.2.3); None when it does not say, or says nonsense.

    A date is counted from the answer's own Date, so that our clock does not matter.
    """
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if value.isdecimal():
        return float(value[:9])
    try:
        date = response.headers.get("Date") or b""
        return max(0.0, (parsedate_to_datetime(value) - parsedate_to_datetime(date.decode("latin-1"))).total_seconds())
    except (ValueError, TypeError, OverflowError):  # TypeError: one of them has no zone
        return None


def _unresolved(url: str, _: Exception) -> IngestionError:
    host = urlsplit(url).hostname or ""
    if host in refused:
        return ForbiddenAddress(str(refused[host]))
    return Unreachable(f"the name {host} does not resolve (DNS); check the URL and this machine's network")


def _late(url: str, _: Exception) -> IngestionError:
    return SiteTimeout(f"{url} did not answer in time; the site is slow or away: try again later")


def _cancelled(url: str, _: Exception) -> IngestionError:
    return TooLarge(f"{url} is larger than a page may be; raise MAX_PAGE_BYTES if that is right")


def _ignored(url: str, failure: Exception) -> IngestionError:
    if "robots.txt" in str(failure):
        return RobotsDisallowed(f"robots.txt of {urlsplit(url).netloc} forbids {url} to programs; it is not fetched")
    if "max redirections" in str(failure):
        return Unreachable(
            f"{url} redirects more than {config.settings().max_redirects} times; open it in a browser to see where to"
        )
    return Unreachable(f"{url} was not fetched: {failure}")


def _broken(url: str, failure: Exception) -> IngestionError:
    for reason in getattr(failure.__cause__, "reasons", ()):
        if isinstance(reason.value, IngestionError):
            return type(reason.value)(f"{url} {reason.value}")
    return Unreachable(f"the answer to {url} was cut off, or is no HTTP; try again later")


def _refused(_: str, failure: Forbidden) -> IngestionError:
    return failure.reason


def _status(url: str, failure: HttpError) -> IngestionError:
    status = failure.response.status
    seconds = retry_after(failure.response)
    if status == TOO_MANY_REQUESTS or seconds is not None:
        told = (
            f"and wants to be left alone for {seconds:.0f} s" if seconds is not None else "without saying for how long"
        )
        return RateLimited(f"the site says that {url} is too much for now ({status}), {told}", retry_after=seconds)
    if status in {404, 410}:
        return NotFound(f"the site says that {url} is not there ({status}); check the URL")
    if status in REFUSALS:
        return Blocked(f"the site refuses {url} ({status}); it may want a login, a slower pace, or no programs at all")
    return Unreachable(f"the site answers {url} with an error ({status}); try again later")


#: From the narrow to the wide.
REASONS: dict[type[Exception], Callable[[str, Any], IngestionError]] = {
    HttpError: _status,
    Forbidden: _refused,
    IgnoreRequest: _ignored,
    CannotResolveHostError: _unresolved,
    DownloadTimeoutError: _late,
    DownloadCancelledError: _cancelled,
    DownloadFailedError: _broken,
    ResponseDataLossError: _broken,
}
