"""What Kakuyomu makes of a novel: the work's page with Apollo's cache in it, and a page an episode."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from itertools import groupby
from typing import Any

from tests.sites.samples import SampleChapter, SampleNovel
from tests.sites.web import Page


def render(novel: SampleNovel, *, edited: Mapping[str, str] | None = None) -> dict[str, Page]:
    """The pages of a novel by path: the work's, and every episode's that is not locked. `edited` says when, by key."""
    pages = {start(novel): Page(_work(novel, edited or {}), etag=True)}
    return pages | {path_of(novel, one): Page(_episode(novel, one)) for one in novel.chapters if not one.locked}


def start(novel: SampleNovel) -> str:
    """The work's path."""
    return f"/works/{novel.key}"


def path_of(novel: SampleNovel, chapter: SampleChapter) -> str:
    """An episode's path on the site."""
    return f"{start(novel)}/episodes/{chapter.key}"


def _work(novel: SampleNovel, edited: Mapping[str, str]) -> str:
    state = {"ROOT_QUERY": {f'work({{"id":"{novel.key}"}})': {"__ref": f"Work:{novel.key}"}}} | _cache(novel, edited)
    data = json.dumps({"props": {"pageProps": {"__APOLLO_STATE__": state}}, "query": {"workId": novel.key}})
    return f"""<!DOCTYPE html>
<html lang="ja"><head><meta charset="utf-8"><title>{escape(novel.title)} - カクヨム</title></head>
<body><div id="__next"><h1><a href="/works/{novel.key}">{escape(novel.title)}</a></h1></div>
<script id="__NEXT_DATA__" type="application/json">{data.replace("<", chr(92) + "u003c")}</script></body></html>"""


def _cache(novel: SampleNovel, edited: Mapping[str, str]) -> dict[str, Any]:
    volumes = [(name, list(chapters)) for name, chapters in groupby(novel.chapters, key=lambda one: one.volume)]
    cache: dict[str, Any] = {
        f"Work:{novel.key}": {
            "__typename": "Work",
            "id": novel.key,
            "title": novel.title,
            "introduction": novel.description,
            "catchphrase": None,
            "serialStatus": "COMPLETED",
            "tagLabels": list(novel.tags),
            "author": {"__ref": "UserAccount:1100"},
            "tableOfContentsV2": [{"__ref": f"TableOfContentsChapter:{n}"} for n, _ in enumerate(volumes)],
        },
        "UserAccount:1100": {"__typename": "UserAccount", "id": "1100", "activityName": novel.author},
    }
    for number, (volume, chapters) in enumerate(volumes):
        cache[f"TableOfContentsChapter:{number}"] = {
            "__typename": "TableOfContentsChapter",
            "chapter": {"__ref": f"Chapter:{number}"} if volume else None,
            "episodeUnions": [{"__ref": _name(chapter)} for chapter in chapters],
        }
        cache[f"Chapter:{number}"] = {"__typename": "Chapter", "level": 1, "title": volume}
        cache |= {_name(chapter): _listed(chapter, edited.get(chapter.key)) for chapter in chapters}
    return cache


def _name(chapter: SampleChapter) -> str:
    return f"{'EmptyEpisode' if chapter.locked else 'Episode'}:{chapter.key}"


def _listed(chapter: SampleChapter, edited_at: str | None) -> dict[str, Any]:
    told = {"id": chapter.key, "title": chapter.title, "publishedAt": f"{chapter.published_at:%Y-%m-%dT%H:%M:%SZ}"}
    return told | {"__typename": _name(chapter).partition(":")[0], "editedAt": edited_at}


def _episode(novel: SampleNovel, chapter: SampleChapter) -> str:
    return f"""<!DOCTYPE html>
<html lang="ja"><head><meta charset="utf-8"><title>{escape(chapter.title)} - {escape(novel.title)} - カクヨム</title></head>
<body id="page-works-episodes-episode"><header id="contentMain-header">
<p class="widget-episodeTitle js-vertical-composition-item">{escape(chapter.title)}</p></header>
<div class="widget-episodeBody js-episode-body">
{chapter.content}
</div></body></html>"""
