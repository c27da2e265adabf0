"""Novels on a loopback site whose authors go on writing while they are read, and a log of every answer."""

from __future__ import annotations

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from ingestion import sanitize
from tests.chaos.moods import CALM, Mood, mood
from tests.chaos.records import Served
from tests.sites import plain
from tests.sites.samples import SampleChapter, SampleNovel, make_novel, prose
from tests.sites.web import Hit, Page, Site

FEWEST = 6
_VERSION = re.compile(rb"<!-- version (\d+) -->")


def version_of(body: bytes) -> int | None:
    """What a page of this site says of itself; None when it is another page."""
    found = _VERSION.search(body)
    return int(found[1]) if found else None


def words(fragment: str) -> str:
    """The words of a piece of HTML, single spaces between them."""
    return " ".join(sanitize.text(fragment).split())


class Shelf:
    """The novels of one site, each in a folder of its own: `/0/index.html`, `/0/chapters/….html`, `/1/…`."""

    def __init__(self, site: Site, *, seed: int, chapters: tuple[int, ...], patience: float) -> None:
        self._site, self._seed, self._patience = site, seed, patience
        self._lock = threading.Lock()
        self._versions: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()
        self._pages: dict[str, tuple[Page, str, tuple[str, ...]]] = {}
        self.served: list[Served] = []
        self.failing_until: dict[str, float] = {}
        self.stormy = True
        self._novels = [
            make_novel(count, f"The Ferry in Winter {n}", seed=seed % 1000 + n) for n, count in enumerate(chapters)
        ]
        for number in range(len(chapters)):
            self._publish(number)

    def index(self, number: int) -> str:
        """The URL of a novel's index."""
        return f"{self._site.url}/{number}/index.html"

    def first_chapter(self, number: int) -> str:
        """Another URL of the same novel."""
        return f"{self._site.url}/{number}/chapters/{self._novels[number].chapters[0].key}.html"

    def change(self, number: int, kind: str, seed: int) -> None:
        """Let the author do something; the first chapter keeps its place, since people have linked to it."""
        self._novels[number] = CHANGES[kind](self._novels[number], random.Random(seed))
        self._publish(number)

    def fail(self, number: int, seconds: float) -> None:
        """Answer 503 for a while, whatever of the novel is asked for."""
        self.failing_until[f"/{number}/"] = time.time() + seconds

    def calm(self) -> None:
        """No more slow, failing or broken answers."""
        self.stormy = False

    def _publish(self, number: int) -> None:
        novel, folder = self._novels[number], f"/{number}"
        rendered = plain.render(novel)
        texts = {f"{folder}/chapters/{c.key}.html": words(c.content) for c in novel.chapters}
        listed = {f"{folder}/index.html": tuple(texts)}
        with self._lock:
            for path in [known for known in self._pages if known.startswith(f"{folder}/") and known not in texts]:
                del self._pages[path]
            for path, page in ((folder + below, page) for below, page in rendered.items()):
                self._put(path, page, texts.get(path, ""), listed.get(path, ()))

    def _put(self, path: str, page: Page, text: str, listed: tuple[str, ...]) -> None:
        """Number the page's versions: it gets a new one when what it says is new."""
        self._site.pages.setdefault(path, partial(self._answer, path))
        self._pages[path] = page, text, listed
        digest = f"{path} {page.tag}"
        if not self._versions[digest]:
            self._versions[path] += 1
            self._versions[digest] = self._versions[path]

    def _answer(self, path: str, hit: Hit) -> Page:
        with self._lock:
            self._asked[path] += 1
            how = self._mood(path)
            found = self._pages.get(path)
            page, text, listed = found or (Page("taken down", status=404), "", ())
            version = self._versions[f"{path} {page.tag}"]
            if found:
                page = replace(page, body=f"{page.content.decode()}<!-- version {version} -->")
            page = how.applied(page)
            status = 304 if page.etag and page.tag in hit.headers.get("if-none-match", "") else page.status
            self.served.append(
                Served(
                    path=path,
                    at=time.time() + page.delay,
                    status=status,
                    whole=how.whole or status == 503,
                    late=how.late,
                    version=version,
                    text=text,
                    listed=listed,
                )
            )
        return page

    def _mood(self, path: str) -> Mood:
        if not self.stormy:
            return CALM
        if self.failing_until.get(f"/{path.split('/')[1]}/", 0) > time.time():
            return Mood(kind="failing", delay=CALM.delay)
        return mood(self._seed, path, self._asked[path], patience=self._patience)


def _edited(novel: SampleNovel, chance: random.Random) -> SampleNovel:
    chapter = chance.choice(novel.chapters)
    return novel.rewriting(chapter.key, f"{chapter.content}\n<p>{' '.join(prose(chance, 2))}</p>")


def _inserted(novel: SampleNovel, chance: random.Random) -> SampleNovel:
    model, key = chance.choice(novel.chapters), str(chance.randrange(10**6, 10**7))
    content = "\n".join(f"<p>{text}</p>" for text in prose(chance, 8))
    new: SampleChapter = replace(model, key=key, title=f"An Interlude, {key}", content=content)
    return novel.inserting(new, chance.randint(1, len(novel.chapters)))


def _moved(novel: SampleNovel, chance: random.Random) -> SampleNovel:
    chapter = chance.choice(novel.chapters[1:])
    return novel.without(chapter.key).inserting(chapter, chance.randint(1, len(novel.chapters) - 1))


def _cut_down(novel: SampleNovel, chance: random.Random) -> SampleNovel:
    return novel if len(novel.chapters) <= FEWEST else novel.without(chance.choice(novel.chapters[1:]).key)


CHANGES: Mapping[str, Callable[[SampleNovel, random.Random], SampleNovel]] = {
    "edit": _edited,
    "insert": _inserted,
    "move": _moved,
    "remove": _cut_down,
}
