"""Every page of a site that is recorded gives what it gave when it was."""

from __future__ import annotations

import pytest

from ingestion import crawl
from ingestion.kit import differences, recording


@pytest.mark.parametrize("site", recording.sites())
def test_the_recorded_pages_of_a_site_are_read_as_they_were(site: str):
    readings = list(recording.replay(crawl.spider_named(site), recording.load(site)))

    told = {f"{one.method} of {one.mark}": differences.told(one.was, one.now) for one in readings if one.was != one.now}
    assert not told
    assert {one.method for one in readings} == set(recording.METHODS)
