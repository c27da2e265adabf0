"""Recorded pages and what a spider must make of them: a folder for each site in `tests/pages`, replayed without a line of code.

Beside the pages lies `expected.json`: `urls` by file, `types` (Content-Type) of the files that are not HTML in UTF-8, `forms` (the
fields) of those that answer a form, and under `novel`, `chapters` and `chapter` what these methods give for a file; what is not
said there is what it is when a spider does not say it. Of a page with several chapters, `file#fragment` is one.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag

from scrapy.http import Headers, HtmlResponse, Response
from scrapy.responsetypes import responsetypes

from ingestion.errors import IngestionError
from ingestion.items import Asked, Chapter, Form, IndexPage, Novel
from ingestion.kit.sample import Sample, chosen
from spiders.base import NovelSpider

PAGES = Path(__file__).resolve().parent.parent.parent / "tests" / "pages"
METHODS: dict[str, type[Any]] = {"novel": Novel, "chapters": IndexPage, "chapter": Chapter}
EXPECTED = "expected.json"

Respond = Callable[[str], Response]


class NotRecorded(LookupError):
    """A site has no recorded pages; the message says how to record them."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Recording:
    """One site's: URLs, content types and forms' fields by file, items by method and mark (a file, perhaps with a fragment)."""

    folder: Path
    urls: dict[str, str]
    types: dict[str, str]
    forms: dict[str, list[list[str]]]
    items: dict[str, dict[str, Any]]

    def asked(self, name: str) -> Asked:
        """How a file's page is asked for."""
        if name not in self.forms:
            return self.urls[name]
        return Form(url=self.urls[name], fields=tuple((field, value) for field, value in self.forms[name]))

    def response(self, name: str) -> Response:
        """A recorded file as if it had come from its URL just now."""
        body, url = (self.folder / name).read_bytes(), self.urls[name]
        if name not in self.types:
            return HtmlResponse(url, body=body, encoding="utf-8")
        headers = Headers({"Content-Type": self.types[name]})
        return responsetypes.from_args(headers=headers, url=url, body=body)(url, headers=headers, body=body)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What a method gave for a file when it was recorded, and what it gives now; an error is ``{"error": "kind: message"}``."""

    method: str
    mark: str
    was: Any
    now: Any


def sites() -> list[str]:
    """The sites that have recorded pages, by the names of their spiders."""
    return sorted(path.parent.name for path in PAGES.glob(f"*/{EXPECTED}"))


def load(site: str) -> Recording:
    """What is recorded of a site. Raises NotRecorded."""
    path = PAGES / site / EXPECTED
    if not path.is_file():
        raise NotRecorded(f"no page of {site} is recorded; `python cli.py spider check URL --save` records some")
    told = json.loads(path.read_text(encoding="utf-8"))
    items = {
        method: {mark: _whole(kind, item) for mark, item in told.get(method, {}).items()}
        for method, kind in METHODS.items()
    }
    types, forms = told.get("types", {}), told.get("forms", {})
    return Recording(folder=path.parent, urls=told["urls"], types=types, forms=forms, items=items)


def replay(spider: type[NovelSpider], recording: Recording, respond: Respond | None = None) -> Iterator[Reading]:
    """Every recorded item beside what the spider gives now for the same file, or for what `respond` gives in its place."""
    for method, items in recording.items.items():
        for mark, was in items.items():
            name, _, fragment = mark.partition("#")
            yield Reading(
                method=method,
                mark=mark,
                was=was,
                now=_now(spider, method, name, fragment, respond or recording.response),
            )


def _now(spider: type[NovelSpider], method: str, name: str, fragment: str, respond: Respond) -> Any:
    try:
        response = respond(name)
        part = response.replace(url=f"{response.url}#{fragment}") if fragment else response
        return plain(getattr(spider(), method)(part))
    except IngestionError as error:
        return {"error": f"{error.kind}: {error}"}


def _whole(kind: type[Any], item: dict[str, Any]) -> dict[str, Any]:
    """An item in the order of its fields, with those that a spider need not give: a recording may be older than one of them."""
    known = {field.name: field.default for field in dataclasses.fields(kind)}
    unsaid = {name: value for name, value in known.items() if value is not dataclasses.MISSING}
    whole = json.loads(json.dumps(unsaid)) | item
    return {name: whole[name] for name in known if name in whole} | item


def plain(item: Any) -> Any:
    """An item as JSON holds it."""
    return json.loads(json.dumps(dataclasses.asdict(item), default=lambda value: value.isoformat()))


# Recording --------------------------------------------------------------------------------------------------------------


def save(spider: type[NovelSpider], sample: Sample) -> Recording:
    """Write a sample's pages, and what they give now, beside what is recorded of the site. A page's newer look replaces it."""
    path = PAGES / spider.name / EXPECTED
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = load(spider.name) if path.is_file() else None
    recording = kept or Recording(folder=path.parent, urls={}, types={}, forms={}, items={name: {} for name in METHODS})
    novel, which = sample.novel(spider), _which(recording, sample)
    for number, (asked, page) in enumerate(sample.index.items(), start=1):
        name = _write(recording, f"{which}index" if number == 1 else f"{which}index-{number}", asked, page)
        for method in ("novel", "chapters") if number == 1 else ("chapters",):
            recording.items[method][name] = _now(spider, method, name, "", recording.response)
    for chapter in chosen(novel):
        url, fragment = urldefrag(chapter.link.url)
        name = _write(recording, f"{which}chapter-{chapter.position}", url, sample.index.get(url) or sample.pages[url])
        mark = f"{name}#{fragment}" if fragment else name
        recording.items["chapter"][mark] = _now(spider, "chapter", name, fragment, recording.response)
    _write_down(recording)
    return recording


def accept(recording: Recording, readings: Iterable[Reading]) -> list[Reading]:
    """Let these be what is expected from now on; those of them that are errors, which are never."""
    refused = []
    for reading in readings:
        if "error" in reading.now:
            refused.append(reading)
        else:
            recording.items[reading.method][reading.mark] = reading.now
    _write_down(recording)
    return refused


def _write_down(recording: Recording) -> None:
    told = {"urls": recording.urls, "types": recording.types, "forms": recording.forms} | recording.items
    path = recording.folder / EXPECTED
    path.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _which(recording: Recording, sample: Sample) -> str:
    """What the names of a novel's files begin with: nothing for the first novel of the site, a number for others."""
    first = next(iter(sample.index.values())).url
    known = next((name for name in recording.items["novel"] if recording.urls[name] == first), None)
    if known is not None:
        return known.rpartition("index")[0]
    return f"{len(recording.items['novel']) + 1}-" if recording.items["novel"] else ""


def _write(recording: Recording, stem: str, asked: Asked, page: Response) -> str:
    """Keep the page; the name of its file, which is the one that it has already or else a free one."""
    again: Asked = Form(url=page.url, fields=asked.fields) if isinstance(asked, Form) else page.url
    known = next((name for name in recording.urls if recording.asked(name) == again), None)
    kind = (page.headers.get("Content-Type") or b"text/html").decode("latin-1")
    suffix = next((suffix for suffix in ("json", "xhtml", "xml") if suffix in kind), "html")
    tries = (f"{stem}{'' if number == 1 else f'-{number}'}.{suffix}" for number in count(1))
    name = known or next(name for name in tries if name not in recording.urls)
    (recording.folder / name).write_bytes(page.body)
    recording.urls[name] = page.url
    if isinstance(again, Form):
        recording.forms[name] = [list(field) for field in again.fields]
    if suffix != "html" or getattr(page, "encoding", None) != "utf-8":
        recording.types[name] = kind
    return name
