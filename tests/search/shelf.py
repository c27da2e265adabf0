"""Novels on the shelf, indexed, and what is found among them."""

from __future__ import annotations

from dataclasses import replace

from ingestion import db, novels
from ingestion.background.kinds import INDEX
from ingestion.background.perform import perform
from ingestion.background.ringing import submit
from ingestion.items import Chapter, ChapterLink, Novel, ParsedChapter, ParsedNovel
from ingestion.search import finding, index
from ingestion.search.finding import Results
from ingestion.search.query import Wish
from tests.background.deeds import read

NOVEL = Novel(key="n1", url="https://example.org/n1", title="The Lamp on the Weir", authors=("Wilma Example",))


def shelve(*texts: str, titles: tuple[str, ...] = (), site: str = "example", **facts: object) -> int:
    """Save a novel of these chapters; its id."""
    novel = replace(NOVEL, **facts)  # type: ignore[arg-type]
    named = dict(enumerate(titles, start=1))
    chapters = tuple(
        ParsedChapter(
            link=ChapterLink(key=str(n), url=f"https://example.org/{n}", title=named.get(n, f"Part {n}")),
            position=n,
            chapter=Chapter(content=f"<p>{text}</p>"),
        )
        for n, text in enumerate(texts, start=1)
    )
    with db.transaction() as session:
        return novels.save(session, ParsedNovel(site=site, novel=novel, chapters=chapters)).novel_id


def index_all() -> int:
    """Index what is not indexed as it is; how many chapters were not."""
    with db.transaction() as session:
        stale = index.stale(session)
    tasks = [submit(INDEX, {"novel_id": novel_id}, once=str(novel_id))[0].id for novel_id in stale]
    assert {perform(task_id) for task_id in tasks} <= {"done"}
    return sum((read(task_id).result or {})["chapters"] for task_id in tasks)


def find(text: str, **wish: object) -> Results:
    with db.transaction() as session:
        return finding.find(session, Wish(text=text, **wish))  # type: ignore[arg-type]


def places(text: str, **wish: object) -> list[tuple[int, int]]:
    """The chapters that are found, best first: novel and place in it."""
    return [(chapter.novel_id, chapter.position) for chapter in find(text, **wish).chapters]


def marked(text: str, **wish: object) -> list[str]:
    """The snippets, with what was looked for in brackets."""
    return [
        "".join(f"[{part.text}]" if part.hit else part.text for part in chapter.snippet)
        for chapter in find(text, **wish).chapters
    ]
