"""Commands about spiders: begin one, look at what it makes of a site, replay its recorded pages, see what has changed since."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingestion.commands import output, reading
from ingestion.commands.found import show

if TYPE_CHECKING:
    from ingestion.kit.sample import Sample
    from spiders.base import NovelSpider


def new(
    host: Annotated[str, typer.Argument(help="The site's host, as its URLs spell it.")],
    name: Annotated[str | None, typer.Option(help="The spider's name; else it is taken from the host.")] = None,
) -> None:
    """Begin a spider for a site: its module and its test, to be filled in.

    Example: python cli.py spider new lanternpress.example
    """
    from ingestion.kit import skeleton

    try:
        module, test = skeleton.begin(host, name)
    except skeleton.NotBegun as reason:
        raise SystemExit(str(reason)) from None
    output.say(
        f"written: {module} and {test}",
        "1. put the site's selectors into it; `scrapy shell URL` shows what they find",
        "2. python cli.py spider check URL shows what it makes of a novel",
        "3. python cli.py spider check URL --save keeps the pages as its regression test",
        f"4. python cli.py spider test {module.stem} replays them, as `make test` does",
    )


def check(
    url: Annotated[str, typer.Argument(help="A novel's page, as for `ingest`.")],
    save: Annotated[bool, typer.Option("--save", help="Record the pages in tests/pages, with what they give.")] = False,
    rules: output.Rules = None,
) -> None:
    """Show what a site's spider makes of a novel: its index, and the first, second, middle and last chapter. Nothing is ingested.

    The exit code is 1 when something looks wrong.

    Example: python cli.py spider check https://www.royalroad.com/fiction/21220
    """
    from ingestion.kit import findings, sample

    url = _canonical(url)
    spider = _for_url(url, rules)
    with reading.explained(spider):
        seen = sample.take(spider, url)
        found = findings.found(spider, seen)
    show(dataclasses.asdict(found))
    if save:
        _record(spider, seen, whole=bool(found.looked_at) and all(chapter.readable for chapter in found.looked_at))
    if found.looks_wrong:
        raise SystemExit(1)


def replay(
    site: Annotated[str | None, typer.Argument(help="Only this spider.")] = None,
    rules: output.Rules = None,
    accept: Annotated[bool, typer.Option("--accept", help="Expect what is read now, unless it is an error.")] = False,
) -> None:
    """Replay the recorded pages of every site, or of one, and show what reads differently. The exit code is 1 if anything does.

    Example: python cli.py spider test royalroad
    """
    from ingestion.kit import differences, recording

    differs = False
    for name in [site] if site else recording.sites():
        spider = _named(name, rules)
        with reading.explained(spider):
            readings = list(recording.replay(spider, recorded := _recorded(name)))
        other = [one for one in readings if one.was != one.now]
        refused = recording.accept(recorded, other) if accept else other
        differs = differs or bool(refused)
        output.out.print(f"{name}: {len(readings)} readings, {len(other)} of them differ", highlight=False)
        for one in other:
            _tell(f"{one.method} of {one.mark}", differences.told(one.was, one.now))
        if accept and len(refused) < len(other):
            output.say(f"  expected from now on: {len(other) - len(refused)} of them")
    if differs:
        raise SystemExit(1)


def diff(site: Annotated[str, typer.Argument(help="The spider's name.")], rules: output.Rules = None) -> None:
    """Ask for a site's recorded pages again, and show what reads differently now. The exit code is 1 when something broke.

    Example: python cli.py spider diff royalroad
    """
    from ingestion.kit import drift

    spider = _named(site, rules)
    with reading.explained(spider):
        drifts = drift.look(spider, _recorded(site))
    for one in drifts:
        state = "broken" if one.broken else "changed" if one.changed else "the same"
        _tell(f"{one.of}: {state}", [*one.broken, *(line for line in one.changed if line not in one.broken)])
    if any(one.broken for one in drifts):
        raise SystemExit(1)


def _canonical(url: str) -> str:
    from ingestion import urls

    try:
        return urls.canonical(url)
    except urls.UnusableURL as reason:
        raise SystemExit(str(reason)) from None


def _by_rules(rules: Path) -> type[NovelSpider]:
    from ingestion.rules import RuleError, read
    from spiders import selected

    try:
        return selected.spider(read(rules))
    except RuleError as reason:
        raise SystemExit(str(reason)) from None


def _for_url(url: str, rules: Path | None) -> type[NovelSpider]:
    from ingestion import crawl
    from ingestion.errors import UnsupportedSite

    try:
        return _by_rules(rules) if rules else crawl.spider_for(url)
    except UnsupportedSite as reason:
        raise SystemExit(str(reason)) from None


def _named(name: str, rules: Path | None) -> type[NovelSpider]:
    from ingestion import crawl

    try:
        return _by_rules(rules) if rules else crawl.spider_named(name)
    except KeyError:
        raise SystemExit(f"there is no spider named {name}; `python cli.py spiders` lists them") from None


def _recorded(site: str) -> Any:
    from ingestion.kit import recording

    try:
        return recording.load(site)
    except recording.NotRecorded as reason:
        raise SystemExit(str(reason)) from None


def _record(spider: type[NovelSpider], seen: Sample, *, whole: bool) -> None:
    from ingestion.kit import recording

    if not whole:
        raise SystemExit("nothing is recorded: not all of it could be read")
    kept = recording.save(spider, seen)
    output.say(f"recorded in {kept.folder}: {', '.join(sorted(kept.urls))}")


def _tell(head: str, lines: list[str]) -> None:
    output.say(f"  {head}", *(f"    {line}" for line in lines))
