"""How a site has drifted from its recorded pages: each is asked for again, and laid beside what was recorded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from scrapy.http import Response

from ingestion.crawl import errand
from ingestion.crawl.errand import Get
from ingestion.errors import IngestionError
from ingestion.items import Asked
from ingestion.kit import differences, recording
from ingestion.kit.recording import Recording
from spiders import asking
from spiders.base import NovelSpider
from spiders.fragments import tree
from spiders.selected import SelectedSpider

#: The selectors that each method of a spider by rules goes by. What `remove` takes away may well be gone one day.
SELECTORS = {
    "novel": ("title", "author", "description", "cover", "tags", "status"),
    "chapters": ("chapters", "volume", "next_page", "chapters_at"),
    "chapter": ("content",),
}
Fetched = dict[Asked, Response | IngestionError]


@dataclass(frozen=True, kw_only=True, slots=True)
class Drift:
    """What one method makes of a page now: what of it broke, and what reads differently. Both may be empty."""

    of: str
    broken: list[str]
    changed: list[str]


def look(spider: type[NovelSpider], recorded: Recording) -> list[Drift]:
    """Ask for every recorded page again, each once, and read it. Raises RobotsDisallowed when the spider is off."""
    any_url = next(iter(recorded.urls.values()))
    return compare(spider, recorded, errand.run(spider, any_url, partial(_fetch, recorded)))


def compare(spider: type[NovelSpider], recorded: Recording, fetched: Fetched) -> list[Drift]:
    """The drift of each recorded item, given what is answered now. Pure."""

    def respond(name: str) -> Response:
        answer = fetched[recorded.asked(name)]
        if isinstance(answer, IngestionError):
            raise answer
        return answer

    drifts = []
    for reading in recording.replay(spider, recorded, respond):
        selectors = _unmatched(spider, recorded, reading.method, reading.mark.partition("#")[0], fetched)
        lost = differences.lost(reading.was, reading.now)
        told = differences.told(reading.was, reading.now)
        drifts.append(Drift(of=f"{reading.method} of {reading.mark}", broken=lost + selectors, changed=told))
    return drifts


async def _fetch(recorded: Recording, get: Get) -> Fetched:
    used = {mark.partition("#")[0] for items in recorded.items.values() for mark in items}
    fetched: Fetched = {}
    for asked in dict.fromkeys(recorded.asked(name) for name in recorded.urls if name in used):
        try:
            fetched[asked] = await get(asking.request(asked))
        except IngestionError as reason:
            fetched[asked] = reason
    return fetched


def _unmatched(spider: type[NovelSpider], recorded: Recording, method: str, name: str, fetched: Fetched) -> list[str]:
    """Of a spider that is a file of selectors, those that matched when the page was recorded and match nothing now."""
    now = fetched[recorded.asked(name)]
    if not issubclass(spider, SelectedSpider) or isinstance(now, IngestionError) or now.status != 200:
        return []
    before, after = tree(recorded.response(name)), tree(now)
    rules = {selector: getattr(spider.rules, selector) for selector in SELECTORS[method]}
    return [
        f"`{selector}` ({rule}) matches nothing any more"
        for selector, rule in rules.items()
        if rule and before.css(rule) and not after.css(rule)
    ]
