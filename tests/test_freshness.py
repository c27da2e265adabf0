"""What a site said before a job was made does not pass for what it says since."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

from tests.library import library, novel
from tests.processes import child_of, ended, post, working
from tests.sites import plain
from tests.sites.web import Hit, Page, Site

#: Longer than the site takes to answer.
MOMENT_SECONDS = 0.4


def test_an_index_answered_before_a_job_was_made_is_asked_for_again(environment: dict[str, str]):
    whole = novel()
    before, after = plain.render(whole.without(whole.chapters[2].key)), plain.render(whole)
    asked = threading.Event()

    def slowly(_hit: Hit) -> Page:
        asked.set()
        return replace(before["/index.html"], delay=0.2)

    with Site(before | {"/index.html": slowly}) as site, working(LEASE_SECONDS="600") as worker:
        first = post(f"{site.url}/index.html")
        assert asked.wait(30)
        child = child_of(worker)
        child.suspend()
        time.sleep(MOMENT_SECONDS)
        site.pages.update(after)
        second = post(f"{site.url}/chapters/{whole.chapters[0].key}.html")
        child.resume()
        job = ended(first, second)

    assert [row.title for row in library(job)] == [chapter.title for chapter in whole.chapters]
