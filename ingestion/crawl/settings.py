"""Scrapy's settings for a crawl: what is in the chain between spider and network, and nothing that is not needed there."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import urlsplit

from scrapy.settings import Settings

from ingestion import config
from ingestion.crawl.loading import SiteLoader
from ingestion.errors import RobotsDisallowed
from ingestion.models import Job
from spiders import hidden
from spiders.base import NovelSpider
from spiders.selected import THEMES

SETTINGS: dict[str, Any] = {
    "SPIDER_MODULES": ["spiders"],
    "SPIDER_LOADER_CLASS": "ingestion.crawl.loading.SiteLoader",
    "SPIDER_LOADER_WARN_ONLY": False,
    # It is for who writes a spider, and costs each child the reading of the spider's source.
    "WARN_ON_GENERATOR_RETURN_VALUE": False,
    "ROBOTSTXT_OBEY": True,
    "TWISTED_DNS_RESOLVER": "ingestion.crawl.dialling.GuardedResolver",
    "STATS_DUMP": False,
    "DOWNLOAD_WARNSIZE": 0,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    # Scrapy makes so many tasks for each response, and its own hundred are for items, of which there are none.
    "CONCURRENT_ITEMS": 4,
    # In the order of the index, as a reader would.
    "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",
    # Only a job has a page store: what is tried out at a site fills nobody's library.
    "HTTPCACHE_ENABLED": False,
    "HTTPCACHE_STORAGE": "ingestion.crawl.storing.PageStore",
    "HTTPCACHE_POLICY": "ingestion.freshness.Freshness",
    "DOWNLOAD_HANDLERS_BASE": dict.fromkeys(("http", "https"), "ingestion.crawl.answers.MeasuredDownloadHandler"),
    "EXTENSIONS_BASE": {"scrapy.extensions.corestats.CoreStats": 0, "ingestion.crawl.counting.Counting": 0},
    # Neither the depth of a request, which nothing here goes by, nor a longest URL, which would leave a chapter out without a word.
    "SPIDER_MIDDLEWARES_BASE": {
        "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": 50,
        "scrapy.spidermiddlewares.referer.RefererMiddleware": 700,
    },
    # The whole list instead of Scrapy's own, from the spider down to the network. Not in it: the proxy (it would dial
    # addresses that the guard never sees) and the cookie jar (it asks a list of public suffixes on the internet).
    "DOWNLOADER_MIDDLEWARES_BASE": {
        "ingestion.crawl.dialling.GuardMiddleware": 10,
        "ingestion.crawl.robots.RobotsMiddleware": 100,
        "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
        "ingestion.crawl.adult.AdultMiddleware": 390,
        "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
        "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
        "ingestion.crawl.retrying.PageRetryMiddleware": 550,
        "ingestion.crawl.dialling.GuardedRedirectMiddleware": 600,
        "ingestion.crawl.storing.PageStoreMiddleware": 900,
        # Below the store, so that what is stored is the page and not its transfer form, and no page that does harm.
        "ingestion.crawl.limits.LimitsMiddleware": 902,
        "ingestion.crawl.limits.UnpackingMiddleware": 905,
        "ingestion.crawl.pacing.PaceMiddleware": 910,
        # The last, so that it counts what really goes through the network.
        "scrapy.downloadermiddlewares.stats.DownloaderStats": 920,
    },
}


def chosen() -> dict[str, Any]:
    """The settings above, with those that are the operator's."""
    ours = config.settings()
    return SETTINGS | {
        "SPIDER_RULES_DIRS": [THEMES, ours.spiders_dir] if ours.spiders_dir else [THEMES],
        "PACE_SECONDS": ours.pace_seconds,
        # Where no site is known yet (Scrapy's own commands), a spider's wish is heard when it is made.
        "PACE_OF_SPIDER": True,
        "USER_AGENT": ours.user_agent,
        "DOWNLOAD_TIMEOUT": ours.download_timeout,
        "DOWNLOAD_MAXSIZE": ours.max_page_bytes,
        "REDIRECT_MAX_TIMES": ours.max_redirects,
        "PAGE_MAX_TAGS": ours.max_page_tags,
        "PAGE_MAX_DEPTH": ours.max_page_depth,
        "RETRY_TIMES": ours.page_retries,
        "PAGE_RETRY_SECONDS": ours.page_retry_seconds,
        # One connection: a site that is slower than the pace is not asked for a second page meanwhile.
        "CONCURRENT_REQUESTS": 1 if ours.pace_seconds or ours.site_pace else 16,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
    }


def base() -> Settings:
    """Scrapy's settings for whatever fetches pages, of no site in particular."""
    return Settings(chosen())


def pace_of(spider: type[NovelSpider], host: str = "") -> float:
    """Seconds between two requests to a host: what SITE_PACE says of it or its spider, else the slower of PACE_SECONDS and the spider's own."""
    ours = config.settings()
    told = ours.site_pace.get(host, ours.site_pace.get(spider.name))
    if told is not None or not ours.pace_seconds:
        return told or 0.0
    return max(ours.pace_seconds, spider.pace)


def for_site(spider: type[NovelSpider], url: str) -> dict[str, Any]:
    """The settings for the spider's site, which `url` belongs to: with its own pace, and the answer to its question of age."""
    return chosen() | {
        # A crawl is given its spider, and looks for no other.
        "SPIDER_LOADER_CLASS": "scrapy.spiderloader.DummySpiderLoader",
        "PACE_SECONDS": pace_of(spider, urlsplit(url).netloc),
        "PACE_OF_SPIDER": False,
        "SITE_NAME": spider.name,
        "ADULT_COOKIES": dict(spider.adult_cookies) if config.settings().adult_pages else {},
        "SITE_HOSTS": [urlsplit(spider.index_url(url)).netloc, *spider.allowed_domains],
    }


def refuse_off(spider: type[NovelSpider]) -> None:
    """Raise RobotsDisallowed where the site is not read unless the operator says so, with the reason and what to do."""
    if spider.off and spider.name not in config.settings().spiders_on:
        raise RobotsDisallowed(
            f"the spider {spider.name} is off: {spider.off}. SPIDERS_ON={spider.name} switches it on, and robots.txt is obeyed all the same"
        )


def for_job(job: Job, spider: type[NovelSpider]) -> Settings:
    """Scrapy's settings for one job, which has the page store and says what of it is fresh."""
    stored = {"JOB_FRESH_SINCE": job.fresh_since.isoformat(), "JOB_REFRESH": job.refresh.value}
    return Settings(for_site(spider, job.canonical_url) | stored | {"HTTPCACHE_ENABLED": True})


@cache
def loader() -> SiteLoader:
    """Scrapy's register of our spiders, as it was when it was last asked to look again."""
    hidden.Wish.kept = config.settings().keep_hidden
    return SiteLoader.from_settings(base())
