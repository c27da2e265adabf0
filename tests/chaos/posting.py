"""Readers who ask for novels, as often as it takes: a wish that got no answer is repeated, at the next API."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx2

from ingestion.status import Refresh

ACCEPTED = frozenset({200, 202})
PATIENCE_SECONDS = 60
PAUSE = 0.3


class Readers:
    """Posts from threads of its own, so that a stalled API holds up nobody else."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = itertools.cycle(ports)
        self._threads = ThreadPoolExecutor(4)
        self._client = httpx2.Client(timeout=5, trust_env=False)
        self.accepted: set[int] = set()
        self.refused: list[str] = []

    def post(self, url: str, refresh: Refresh) -> None:
        """Ask for a novel, and come back at once."""
        self._threads.submit(self._until_accepted, "/ingest", {"url": url, "refresh": refresh.value})

    def retry(self, job_id: int, url: str) -> None:
        """Put a job back by hand; by asking for its URL again, where nothing else is offered."""
        if self._until_accepted(f"/jobs/{job_id}/retry", None) in {404, 405}:
            self._until_accepted("/ingest", {"url": url})

    def answering(self) -> bool:
        """Whether the next API answers."""
        return self._ask("GET", "/jobs", None) == 200

    def wait(self) -> None:
        """Until every wish is answered."""
        self._threads.shutdown(wait=True)

    def close(self) -> None:
        """Give up what is not answered yet."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._client.close()

    def _until_accepted(self, path: str, body: dict[str, str] | None) -> int:
        end = time.monotonic() + PATIENCE_SECONDS
        while (status := self._ask("POST", path, body)) is None or status >= 500:
            if time.monotonic() > end:
                self.refused.append(f"POST {path} {body} was answered {status} for {PATIENCE_SECONDS} s")
                return 0
            time.sleep(PAUSE)
        return status

    def _ask(self, method: str, path: str, body: dict[str, str] | None) -> int | None:
        """The answer's status; None when there was none."""
        try:
            answer = self._client.request(method, f"http://127.0.0.1:{next(self._ports)}{path}", json=body)
        except httpx2.TransportError:
            return None
        if answer.status_code in ACCEPTED and path == "/ingest":
            self.accepted.add(answer.json()["job_id"])
        return answer.status_code
