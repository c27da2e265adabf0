"""The novels that all rows are measured with: chapters of some 10 KB of made-up words, their pages, and the rules that read them.

The rules are a file as an operator would write it, so that a row measures the system and not the search for a text on an unknown page.
"""

from __future__ import annotations

import random
from functools import cache
from itertools import accumulate

from ingestion.items import Chapter, ChapterLink, Novel, ParsedChapter, ParsedNovel

BYTES = 10_000
#: Texts that differ; a longer novel begins with them again, under other titles.
TEXTS = 1000
SITE = "benchmarked"
RULES = """\
name = "{site}"
domains = ["{netloc}"]
chapters = "ol a"
content = "main .text"
title = "h1"
author = ".author"
key = 'chapter-([0-9]+)'
"""
_SYLLABLES = [consonant + vowel for consonant in "bdfghjklmnprstvw" for vowel in "aeiou"]


def rules(netloc: str) -> str:
    """The file of rules for the site at `netloc`."""
    return RULES.format(site=SITE, netloc=netloc)


def title(number: int) -> str:
    """What a chapter is called."""
    return f"Chapter {number}: {_sentences()[number % len(_sentences())][:30]}"


@cache
def text(number: int) -> str:
    """A chapter's text as HTML; the same for the same number."""
    if number > TEXTS:
        return text(number % TEXTS + 1)
    chance, paragraphs, size = random.Random(number), [], 0
    while size < BYTES:
        paragraphs.append(f"<p>{' '.join(chance.choices(_sentences(), k=5))}</p>")
        size += len(paragraphs[-1])
    return "\n".join(paragraphs)


def index_page(name: str, chapters: int) -> str:
    """The page that lists a novel's chapters."""
    links = "".join(f'<li><a href="chapter-{n}.html">{title(n)}</a></li>\n' for n in range(1, chapters + 1))
    about = f'<h1>The Novel {name}</h1><p class="author">Wilma Example</p>'
    return _page(f"The Novel {name}", f"{about}<ol>\n{links}</ol>")


def chapter_page(number: int) -> str:
    """A chapter's page."""
    body = f'<nav><a href="index.html">Contents</a></nav><main><h1>{title(number)}</h1><div class="text">{text(number)}</div></main>'
    return _page(title(number), body)


def parsed(key: str, chapters: int, *, edited: int = 0) -> ParsedNovel:
    """What parsing such a novel gives, the first `edited` chapters with another text."""
    url = f"https://novels.example/{key}/"
    made = tuple(
        ParsedChapter(
            link=ChapterLink(key=str(n), url=f"{url}chapter-{n}.html", title=title(n)),
            position=n,
            chapter=Chapter(content=text(n + 1 if n <= edited else n)),
        )
        for n in range(1, chapters + 1)
    )
    return ParsedNovel(site=SITE, novel=Novel(key=key, url=url, title=f"The Novel {key}"), chapters=made)


def _page(name: str, body: str) -> str:
    head = f'<meta charset="utf-8"><title>{name}</title>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>{body}</body></html>\n'


@cache
def _sentences() -> tuple[str, ...]:
    chance = random.Random(1)
    words = ["".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4))) for _ in range(4000)]
    weights = list(accumulate(1 / (place + 3) for place in range(len(words))))
    made = (" ".join(chance.choices(words, cum_weights=weights, k=chance.randint(6, 18))) for _ in range(3000))
    return tuple(f"{sentence.capitalize()}." for sentence in made)
