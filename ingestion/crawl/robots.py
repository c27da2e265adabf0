"""robots.txt as RFC 9309 reads it: no such file means no rules, a file that cannot be had means that nothing may be fetched for now."""

from __future__ import annotations

from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from sqlalchemy.exc import SQLAlchemyError

from ingestion.crawl.dialling import Forbidden
from ingestion.crawl.reasons import TOO_MANY_REQUESTS, explain, retry_after
from ingestion.errors import IngestionError, LeaseLost, RateLimited, RobotsDisallowed, Unreachable

LONGEST_BYTES = 500 * 1024
#: Lines of a file that is searched for the rule to tell, and rules that are tried: the search takes the one times the other.
SEARCHED_LINES = 2000
TRIED_RULES = 20
UNNAMED = "its rules"


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's own, but a page that is forbidden, or whose robots.txt cannot be had, fails with the reason."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._away: dict[str, Exception] = {}
        self._texts: dict[str, str] = {}

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The host's rules, or None when it has none. Raises Forbidden, and what kept the page store from being read."""
        rules = await super().robot_parser(request)
        if (away := self._away.get(urlsplit(request.url).netloc)) is not None:
            raise away
        return rules

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Let the request pass, or raise Forbidden with the rule that is against it."""
        if rp is not None and not rp.allowed(request.url, self._default_useragent):
            netloc = urlsplit(request.url).netloc
            rule = rule_against(self._texts[netloc], request.url, self._default_useragent)
            told = f"robots.txt of {netloc} forbids {request.url} to programs ({rule}); it is not fetched"
            raise Forbidden(RobotsDisallowed(told))

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        """RFC 9309, sections 2.3.1 and 2.5: a client error means that there are no rules, a server error that all is disallowed.

        Of a long file the beginning counts.
        """
        if response.status == TOO_MANY_REQUESTS or response.status >= 500:
            self._robots_error(_unavailable(response), netloc)
        else:
            found = response.replace(body=response.body[:LONGEST_BYTES] if response.status < 400 else b"")
            self._texts[netloc] = found.body.decode(errors="replace")
            await super()._parse_robots(found, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        ours = isinstance(exc, LeaseLost | SQLAlchemyError | Forbidden)
        self._away[netloc] = exc if ours else Forbidden(_reason(exc, netloc))
        super()._robots_error(exc, netloc)


def rule_against(rules: str, url: str, agent: str) -> str:
    """The line of a robots.txt that forbids a URL to an agent: the longest of those that match (RFC 9309, section 2.2.2).

    Of a file so long that the search would take seconds for each page, "its rules".
    """
    lines = rules.splitlines()
    if len(lines) > SEARCHED_LINES:
        return UNNAMED
    disallowed = [n for n, line in enumerate(lines) if line.lstrip().lower().startswith("disallow")]
    matching = {n for n in disallowed if not Protego.parse(f"User-agent: *\n{lines[n]}").can_fetch(url, "*")}

    def is_ours(number: int) -> bool:
        """Whether it forbids without the others: it stands in a group that speaks to the agent."""
        kept = (line for n, line in enumerate(lines) if n == number or n not in matching)
        return not Protego.parse("\n".join(kept)).can_fetch(url, agent)

    longest = sorted(matching, key=lambda number: len(lines[number].strip()), reverse=True)[:TRIED_RULES]
    return next((lines[number].strip() for number in longest if is_ours(number)), UNNAMED)


def _reason(exc: Exception, netloc: str) -> IngestionError:
    return exc if isinstance(exc, IngestionError) else explain(Request(f"https://{netloc}/robots.txt"), exc)


def _unavailable(response: Response) -> IngestionError:
    told = f"{response.url} answers with an error ({response.status}), so nothing may be fetched from its site for now"
    seconds = retry_after(response)
    if response.status == TOO_MANY_REQUESTS or seconds is not None:
        return RateLimited(told, retry_after=seconds)
    return Unreachable(told)
