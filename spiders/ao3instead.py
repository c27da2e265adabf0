"""What the Archive of Our Own shows instead of a work: its refusals and errors come with status 200, each in its own words."""

from __future__ import annotations

from parsel import Selector
from scrapy.http import Response

from ingestion.errors import Blocked, IngestionError, Locked, NotFound, RateLimited, Unreachable, UnsupportedSite
from spiders.challenge import refuse

#: What stands on a page without a work, what it means, and what is said of its URL; the first that holds.
_SIGNS: tuple[tuple[str, type[IngestionError], str], ...] = (
    ('//*[@id="signin" or has-class("sessions-new")]', Locked, "is only for registered users, and we do not log in"),
    ('//p[has-class("caution")]', Blocked, "asks about adult content though told yes: the site changed its gate"),
    ('//*[has-class("notice")][contains(., "revealed")]', Blocked, "is not revealed yet: try again when it is"),
    ("//body[starts-with(normalize-space(), 'Retry later')]", RateLimited, "answered “Retry later”: wait some minutes"),
    ("//*[normalize-space()='Error 429']", RateLimited, "answered “Error 429”, too many requests: wait some minutes"),
    ("//*[normalize-space()='Error 404']", NotFound, "is not in the Archive: it was deleted, or the URL is wrong"),
    ('//*[self::title or self::h2][contains(., "Error ")]', Unreachable, "is an error page for now: try again later"),
)


def of_work(response: Response, page: Selector) -> IngestionError:
    """What a page without a work says; it may also be a challenge, which is raised, or just some other page."""
    for sign, error, told in _SIGNS:
        if page.xpath(sign):
            return error(f"{response.url} {told}")
    refuse(response)
    return UnsupportedSite(
        f"{response.url} is no page of a work or a series: give a URL of the form /works/<number> or /series/<number>"
    )
