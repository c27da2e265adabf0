"""Scrapy's settings for the plain spider: its own, with as many requests at once as a crawl of ours without a pace has."""

BOT_NAME = "bare"
SPIDER_MODULES = ["benchmarks.bare.spider"]
CONCURRENT_REQUESTS = CONCURRENT_REQUESTS_PER_DOMAIN = 16
DOWNLOAD_DELAY = 0
ROBOTSTXT_OBEY = False
LOG_LEVEL = "WARNING"
