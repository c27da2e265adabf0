"""When a stored page still answers for the site: Scrapy's cache policy, from a job's point of view."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response
from scrapy.settings import BaseSettings

from ingestion.pages import REDIRECTS
from ingestion.status import Refresh

PERMANENT_REDIRECTS = frozenset({301, 308})
STORED = REDIRECTS | {200, 404, 410}
#: RFC 9309, section 2.4: robots.txt should not be used from a cache for longer than a day.
ROBOTS_FRESHNESS = timedelta(hours=24)
#: A job that rests between its attempts trusts the index that it has seen for as long.
INDEX_FRESHNESS = timedelta(hours=24)


class Freshness:
    """Scrapy's cache policy: whether a stored page still answers for the site, as far as this job is concerned.

    What this job fetched itself is fresh, whichever of its attempts did: an index for a day. Of what was there before, a
    chapter stays fresh until the index says that it was edited since, or the job wants everything anew; an index never does.
    """

    def __init__(self, settings: BaseSettings) -> None:
        self._fresh_since = datetime.fromisoformat(settings["JOB_FRESH_SINCE"])
        self._refresh = Refresh(settings["JOB_REFRESH"])

    def should_cache_request(self, request: Request) -> bool:
        """Whatever goes over HTTP."""
        return request.url.startswith(("http://", "https://"))

    def should_cache_response(self, response: Response, request: Request) -> bool:
        """Answers that stand for a while; refusals and server errors do not."""
        return response.status in STORED

    def is_cached_response_fresh(self, cachedresponse: Response, request: Request) -> bool:
        """Whether to answer from the store. If not, a GET is made conditional (RFC 9110, section 13)."""
        fetched_at: datetime = request.meta["fetched_at"]
        if fetched_at >= self._fresh_since and not _is_old_index(request):
            return True
        if self._lasts(cachedresponse, request, fetched_at):
            return True
        for validator, condition in ((b"ETag", b"If-None-Match"), (b"Last-Modified", b"If-Modified-Since")):
            if request.method == "GET" and validator in cachedresponse.headers:
                request.headers[condition] = cachedresponse.headers[validator]
        return False

    def is_cached_response_valid(self, cachedresponse: Response, response: Response, request: Request) -> bool:
        """Whether the site's answer confirms the stored page."""
        return response.status == 304

    def _lasts(self, stored: Response, request: Request, fetched_at: datetime) -> bool:
        role = request.meta.get("role")
        if role is None and urlsplit(request.url).path == "/robots.txt":
            age: timedelta = request.meta["age"]
            return age < ROBOTS_FRESHNESS
        if self._refresh is Refresh.ALL:
            return False
        if stored.status in PERMANENT_REDIRECTS:
            return True
        edited_at = request.meta.get("edited_at")
        served = stored.status == 200 or stored.status in REDIRECTS
        return role == "chapter" and served and (edited_at is None or edited_at <= fetched_at)


def _is_old_index(request: Request) -> bool:
    age: timedelta = request.meta["age"]
    return request.meta.get("role") == "index" and age > INDEX_FRESHNESS
