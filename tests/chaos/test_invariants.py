"""The checker itself: it accepts a clean record, and finds each thing that can be wrong with one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ingestion.status import JobStatus, Refresh
from tests.chaos.examples import CLEAN, INDEX, ONE, TWO, WALK, answer, chapter, events, job, stored, walk
from tests.chaos.invariants import INVARIANTS, violations
from tests.chaos.records import ChapterRecord, Disturbance, NovelRecord, Seen

EDITED = answer(ONE, 101.8, version=2, text="edited")
INTERRUPTED = events(
    (0, JobStatus.QUEUED), (1, JobStatus.CRAWLING), (1, JobStatus.QUEUED), *((2, status) for status in WALK[1:])
)


def shelf(*rows: ChapterRecord) -> dict[str, Any]:
    return {"chapters": rows}


BROKEN: dict[str, tuple[str, dict[str, Any]]] = {
    "a job still runs": ("unfinished", {"jobs": (job(status=JobStatus.SAVING),), "events": events(*walk()[:-1])}),
    "an accepted job is not there": ("unfinished", {"accepted": frozenset({1, 2})}),
    "an error says nothing": ("dishonest", {"jobs": (job(status=JobStatus.ERROR, error_kind="crash"),)}),
    "an error blames the site": (
        "dishonest",
        {"jobs": (job(status=JobStatus.ERROR, error_kind="not_found", error_message="gone"),)},
    ),
    "an error was the end of it": (
        "abandoned",
        {"jobs": (job(status=JobStatus.ERROR, error_kind="crash", error_message="died"),)},
    ),
    "a timeline has no beginning": ("illegal", {"events": events(*walk()[1:])}),
    "a stage is left out": ("illegal", {"events": events(*walk()[:3], (1, JobStatus.DONE))}),
    "the row is behind its events": ("illegal", {"events": events(*walk()[:-1])}),
    "an attempt is left out": ("fenced", {"events": events((0, JobStatus.QUEUED), *walk(attempt=2)[1:])}),
    "an attempt is claimed twice": (
        "fenced",
        {"events": events(*walk()[:2], (1, JobStatus.QUEUED), *walk()[1:])},
    ),
    "an old attempt writes after a new one": (
        "fenced",
        {"events": events(*walk()[:2], (1, JobStatus.QUEUED), (2, JobStatus.CRAWLING), (1, JobStatus.PARSING))},
    ),
    "the row has another attempt": ("fenced", {"jobs": (job(attempt=3),)}),
    "done is done twice": ("ended_twice", {"events": events(*walk(), (1, JobStatus.DONE))}),
    "a chapter is there twice": ("doubled", shelf(chapter(ONE, 1), chapter(TWO, 2), chapter(TWO, 3))),
    "a novel is there twice": ("doubled", {"novels": (NovelRecord(id=1, path=INDEX), NovelRecord(id=2, path=ONE))}),
    "a chapter is not there": ("incomplete", shelf(chapter(ONE, 1))),
    "the order is another": ("incomplete", shelf(chapter(ONE, 2), chapter(TWO, 1))),
    "a text was never said": ("untrue", shelf(chapter(ONE, 1, text="half of it"), chapter(TWO, 2))),
    "half an answer was taken for the whole": (
        "untrue",
        {"served": tuple(replace(one, whole=one.path != ONE) for one in CLEAN.served)},
    ),
    "a text is older than the last that was said": (
        "untrue",
        {"served": (answer(ONE, 90), *CLEAN.served[:1], replace(EDITED, at=101.5), answer(TWO))},
    ),
    "a text is older than what the site said to a job that was alone": (
        "untrue",
        {
            "jobs": (job(), job(id=2, path=TWO, created_at=200.0)),
            "events": (*CLEAN.events, *events(*walk(), job_id=2, start=200.0)),
            "served": (*CLEAN.served, replace(CLEAN.served[0], at=201.1), replace(EDITED, at=201.5)),
        },
    ),
    "a chapter is missing though the site has it": (
        "untrue",
        shelf(chapter(ONE, 1, text=None, missing_kind="unreachable"), chapter(TWO, 2)),
    ),
    "a missing chapter was never answered with 404": (
        "untrue",
        shelf(chapter(ONE, 1, text=None, missing_kind="not_found"), chapter(TWO, 2)),
    ),
    "an old text came back": (
        "backwards",
        shelf(chapter(ONE, 1, earlier=("edited",)), chapter(TWO, 2)) | {"served": (*CLEAN.served, EDITED)},
    ),
    "an old page waits to come back": (
        "waiting_to_go_back",
        shelf(chapter(ONE, 1, text="edited", earlier=(f"text of {ONE}",)), chapter(TWO, 2))
        | {"served": (*CLEAN.served, EDITED)},
    ),
    "half a page is stored": ("half_stored", {"pages": (stored(ONE, version=None),)}),
    "a text is gone": ("vanished", {"seen": frozenset({Seen(path=ONE, text="once there")})}),
    "a page was fetched twice": ("fetched_again", {"served": (*CLEAN.served, answer(ONE))}),
    "a page was fetched twice though only Valkey was away": (
        "without_reason",
        {
            "served": (*CLEAN.served, answer(ONE, 103.8)),
            "disturbances": (Disturbance(kind="kill-valkey", start=101.6, end=103.0),),
        },
    ),
    "an attempt began from the start": (
        "fetched_again",
        {
            "jobs": (job(attempt=2),),
            "events": INTERRUPTED,
            "served": (*CLEAN.served, *(answer(f"/0/chapters/{n}.html") for n in range(3, 23) for _ in "ab")),
        },
    ),
    "a later job fetched a chapter anew": (
        "fetched_again",
        {
            "jobs": (job(), job(id=2, created_at=200.0)),
            "events": (*CLEAN.events, *events(*walk(), job_id=2, start=200.0)),
            "served": (*CLEAN.served, *(replace(one, at=one.at + 100) for one in CLEAN.served)),
        },
    ),
}

KILLED = Disturbance(kind="kill-horse", start=101.6, end=101.6)
LEGITIMATE: dict[str, dict[str, Any]] = {
    "nothing happened": {},
    "a client that was late itself heard an answer that nobody was to wait for": {
        "served": tuple(replace(one, whole=one.path != ONE, late=one.path == ONE) for one in CLEAN.served)
    },
    "a page was under way when its attempt died": {
        "jobs": (job(attempt=2),),
        "events": INTERRUPTED,
        "served": (*CLEAN.served, answer(ONE)),
        "disturbances": (KILLED,),
    },
    "either answer of a page that was asked for twice": {
        "jobs": (job(attempt=2),),
        "events": INTERRUPTED,
        "served": (*CLEAN.served, EDITED),
        "disturbances": (KILLED,),
    },
    "the later answer came for an attempt that could not store it, when another job was there already": {
        "jobs": (job(attempt=2), job(id=2, path=TWO, created_at=102.5)),
        "events": (*INTERRUPTED, *events(*walk(), job_id=2, start=102.5)),
        "served": (*CLEAN.served, replace(EDITED, at=103.1), replace(CLEAN.served[0], at=103.6)),
        "disturbances": (KILLED,),
    },
    "a page was lost in a crash of PostgreSQL": {
        "served": (*CLEAN.served, answer(ONE)),
        "disturbances": (Disturbance(kind="crash-postgres", start=101.6, end=102.0),),
    },
    "an attempt was frozen": {
        "served": (*CLEAN.served, answer(ONE)),
        "disturbances": (Disturbance(kind="freeze-horse", start=101.6, end=105.0),),
    },
    "answers that were errors or broken off are asked for again": {
        "served": (answer(ONE, status=503), answer(ONE, whole=False), *CLEAN.served)
    },
    "a chapter was taken down before it was fetched": {
        "chapters": (chapter(ONE, 1), chapter(TWO, 2, text=None, missing_kind="not_found")),
        "served": (*CLEAN.served[:2], answer(TWO, status=404, text="")),
        "pages": (stored(INDEX), stored(ONE), stored(TWO, status=404, version=None)),
    },
    "a chapter was edited and kept its earlier text": {
        "chapters": (chapter(ONE, 1, text="edited", earlier=(f"text of {ONE}",)), chapter(TWO, 2)),
        "pages": (stored(ONE, version=2),),
        "jobs": (job(), job(id=2, created_at=200.0, refresh=Refresh.ALL)),
        "events": (*CLEAN.events, *events(*walk(), job_id=2, start=200.0)),
        "served": (*CLEAN.served, replace(CLEAN.served[0], at=201.1), replace(EDITED, at=201.5)),
    },
}


@pytest.mark.parametrize(("invariant", "change"), BROKEN.values(), ids=BROKEN)
def test_the_checker_finds(invariant: str, change: dict[str, Any]):
    found = violations(replace(CLEAN, **change))

    assert invariant in {sentence.partition(":")[0] for sentence in found}


@pytest.mark.parametrize("change", LEGITIMATE.values(), ids=LEGITIMATE)
def test_the_checker_accepts(change: dict[str, Any]):
    assert violations(replace(CLEAN, **change)) == []


def test_every_invariant_has_a_violation_to_be_found():
    assert {check.__name__ for check in INVARIANTS} == {invariant for invariant, _ in BROKEN.values()}
