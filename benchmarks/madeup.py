"""A large library for `benchmarks.search`: novels of made-up words, some as frequent among the others as in a real language (Zipf)."""

from __future__ import annotations

import random
import re
from itertools import accumulate
from typing import Any

from sqlalchemy import insert

from ingestion import db
from ingestion.items import Matter
from ingestion.models import ChapterRow, NovelRow

PER_NOVEL = 200
#: English words that every text has, the most frequent first: the index leaves them out.
COMMON = re.findall(
    r"\w+",
    "the of and a to in he was it his that she her had with you for on as at be him not they were but from is all said this have me by",
)
JAPANESE = "水車小屋の灯は川面に揺れ夜の風が古い橋を渡る少女は手紙を閉じて鐘の音を数えた"
VOCABULARY, SENTENCES = 40_000, 60_000
BEGINS = [*"bcdfghklmnprstvw", "st", "tr", "br", "ch", "sh", "th"]
VOWELS = [*"aeiou", "ai", "ea", "ou"]
ENDS = [*"nrsl", "ng", "ck", ""]


class MadeUp:
    """Novels of made-up words, every tenth in Japanese."""

    def __init__(self, length: int) -> None:
        self._chance = random.Random(7)
        self._length = length
        self._words = list(dict.fromkeys([*COMMON, *(self._word() for _ in range(VOCABULARY))]))
        weights = list(accumulate(1 / (place + 2.7) ** 1.08 for place in range(len(self._words))))
        self.sentences = [
            " ".join(self._chance.choices(self._words, cum_weights=weights, k=self._chance.randint(8, 20))).capitalize()
            for _ in range(SENTENCES)
        ]
        self.title = ""

    def fill(self, novels: int) -> None:
        """Write so many novels, a transaction each."""
        for number in range(novels):
            with db.transaction() as session:
                novel = self._novel(number)
                session.add(novel)
                session.flush()
                self.title = novel.title
                session.execute(insert(ChapterRow), [self._chapter(novel, place) for place in range(1, PER_NOVEL + 1)])

    def _word(self) -> str:
        parts = (self._chance.choice(BEGINS) + self._chance.choice(VOWELS) for _ in range(self._chance.randint(1, 3)))
        return "".join(parts) + self._chance.choice(ENDS)

    def _named(self, words: int) -> str:
        return " ".join(self._chance.choices(self._words[200:5000], k=words)).title()

    def _novel(self, number: int) -> NovelRow:
        facts: dict[str, Any] = {"confidence": 1.0, "sign_agreed": False, "url": "https://site.example/"}
        facts |= {"authors": [self._named(2)], "tags": ["Fantasy", "LitRPG"], "language": "en" if number % 10 else "ja"}
        return NovelRow(site="royalroad", key=str(number), title=self._named(3), **facts)

    def _chapter(self, novel: NovelRow, place: int) -> dict[str, Any]:
        facts = {"matter": Matter.BODY, "url": "https://site.example/", "words": self._length, "revision": 1}
        facts |= {"hidden_removed": 0, "digest": f"{novel.key}/{place}".encode(), "novel_id": novel.id}
        content = self._text() if novel.language == "en" else self._japanese()
        return facts | {
            "key": str(place),
            "position": place,
            "title": f"Chapter {place}: {self._named(2)}",
            "content": content,
        }

    def _text(self) -> str:
        sentences = self._chance.choices(self.sentences, k=self._length // 14)
        return "".join(f"<p>{'. '.join(sentences[at : at + 5])}.</p>" for at in range(0, len(sentences), 5))

    def _japanese(self) -> str:
        pieces = (JAPANESE[at : at + 6] for at in self._chance.choices(range(len(JAPANESE) - 6), k=self._length // 3))
        return f"<p>{'、'.join(pieces)}。</p>"
