"""Files of rules that come, change and go while a worker runs, and one that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest
from scrapy.settings import Settings

from ingestion import crawl
from ingestion.crawl.loading import SiteLoader
from ingestion.crawl.settings import SETTINGS
from ingestion.status import JobStatus
from tests.commandline import run
from tests.conftest import configure
from tests.library import novel
from tests.processes import ended, post, working
from tests.sites.web import Site
from tests.spiders.test_selected import RULES, render


@pytest.fixture
def loader(tmp_path: Path) -> SiteLoader:
    """Reads `a.toml`, a good file, and whatever else comes into the folder."""
    write(tmp_path, "a.toml")
    return SiteLoader(Settings(SETTINGS | {"SPIDER_RULES_DIRS": [tmp_path]}))


def write(folder: Path, name: str, **change: str) -> None:
    text = RULES
    for old, new in change.items():
        text = text.replace(old, new)
    (folder / name).write_text(text)


def by_rules(loader: SiteLoader) -> dict[str, str]:
    """The spiders that are made of files, with the selector of their text."""
    found = [loader.load(name) for name in loader.list()]
    return {spider.name: spider.rules.content for spider in found if hasattr(spider, "rules")}


def test_a_file_is_seen_that_comes_that_changes_and_that_goes(loader: SiteLoader, tmp_path: Path):
    seen = [by_rules(loader)]
    write(tmp_path, "b.toml", lanternpress="inkpress")
    loader.look_again()
    seen.append(by_rules(loader))
    write(tmp_path, "a.toml", reading="prose")
    (tmp_path / "b.toml").unlink()
    loader.look_again()
    seen.append(by_rules(loader))

    old, new = "div.reading", "div.prose"
    assert seen == [{"lanternpress": old}, {"lanternpress": old, "inkpress": old}, {"lanternpress": new}]


def test_nothing_is_read_again_while_nothing_changes(loader: SiteLoader, monkeypatch: pytest.MonkeyPatch):
    before = loader.load("lanternpress")
    loader.look_again()

    assert loader.load("lanternpress") is before


def test_of_a_file_that_was_broken_the_last_good_reading_stays_until_it_is_mended(loader: SiteLoader, tmp_path: Path):
    write(tmp_path, "a.toml", content="contents")
    write(tmp_path, "b.toml", lanternpress="inkpress")
    loader.look_again()

    assert set(by_rules(loader)) == {"lanternpress", "inkpress"}
    assert "a.toml: unknown key contents" in str(loader.broken[0])
    write(tmp_path, "a.toml", reading="prose")
    loader.look_again()
    assert (by_rules(loader)["lanternpress"], loader.broken) == ("div.prose", [])


def test_of_two_files_with_one_name_the_second_is_broken(loader: SiteLoader, tmp_path: Path):
    write(tmp_path, "b.toml", reading="prose")
    loader.look_again()

    assert by_rules(loader) == {"lanternpress": "div.reading"}
    assert "b.toml: there is a spider named lanternpress already" in str(loader.broken[0])


def test_a_folder_that_is_away_takes_no_spider_with_it(loader: SiteLoader, tmp_path: Path):
    tmp_path.rename(tmp_path.with_name("away"))
    loader.look_again()

    assert (set(by_rules(loader)), len(loader.broken)) == ({"lanternpress"}, 1)
    tmp_path.with_name("away").rename(tmp_path)
    loader.look_again()
    assert (set(by_rules(loader)), loader.broken) == ({"lanternpress"}, [])


def test_a_file_that_cannot_be_used_is_listed_and_the_other_spiders_work(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write(tmp_path, "a.toml", content="contents")
    configure(monkeypatch, SPIDERS_DIR=str(tmp_path))

    assert "cannot be used: " in (told := run("spiders").stdout)
    assert "unknown key contents" in told
    assert crawl.spider_named("royalroad").name == "royalroad"


def test_a_running_worker_reads_the_next_job_by_a_file_that_came_meanwhile_whatever_else_is_broken(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with Site(render(novel())) as site:
        ours = {"SPIDERS_DIR": str(tmp_path), "SITE_ALIASES": f"{site.netloc}=lanternpress"}
        configure(monkeypatch, **ours)
        with working(**ours):
            first = ended(post(f"{site.url}/book/weir"))
            write(tmp_path, "a.toml")
            write(tmp_path, "b.toml", content="contents")
            second = ended(post(f"{site.url}/book/weir"))

    assert (first.status, second.status, second.site) == (JobStatus.ERROR, JobStatus.DONE, "lanternpress")
    assert second.chapters_saved == len(novel().chapters)
