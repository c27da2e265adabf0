"""Scrapy's register of spiders: the classes in `spiders/`, and one for each file of rules in SPIDERS_DIR."""

from __future__ import annotations

from pathlib import Path

from scrapy.settings import BaseSettings
from scrapy.spiderloader import SpiderLoader

from spiders import selected
from spiders.selected import RuleError


class SiteLoader(SpiderLoader):
    """SpiderLoader that reads the setting SPIDER_RULES_DIR, a folder of TOML files, besides SPIDER_MODULES. Raises RuleError."""

    def __init__(self, settings: BaseSettings) -> None:
        super().__init__(settings)
        folder = settings["SPIDER_RULES_DIR"]
        for path in sorted(Path(folder).glob("*.toml")) if folder else ():
            self._add(path)

    def _add(self, path: Path) -> None:
        rules = selected.read(path)
        if rules.name in self._spiders:
            raise RuleError(f"{path}: there is a spider named {rules.name} already; choose another name")
        self._spiders[rules.name] = selected.spider(rules)
