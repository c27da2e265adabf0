"""The themes that come along as rules: a site that SITE_ALIASES gives to one is read through the whole system."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ingestion import db
from ingestion.models import NovelRow
from ingestion.status import JobStatus
from tests.conftest import configure
from tests.library import Work, ingest, library, novel, words
from tests.sites import themes
from tests.sites.web import Answer, Site


@pytest.mark.parametrize(
    ("theme", "pages", "url"),
    [
        ("madara", themes.madara(novel()), f"/novel/weir/{novel().chapters[2].key}/"),
        ("novelfull", themes.novelfull(novel()), "/weir.html?page=2"),
    ],
)
def test_a_site_of_a_theme_is_read(
    work: Work, monkeypatch: pytest.MonkeyPatch, theme: str, pages: Mapping[str, Answer], url: str
):
    with Site(pages) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}={theme}")
        job = ingest(site.url + url, work)
    with db.transaction() as session:
        saved = session.get_one(NovelRow, job.novel_id)

    assert (job.status, job.site, job.error_message) == (JobStatus.DONE, theme, None)
    assert (saved.title, list(saved.authors), list(saved.tags)) == (
        novel().title,
        [novel().author],
        list(novel().tags),
    )
    assert [(c.key, c.title, words(c.content)) for c in library(job)] == [
        (c.key, c.title, words(c.content)) for c in novel().chapters
    ]
