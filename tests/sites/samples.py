"""Novels made up for the tests: the same words for the same seed, with the markup that cleaning tends to break."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

_WHO = ["Maren", "the ferryman", "old Tobit", "the clockmaker's niece", "Isko", "the keeper of the lock", "Dame Orrel"]
_DID = [
    "counted the lanterns on the far bank and found one too many",
    "put the letter back unopened, as if it were warm",
    "asked the price of a passage that nobody had sold in years",
    "wound the brass heron until it lifted its head",
    "listened at the hatch for the water to change its mind",
    "drew a line across the map and called it a road",
    "laughed once, quietly, at nothing that could be seen",
    "carried the lamp down to where the steps went under",
]
_WHEN = [
    "Before the bells",
    "Toward evening",
    "On the third day of rain",
    "When the fog thinned",
    "After the market closed",
]
_THEN = [
    "Nobody said so, but the tide had already turned.",
    "It was not the answer that anyone had rowed out for.",
    "The ledger had a page for that, and the page was blank.",
    "Somewhere below, a chain ran out and stopped.",
    "There would be time to be sorry in the morning.",
]
_TITLES = ["The Wrong Lantern", "Slack Water", "What the Heron Saw", "A Debt of Rope", "Low Bridge", "Salt in the Ink"]

# One of these stands in each chapter in turn: what cleaning, splitting and exporting get wrong most often.
TRICKY = [
    '<p>"<em>Never</em>," she said, "<strong>not</strong>—<em>not ever</em>!" And then:<em> </em>nothing.</p>',
    "<p>The sign read <ruby>渡<rp>(</rp><rt>watari</rt><rp>)</rp></ruby>, which the pilot would not explain.</p>",
    "<table><tbody><tr><th>Lock</th><th>Depth</th></tr><tr><td>Upper</td><td>4 &lt; 5</td></tr></tbody></table>",
    "<p>He closed the book.</p><hr><p>The next page was wet.</p>",
    "<blockquote><p>Keep left of the weir,<br>and keep your lamp low.</p></blockquote>",
    '<p>The toll was paid in buttons.<a href="#note-1"><sup>1</sup></a></p><p id="note-1">1. Bone ones.</p>',
    "<ol><li>Untie the bow.</li><li>Untie the stern.</li><li>Do not look up.</li></ol>",
]


@dataclass(frozen=True, kw_only=True)
class SampleChapter:
    """One chapter as its author wrote it; `content` is HTML."""

    key: str
    title: str
    content: str
    published_at: datetime
    volume: str | None = None
    note_before: str | None = None
    note_after: str | None = None
    locked: bool = False


@dataclass(frozen=True, kw_only=True)
class SampleNovel:
    """A novel that a site can show; the methods give the novel after something happened to it."""

    key: str
    title: str
    author: str
    description: str
    chapters: tuple[SampleChapter, ...]
    tags: tuple[str, ...] = ("Fantasy", "Slow burn")

    def without(self, *keys: str) -> SampleNovel:
        """The novel after its author took these chapters down."""
        return replace(self, chapters=tuple(chapter for chapter in self.chapters if chapter.key not in keys))

    def locking(self, *keys: str) -> SampleNovel:
        """The novel with these chapters behind a payment."""
        return self._changing(keys, locked=True)

    def rewriting(self, key: str, content: str) -> SampleNovel:
        """The novel after its author rewrote a chapter."""
        return self._changing((key,), content=content)

    def inserting(self, chapter: SampleChapter, at: int) -> SampleNovel:
        """The novel with one chapter more, at this place from 0."""
        return replace(self, chapters=(*self.chapters[:at], chapter, *self.chapters[at:]))

    def _changing(self, keys: tuple[str, ...], **change: object) -> SampleNovel:
        changed = (replace(one, **change) if one.key in keys else one for one in self.chapters)  # type: ignore[arg-type]
        return replace(self, chapters=tuple(changed))


def make_novel(
    chapters: int = 12, title: str = "The Ferry at Low Water", seed: int = 1, *, per_volume: int = 5
) -> SampleNovel:
    """A novel in volumes of `per_volume` chapters (0: none), the same for the same arguments."""
    chance = random.Random(seed)
    made = tuple(_chapter(chance, number, per_volume, first_key=seed * 1000 + 101) for number in range(1, chapters + 1))
    return SampleNovel(
        key=str(4000 + seed),
        title=title,
        author="Wilma Example",
        description="A ferry that runs one night a year.\n\nNobody agrees on which night, & nobody dares to ask.",
        chapters=made,
    )


def prose(chance: random.Random, paragraphs: int) -> list[str]:
    """Paragraphs of plain sentences."""
    return [" ".join(_sentence(chance) for _ in range(chance.randint(3, 6))) for _ in range(paragraphs)]


def _sentence(chance: random.Random) -> str:
    return f"{chance.choice(_WHEN)}, {chance.choice(_WHO)} {chance.choice(_DID)}. {chance.choice(_THEN)}"


def _chapter(chance: random.Random, number: int, per_volume: int, first_key: int) -> SampleChapter:
    texts = [f"<p>{text}</p>" for text in prose(chance, 8)]
    texts.insert(4, TRICKY[number % len(TRICKY)])
    return SampleChapter(
        key=str(first_key + number * 7),
        title=f"{number}. {_TITLES[(number - 1) % len(_TITLES)]}",
        content="\n".join(texts),
        published_at=datetime(2025, 3, 1, 18, 30, tzinfo=UTC) + timedelta(days=3 * number),
        volume=f"Book {(number - 1) // per_volume + 1}" if per_volume else None,
        note_before=f"<p>Thank you for waiting for part {number}.</p>" if number % 3 == 0 else None,
        note_after=f"<p>The next one is <em>nearly</em> done ({number}).</p>" if number % 4 == 0 else None,
    )
