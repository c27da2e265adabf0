"""One storm from its first post to the verdict: the plan is carried out, everything is healed, and what is left is judged."""

from __future__ import annotations

import heapq
import itertools
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from ingestion.models import Job
from ingestion.status import UNFINISHED, JobStatus
from tests.chaos import ledger, rig
from tests.chaos.faults import FAULTS, OVERSLEEP
from tests.chaos.invariants import violations
from tests.chaos.novels import Shelf
from tests.chaos.plan import Plan, PlannedFault
from tests.chaos.posting import Readers
from tests.chaos.programs import SETTINGS
from tests.chaos.records import Disturbance, Seen, Story
from tests.programs import Begin, executed
from tests.sites.web import Site

SETTLE_SECONDS = 60
SAMPLE_SECONDS = 2.0
TICK_SECONDS = 0.03


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a storm ended."""

    plan: Plan
    story: Story
    violations: list[str]
    log: str
    seconds: float

    @property
    def faults(self) -> Counter[str]:
        """How often each kind of fault happened."""
        return Counter(one.kind for one in self.story.disturbances)

    @property
    def statuses(self) -> Counter[str]:
        """How many jobs ended how."""
        return Counter(job.error_kind or job.status for job in self.story.jobs)


def run(plan: Plan, *, workers: int, apis: int, begin: Begin = executed) -> Outcome:
    """Carry a plan out on a new system and judge what is left."""
    began = time.monotonic()
    with ExitStack() as stack:
        site = stack.enter_context(Site())
        patience = float(SETTINGS["DOWNLOAD_TIMEOUT"])
        shelf = Shelf(site, seed=plan.seed, chapters=plan.chapters, patience=patience)
        system = stack.enter_context(rig.run(workers=workers, apis=apis, begin=begin))
        readers = Readers(system.ports)
        stack.callback(readers.close)
        storm = _Storm(plan, system, shelf, readers)
        storm.rage()
        storm.settle(site.url)
        system.stop()
        story = storm.story()
        log = system.log.read_text(errors="replace")
    found = violations(story) + readers.refused
    return Outcome(plan=plan, story=story, violations=found, log=log, seconds=time.monotonic() - began)


@dataclass
class _Storm:
    plan: Plan
    system: rig.Rig
    shelf: Shelf
    readers: Readers
    seen: set[Seen] = field(default_factory=set)
    disturbances: list[Disturbance] = field(default_factory=list)
    _agenda: list[tuple[float, int, Callable[[], object]]] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)
    _sampled: float = 0.0

    def rage(self) -> None:
        """Everything that is planned, and the healing of what was broken."""
        self._wait(self.readers.answering, 30)
        self._prepare()
        began = time.monotonic()
        while self._agenda:
            if self._agenda[0][0] > time.monotonic() - began:
                self._tick()
                continue
            heapq.heappop(self._agenda)[2]()

    def settle(self, site_url: str) -> None:
        """Fair weather until every job has ended; then once more for those that a fault had ended in ERROR."""
        self.shelf.calm()
        self.system.heal()
        for program in self.system.programs:
            self._wait(lambda running=program: running.process.poll() is None, 10)  # type: ignore[misc]
        self.readers.wait()
        self._wait(self._all_ended, SETTLE_SECONDS)
        newest = {job.path: job for job in ledger.read(self.system.engine).jobs}
        for job in newest.values():
            if job.status is JobStatus.ERROR:
                self.readers.retry(job.id, site_url + job.path)
        self._wait(self._all_ended, SETTLE_SECONDS)

    def story(self) -> Story:
        """What is left to be judged."""
        return replace(
            ledger.read(self.system.engine),
            accepted=frozenset(self.readers.accepted),
            served=tuple(self.shelf.served),
            seen=frozenset(self.seen),
            disturbances=tuple(self.disturbances),
        )

    def _prepare(self) -> None:
        for fault in self.plan.faults:
            self._at(fault.at, partial(self._break, fault))
        for post in self.plan.posts:
            url = self.shelf.first_chapter(post.novel) if post.by_chapter else self.shelf.index(post.novel)
            self._at(post.at, partial(self.readers.post, url, post.refresh))
        for edit in self.plan.edits:
            self._at(edit.at, partial(self.shelf.change, edit.novel, edit.kind, edit.seed))
        for burst in self.plan.bursts:
            self._at(burst.at, partial(self.shelf.fail, burst.novel, burst.seconds))

    def _at(self, at: float, action: Callable[[], object]) -> None:
        heapq.heappush(self._agenda, (at, next(self._numbers), action))

    def _break(self, fault: PlannedFault) -> None:
        start = time.time()
        heal = FAULTS[fault.kind](self.system, fault.target)
        if heal is None:
            self._over(fault.kind, start)
            return
        seconds = fault.seconds + (OVERSLEEP if fault.kind.startswith("freeze") else 0.0)
        self._at(fault.at + seconds, heal)
        self._at(fault.at + seconds, partial(self._over, fault.kind, start))

    def _over(self, kind: str, start: float) -> None:
        self.disturbances.append(Disturbance(kind=kind, start=start, end=time.time()))

    def _tick(self) -> None:
        self.system.supervise()
        if time.monotonic() - self._sampled > SAMPLE_SECONDS:
            self._sampled = time.monotonic()
            with suppress(OperationalError):  # PostgreSQL is down just now: the next sample will do
                self.seen |= ledger.texts(self.system.engine)
        time.sleep(TICK_SECONDS)

    def _wait(self, true: Callable[[], bool], seconds: float) -> None:
        """Go on as a supervisor until it is true, or for so long: whoever judges sees what was not reached."""
        end = time.monotonic() + seconds
        while not true() and time.monotonic() < end:
            self._tick()

    def _all_ended(self) -> bool:
        with Session(self.system.engine) as session:
            waiting = select(func.count()).select_from(Job).where(Job.status.in_(UNFINISHED))
            return session.scalar(waiting) == 0
