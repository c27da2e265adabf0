"""How a page answers this time: promptly, slowly, with an error, cut off in the middle, or not before anyone has left."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from tests.sites.web import Page

#: Seconds a prompt answer takes.
PROMPT = 0.2
SLOW = (0.3, 1.3)
CHANCES = {"slow": 0.25, "failing": 0.06, "cut": 0.05, "hanging": 0.03}


@dataclass(frozen=True, kw_only=True)
class Mood:
    """One answer's manner."""

    kind: str
    delay: float

    @property
    def whole(self) -> bool:
        """Whether the page arrives as it is."""
        return self.kind in {"prompt", "slow"}

    @property
    def late(self) -> bool:
        """Whether it arrives after a client's patience."""
        return self.kind == "hanging"

    def applied(self, page: Page) -> Page:
        """The page as it goes over the wire in this mood."""
        page = replace(page, delay=self.delay)
        if self.kind == "failing":
            return Page("try again later", status=503, delay=self.delay)
        if self.kind == "cut":
            body = page.content
            promised = {"Content-Length": str(len(body)), "Connection": "close"}
            return replace(page, body=body[: len(body) // 2], headers=promised, etag=False)
        return page


CALM = Mood(kind="prompt", delay=PROMPT)


def mood(seed: int, path: str, number: int, *, patience: float) -> Mood:
    """The mood of a page's answer `number`, the same for the same seed; `patience` is how long a client waits."""
    chance = random.Random(f"{seed} {path} {number}")
    drawn = chance.random()
    for kind, share in CHANCES.items():
        if drawn < share:
            delay = {"slow": chance.uniform(*SLOW), "hanging": patience + 1}.get(kind, PROMPT)
            return Mood(kind=kind, delay=delay)
        drawn -= share
    return CALM
