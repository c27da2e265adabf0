"""The promise, as a list of what breaks it: every accepted job ends, honestly; every chapter once; no page without need."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.chaos import economy, histories, library
from tests.chaos.records import Story

INVARIANTS: tuple[Callable[[Story], Iterator[str]], ...] = (
    histories.unfinished,
    histories.dishonest,
    histories.abandoned,
    histories.illegal,
    histories.fenced,
    histories.ended_twice,
    library.doubled,
    library.incomplete,
    library.untrue,
    library.backwards,
    library.waiting_to_go_back,
    library.half_stored,
    library.vanished,
    economy.fetched_again,
    economy.without_reason,
)


def violations(story: Story) -> list[str]:
    """Everything that should not be, as sentences that begin with the broken invariant's name."""
    return [f"{check.__name__}: {sentence}" for check in INVARIANTS for sentence in check(story)]
