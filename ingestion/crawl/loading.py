"""Scrapy's register of spiders: the classes in `spiders/`, and one for each file of rules, those that come along and SPIDERS_DIR's."""

from __future__ import annotations

from pathlib import Path

from scrapy.settings import BaseSettings
from scrapy.spiderloader import SpiderLoader

from spiders import rules, selected
from spiders.rules import RuleError


class SiteLoader(SpiderLoader):
    """SpiderLoader that reads the setting SPIDER_RULES_DIRS, folders of TOML files, besides SPIDER_MODULES. Raises RuleError."""

    def __init__(self, settings: BaseSettings) -> None:
        super().__init__(settings)
        for folder in settings.getlist("SPIDER_RULES_DIRS"):
            for path in sorted(Path(folder).glob("*.toml")):
                self._add(path)

    def _add(self, path: Path) -> None:
        read = rules.read(path)
        if read.name in self._spiders:
            raise RuleError(f"{path}: there is a spider named {read.name} already; choose another name")
        self._spiders[read.name] = selected.spider(read)
