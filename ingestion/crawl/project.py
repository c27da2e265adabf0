"""What `scrapy.cfg` names: the settings for Scrapy's own commands (`list`, `shell`, `parse`, `check`).

They have no job, so there is no page store and no database. Guard, robots.txt, pace and retries are those of a crawl.
"""

from __future__ import annotations

from ingestion.crawl import settings

globals().update(settings.chosen())
