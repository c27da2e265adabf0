"""Scrapy's register of spiders: the classes in `spiders/`, and one for each file of rules, those that come along and SPIDERS_DIR's.

Files may come, change and go while a worker runs. One that cannot be used keeps nobody from the others; it is told in the log
and in `broken`, and the site is read as the file last said, if it ever could be read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import structlog
from scrapy.settings import BaseSettings
from scrapy.spiderloader import SpiderLoader

from ingestion import rules
from ingestion.rules import RuleError
from spiders import selected
from spiders.base import NovelSpider

log = structlog.get_logger(__name__)

#: What tells a file from what it was before: when it was written, its size, and which file it is.
Stamp = tuple[int, int, int]


class SiteLoader(SpiderLoader):
    """SpiderLoader that reads the setting SPIDER_RULES_DIRS, folders of TOML files, besides SPIDER_MODULES."""

    def __init__(self, settings: BaseSettings) -> None:
        super().__init__(settings)
        self._folders: list[str | Path] = settings.getlist("SPIDER_RULES_DIRS")
        self._classes = dict(self._spiders)
        self._stamps: dict[Path, Stamp] = {}
        self._by_rules: dict[Path, type[NovelSpider]] = {}
        #: Why a file (or a whole folder) of rules cannot be used.
        self.broken: list[RuleError] = []
        self.look_again()

    def look_again(self) -> None:
        """Read the files of rules anew if one of them has come, changed or gone."""
        try:
            stamps = {path: stamp for folder in self._folders for path, stamp in sorted(_files(folder))}
        except OSError as away:
            log.error("a folder of rules cannot be read, and what it held is used on", error=str(away))
            self._stamps, self.broken = {}, [RuleError(str(away))]
            return
        if stamps != self._stamps:
            before, self._by_rules = self._by_rules, {}
            self._stamps, self._spiders, self.broken = stamps, dict(self._classes), []
            for path in stamps:
                self._take(path, before.get(path))

    def _take(self, path: Path, before: type[NovelSpider] | None) -> None:
        """Make a file's spider; of a file that cannot be used the one of `before` stays."""
        try:
            made = selected.spider(rules.read(path))
            if made.name in self._spiders:
                raise RuleError(f"{path}: there is a spider named {made.name} already; choose another name")
        except RuleError as error:
            log.error("a file of rules cannot be used", error=str(error))
            self.broken.append(error)
            if before is None or before.name in self._spiders:
                return
            made = before
        self._spiders[made.name] = self._by_rules[path] = made


def _files(folder: str | Path) -> Iterator[tuple[Path, Stamp]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".toml"):
                told = entry.stat()
                yield Path(entry.path), (told.st_mtime_ns, told.st_size, told.st_ino)
