"""Which queue a worker looks into first: mostly the most urgent one, and every fourth time another, so that none waits for ever.

Of eight jobs that a worker of the three ingestion queues takes one is from `ingestion-low`, when any waits there, however many wait
before it; of sixteen, where the worker serves five queues. Within a host, where jobs wait in the table for their turn, `ingestion.lines` sees to the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

#: Of so many jobs that a worker takes, the last is looked for in a less urgent queue first.
EVERY = 4

T = TypeVar("T")


def order(queues: Sequence[T], turn: int) -> list[T]:
    """The queues, most urgent first, in the order in which job number `turn` (from 0) is looked for.

    The less urgent ones come first in turn: each once in EVERY times their number.
    """
    others = queues[1:]
    if not others or turn % EVERY != EVERY - 1:
        return list(queues)
    first = others[turn // EVERY % len(others)]
    return [first, *(queue for queue in queues if queue is not first)]
