"""What an author wrote is what a reader gets: made-up novels through each site's markup and the whole system, and out again.

ROUNDTRIP_EXAMPLES in the environment says how many novels are tried on each site, other ones each time.
"""

from __future__ import annotations

import itertools
import os
import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from ingestion import bookshelf, db, naming, sanitize
from ingestion.items import Matter
from ingestion.status import JobStatus
from tests.conftest import configure
from tests.library import Work, ingest, library
from tests.sites.odd import novels
from tests.sites.samples import SampleNovel
from tests.sites.shown import SITES
from tests.sites.web import Site

EXAMPLES = int(os.environ.get("ROUNDTRIP_EXAMPLES", "0"))
BLOCKS = re.compile(r" ?(</?(?:p|div|blockquote|ul|ol|li|table|tbody|tr|th|td|hr)\b[^>]*>) ?")
_keys = itertools.count(1000)

# No shrinking: a try takes as long as a job, and what failed is printed whole.
tried = settings(
    max_examples=EXAMPLES or 1,
    deadline=None,
    derandomize=not EXAMPLES,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


#: By list, by "next", and by an interface for programs; each site's own tests and recorded pages stand for the rest.
QUICK = {"plain", "chain", "wordpress"}
NAMES = [name if name in QUICK else pytest.param(name, marks=pytest.mark.long) for name in SITES]


@pytest.mark.parametrize("name", NAMES)
@tried
@given(novel=novels().filter(lambda novel: len(novel.chapters) > 2))  # the simplest comes first, and tries nothing
def test_a_novel_comes_out_as_it_was_written(
    name: str, work: Work, monkeypatch: pytest.MonkeyPatch, novel: SampleNovel
):
    shown = SITES[name]
    key = str(next(_keys))  # each is a novel of its own, also where its title is its name
    written = replace(novel, key=key, title=f"{novel.title} {key}")
    with Site(shown.site.render(written)) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}={shown.spider}", SPIDERS_ON=shown.spider)
        job = ingest(f"{site.url}{shown.site.start(written)}", work)

    found = [chapter for chapter in library(job) if chapter.matter is Matter.BODY]
    kept = shown.kept(written)
    assert (job.status, job.error_message, title_of(job.novel_id or 0)) == (
        JobStatus.DONE,
        None,
        naming.name(kept.title),
    )
    assert [(c.title, c.volume or "") for c in found] == [
        (naming.name(c.title), naming.name(c.volume)) for c in kept.chapters
    ]
    assert [texts(c.notes_before, c.content, c.notes_after) for c in found] == [
        texts(c.note_before, c.content, c.note_after) for c in kept.chapters
    ]


def title_of(novel_id: int) -> str | None:
    with db.transaction() as session:
        novel = bookshelf.get(session, novel_id)
        return novel and novel.title


def texts(*fragments: str | None) -> list[str]:
    """Sanitised, without the white space between blocks, which is none of the text."""
    cleaned = (sanitize.clean(fragment or "", "http://127.0.0.1/") for fragment in fragments)
    return [BLOCKS.sub(r"\1", re.sub(r"[ \t\n]+", " ", fragment)).strip() for fragment in cleaned]
