"""What can go wrong. Each function does it to the system at once and returns what heals it later, if anything does."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable
from functools import partial

import psutil
from redis import RedisError

from tests.chaos.programs import Program, signal_to
from tests.chaos.proxy import Proxy
from tests.chaos.rig import Rig

Heal = Callable[[], None] | None
Fault = Callable[[Rig, int], Heal]


def _worker(rig: Rig, target: int) -> Program:
    """A worker that is at work, if one is."""
    busy = [worker for worker in rig.workers if worker.horses()] or rig.workers
    return busy[target % len(busy)]


def _send(processes: list[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        signal_to(process, number)


def kill_worker(rig: Rig, target: int) -> Heal:
    """SIGKILL the parent alone; the child learns it from the kernel."""
    _send(_worker(rig, target).itself(), signal.SIGKILL)
    return None


def kill_horse(rig: Rig, target: int) -> Heal:
    """SIGKILL the child alone."""
    _send(_worker(rig, target).horses(), signal.SIGKILL)
    return None


def kill_both(rig: Rig, target: int) -> Heal:
    """SIGKILL child and parent, so that nobody is left to report it."""
    worker = _worker(rig, target)
    parent, children = worker.itself(), worker.horses()
    _send(parent, signal.SIGSTOP)
    _send(children + parent, signal.SIGKILL)
    return None


def stop_worker(rig: Rig, target: int) -> Heal:
    """SIGTERM, as at every update."""
    _send(_worker(rig, target).itself(), signal.SIGTERM)
    return None


def freeze_horse(rig: Rig, target: int) -> Heal:
    """SIGSTOP the child for longer than its lease; then it wakes, and knows nothing of what happened."""
    frozen = _worker(rig, target).horses()
    _send(frozen, signal.SIGSTOP)
    return partial(_send, frozen, signal.SIGCONT)


def freeze_both(rig: Rig, target: int) -> Heal:
    """SIGSTOP parent and child, as a machine that sleeps does."""
    worker = _worker(rig, target)
    frozen = worker.itself() + worker.horses()
    _send(frozen, signal.SIGSTOP)
    return partial(_send, frozen, signal.SIGCONT)


def kill_api(rig: Rig, target: int) -> Heal:
    """SIGKILL an API, perhaps in the middle of a request."""
    _send(rig.apis[target % len(rig.apis)].itself(), signal.SIGKILL)
    return None


def empty_valkey(rig: Rig, _target: int) -> Heal:
    """FLUSHALL."""
    with contextlib.suppress(RedisError), rig.servers.redis() as client:  # it may be down just now: empty enough
        client.flushall()
    return None


def shut_valkey(rig: Rig, _target: int) -> Heal:
    """SIGTERM, which Valkey takes as SHUTDOWN, and a start on the same data."""
    rig.servers.valkey.kill(signal.SIGTERM)
    return rig.servers.start


def kill_valkey(rig: Rig, _target: int) -> Heal:
    """SIGKILL, and a start on what the append-only file has."""
    rig.servers.valkey.kill(signal.SIGKILL)
    return rig.servers.start


def crash_postgres(rig: Rig, _target: int) -> Heal:
    """Immediate mode (SIGQUIT): no checkpoint, and what was not flushed is lost."""
    rig.servers.postgres.kill(signal.SIGQUIT)
    return rig.servers.start


def process_queue(rig: Rig, _target: int) -> Heal:
    """Two operators at once."""
    rig.cli("process-queue")
    rig.cli("process-queue")
    return None


def _cut(proxy: Proxy) -> Heal:
    proxy.cut()
    return None


def _refuse(proxy: Proxy) -> Heal:
    proxy.refuse()
    return proxy.heal


def _stall(proxy: Proxy) -> Heal:
    proxy.stall()
    return proxy.heal


FAULTS: dict[str, Fault] = {
    "kill-worker": kill_worker,
    "kill-horse": kill_horse,
    "kill-both": kill_both,
    "stop-worker": stop_worker,
    "freeze-horse": freeze_horse,
    "freeze-both": freeze_both,
    "kill-api": kill_api,
    "empty-valkey": empty_valkey,
    "shut-valkey": shut_valkey,
    "kill-valkey": kill_valkey,
    "crash-postgres": crash_postgres,
    "process-queue": process_queue,
    "cut-postgres": lambda rig, _: _cut(rig.servers.to_postgres),
    "refuse-postgres": lambda rig, _: _refuse(rig.servers.to_postgres),
    "stall-postgres": lambda rig, _: _stall(rig.servers.to_postgres),
    "cut-valkey": lambda rig, _: _cut(rig.servers.to_valkey),
    "refuse-valkey": lambda rig, _: _refuse(rig.servers.to_valkey),
    "stall-valkey": lambda rig, _: _stall(rig.servers.to_valkey),
}
#: Those that make a crawl miss time: it sleeps, or waits for PostgreSQL, and the answers under way come too late for it.
FREEZING = frozenset({"freeze-horse", "freeze-both", "stall-postgres", "refuse-postgres", "crash-postgres"})
#: Those that can end a crawl or keep it from storing a page; whatever happens to Valkey cannot.
INTERRUPTING = FREEZING | {"kill-worker", "kill-horse", "kill-both", "stop-worker", "cut-postgres"}
#: Those that stop PostgreSQL in a way that loses the last second's pages.
LOSING = frozenset({"crash-postgres"})
#: Seconds that a frozen process sleeps beside the planned time: the lease, and some.
OVERSLEEP = 2.0
