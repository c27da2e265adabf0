"""What will happen in a storm: all of it drawn from one seed, so that the same seed gives the same plan."""

from __future__ import annotations

import random
from dataclasses import dataclass

from ingestion.status import Refresh
from tests.chaos.faults import FAULTS

#: Seconds between two posts.
POST_EVERY = 0.8
EDITS = ("edit", "edit", "insert", "move", "remove")


@dataclass(frozen=True, kw_only=True)
class PlannedFault:
    """A fault, `at` seconds after the start, for `seconds`; `target` picks which of several."""

    at: float
    kind: str
    target: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class PlannedPost:
    """A wish for novel number `novel`, by its index or by its first chapter."""

    at: float
    novel: int
    by_chapter: bool
    refresh: Refresh


@dataclass(frozen=True, kw_only=True)
class PlannedEdit:
    """What an author does to novel number `novel`; `seed` decides where."""

    at: float
    novel: int
    kind: str
    seed: int


@dataclass(frozen=True, kw_only=True)
class Burst:
    """A novel's pages answer 503 for a while."""

    at: float
    novel: int
    seconds: float


Step = PlannedFault | PlannedPost | PlannedEdit | Burst


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that a storm does, in order of time."""

    seed: int
    seconds: float
    chapters: tuple[int, ...]
    faults: tuple[PlannedFault, ...]
    posts: tuple[PlannedPost, ...]
    edits: tuple[PlannedEdit, ...]
    bursts: tuple[Burst, ...]

    def __str__(self) -> str:
        head = f"plan of seed {self.seed}: {self.seconds:.0f} s, novels of {self.chapters} chapters"
        steps: list[Step] = sorted([*self.faults, *self.posts, *self.edits, *self.bursts], key=lambda step: step.at)
        return "\n".join([head, *(f"  {step}" for step in steps)])


def make(seed: int, *, seconds: float, novels: int, fault_every: float) -> Plan:
    """The plan of a seed. Every kind of fault has its turn before any has a second one."""
    chance = random.Random(seed)
    chapters = tuple(chance.randint(12, 36) for _ in range(novels))
    return Plan(
        seed=seed,
        seconds=seconds,
        chapters=chapters,
        faults=_faults(chance, seconds, fault_every),
        posts=_posts(chance, seconds, novels),
        edits=tuple(
            PlannedEdit(at=at, novel=chance.randrange(novels), kind=chance.choice(EDITS), seed=chance.randrange(2**32))
            for at in _times(chance, seconds, every=seconds / (3 * novels))
        ),
        bursts=tuple(
            Burst(at=at, novel=chance.randrange(novels), seconds=chance.uniform(0.3, 1.5))
            for at in _times(chance, seconds, every=seconds / novels)
        ),
    )


def _faults(chance: random.Random, seconds: float, every: float) -> tuple[PlannedFault, ...]:
    kinds: list[str] = []
    made = []
    for at in _times(chance, seconds, every=every):
        if not kinds:
            kinds = sorted(FAULTS)
            chance.shuffle(kinds)
        made.append(
            PlannedFault(at=at, kind=kinds.pop(), target=chance.randrange(100), seconds=chance.uniform(0.7, 2.7))
        )
    return tuple(made)


def _posts(chance: random.Random, seconds: float, novels: int) -> tuple[PlannedPost, ...]:
    """Each novel at least once, in the first half; then again, now and then by another URL or for all of it."""
    first = [(chance.uniform(0, seconds / 2), novel) for novel in range(novels)]
    again = [(at, chance.randrange(novels)) for at in _times(chance, seconds, every=POST_EVERY)]
    posts = [
        PlannedPost(
            at=at,
            novel=novel,
            by_chapter=chance.random() < 0.25,
            refresh=Refresh.ALL if chance.random() < 0.4 else Refresh.NEW,
        )
        for at, novel in first + again
    ]
    return tuple(sorted(posts, key=lambda post: post.at))


def _times(chance: random.Random, seconds: float, *, every: float) -> list[float]:
    """Moments from a second after the start to the end, `every` seconds on average."""
    found = []
    at = 1 + chance.uniform(0, every)
    while at < seconds:
        found.append(at)
        at += chance.uniform(0.4, 1.6) * every
    return found
