"""What Wattpad makes of a novel: JSON about the story and its parts, and the texts as pieces of HTML."""

from __future__ import annotations

import json
import re
from itertools import count

from tests.sites.samples import SampleNovel
from tests.sites.web import Page


def render(novel: SampleNovel) -> dict[str, Page]:
    """The answers of the API by path."""
    story = {
        "id": novel.key,
        "title": novel.title,
        "user": {"name": novel.author},
        "description": novel.description,
        "tags": list(novel.tags),
        "parts": [
            {"id": int(c.key), "title": c.title, "createDate": c.published_at.isoformat()} for c in novel.chapters
        ],
    }
    pages = {f"/api/v3/stories/{novel.key}": _json(story)}
    for chapter in novel.chapters:
        numbers = count()
        text = re.sub("<p>", lambda _, names=numbers: f'<p data-p-id="p{next(names)}">', chapter.content)
        pages[f"/v4/parts/{chapter.key}?fields=group(id)"] = _json({"group": {"id": novel.key}})
        pages[f"/apiv2/storytext?id={chapter.key}"] = Page(text)
    return pages


def start(novel: SampleNovel) -> str:
    """The path of the story."""
    return f"/story/{novel.key}"


def _json(told: object) -> Page:
    return Page(json.dumps(told), content_type="application/json")
