"""What each kind promises: that it can be loaded, how long it tries, and how a digest reads."""

from __future__ import annotations

import pytest

from ingestion import queue
from ingestion.background import notifying
from ingestion.background.kinds import KINDS, WEBHOOK


def test_each_kind_waits_in_a_queue_that_there_is_and_names_what_does_it():
    assert {name for name, kind in KINDS.items() if name != kind.name or not callable(kind.load())} == set()
    assert {kind.queue for kind in KINDS.values()} <= set(queue.ALL) - set(queue.NAMES.values())


def test_a_day_passes_before_a_message_is_given_up():
    rests = [min(WEBHOOK.retry_seconds * 2**n, WEBHOOK.retry_max_seconds) for n in range(WEBHOOK.attempts - 1)]

    assert 0.75 * sum(rests) == pytest.approx(24 * 3600, rel=0.15)


def test_a_digest_counts_what_happened_and_says_it_line_by_line():
    failed, new = {"event": "job.error", "text": "A: job 1 failed"}, {"event": "chapters.new", "text": "B: 2 chapters"}
    digest = {"lines": [failed, new, failed], "more": 4}

    assert notifying.title(digest) == "Quire: 2 jobs failed, 1 novel has new chapters, and 4 more"
    assert notifying.text(digest).splitlines() == [failed["text"], new["text"], failed["text"], "… and 4 more"]
