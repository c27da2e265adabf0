"""COPY of new rows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from ingestion import copying, db
from ingestion.items import Matter
from ingestion.models import ChapterRow, NovelRow

pytestmark = pytest.mark.usefixtures("environment")

HOSTILE = st.text(st.sampled_from("\\\n\r\t\vN.x\x08'\"é\u2028\U0001f4d6") | st.characters(exclude_categories=["Cs"]))
STORABLE = HOSTILE.map(lambda text: text.replace("\x00", ""))
COLUMNS = ("key", "position", "matter", "title", "url", "content", "words", "digest", "revision", "hidden_removed")


def novel(session: Session) -> int:
    row = NovelRow(site="s", key="k", url="u", title="t", authors=[], tags=[], confidence=1.0)
    session.add(row)
    session.flush()
    return row.id


def told(key: str, content: str | None, digest: bytes | None = None) -> tuple[object, ...]:
    return (key, 1, Matter.BODY, "t", "u", content, 0, digest, 1, 0)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.tuples(STORABLE, st.none() | STORABLE, st.none() | st.binary()), unique_by=lambda row: row[0]))
def test_what_is_copied_is_read_again_to_the_letter(
    monkeypatch: pytest.MonkeyPatch, texts: list[tuple[str, str | None, bytes | None]]
):
    monkeypatch.setattr(copying, "ENOUGH", 300)  # bytes: some of them take several statements
    when = datetime(2024, 2, 29, 23, 59, 59, 123456, tzinfo=UTC)
    with Session(db.engine()) as session:
        common = {"novel_id": novel(session), "edited_at": when}
        rows = [common | dict(zip(COLUMNS, told(*row), strict=True)) for row in texts]
        count = copying.insert(session, ChapterRow, iter(rows))
        columns = [getattr(ChapterRow, name) for name in (*common, *COLUMNS)]
        found = session.execute(select(*columns).order_by(ChapterRow.id)).mappings().all()

        assert count == len(texts)
        assert found == rows


def test_a_text_that_no_database_holds_is_an_error_like_any_other_statement_s():
    with Session(db.engine()) as session:
        rows = [{"novel_id": novel(session)} | dict(zip(COLUMNS, told("a", "\x00"), strict=True))]
        with pytest.raises(DataError):
            copying.insert(session, ChapterRow, rows)


def test_a_fault_in_the_rows_is_raised_as_what_it_is():
    with Session(db.engine()) as session:
        here = {"novel_id": novel(session)}
        rows = [here | dict(zip(COLUMNS, told(key, key), strict=True)) for key in ("a", "\ud800")]
        with pytest.raises(UnicodeEncodeError):
            copying.insert(session, ChapterRow, rows)
