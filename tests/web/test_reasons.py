"""Every kind of error has words of its own."""

from __future__ import annotations

from ingestion.errors import IngestionError
from ingestion.web import reasons


def kinds(root: type[IngestionError]) -> set[str]:
    return {root.kind}.union(*map(kinds, root.__subclasses__()))


def test_every_kind_of_error_is_told_in_plain_words():
    assert kinds(IngestionError) - {IngestionError.kind} == set(reasons.KNOWN)


def test_a_kind_of_another_version_is_told_by_its_name():
    assert "newer" in reasons.of("newer").told
