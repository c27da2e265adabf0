"""Passwords are masked in whatever people read."""

from __future__ import annotations

import logging
import traceback
import zlib
from base64 import b64decode
from io import StringIO

import pytest
import structlog
from sqlalchemy import text

from ingestion import broker, config, db, jobs, logs, redaction, tasks
from ingestion.errors import Crashed
from ingestion.redaction import redacted
from ingestion.retry import Backoff
from ingestion.startup import explained
from tests.commandline import claim, posted
from tests.conftest import configure
from tests.library import Work, ingest, novel
from tests.processes import read, story
from tests.sites import plain
from tests.sites.web import Site

pytestmark = pytest.mark.usefixtures("environment")

PASSWORD = 'p@s"s w/ord'
WRITTEN = "p%40s%22s%20w%2Ford"


@pytest.fixture(autouse=True)
def with_a_password(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's PostgreSQL trusts everybody, so it takes any password."""
    configure(monkeypatch, DATABASE_URL=environment["DATABASE_URL"].replace("postgres@", f"postgres:{WRITTEN}@"))
    assert WRITTEN in (config.settings().database_url or "")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (f"cannot reach postgresql://me:{WRITTEN}@db/x now", "cannot reach postgresql://me:***@db/x now"),
        (f"password={PASSWORD} host=db", "password=*** host=db"),
        ("see redis://:other@cache:6379/0", "see redis://:***@cache:6379/0"),
        ('{"url": "https://me:other@example.org/"}', '{"url": "https://me:***@example.org/"}'),
        ("https://example.org:8000/?to=me@example.org", "https://example.org:8000/?to=me@example.org"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_a_password_is_masked_wherever_it_stands(said: str, told: str):
    assert redacted(said) == told


def test_a_password_among_a_url_s_parameters_is_masked(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, REDIS_URL="rediss://cache:6379/0?password=s3%2Bcret&ssl_password=of-the-key")

    assert redacted("AUTH s3+cret, or s3%2Bcret; of-the-key") == "AUTH ***, or ***; ***"


def test_a_short_password_masks_no_part_of_another_word(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, REDIS_URL="redis://:read@cache")

    assert redacted("AUTH read: already reading") == "AUTH ***: already reading"


def test_where_notifications_go_is_no_secret_and_their_token_is(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, NOTIFY_URLS="gotify://192.0.2.7/AbCdEf-123456")

    assert redacted("192.0.2.7 refused AbCdEf-123456") == "192.0.2.7 refused ***"


@pytest.mark.parametrize("form", ["console", "json"])
def test_the_log_has_no_password(monkeypatch: pytest.MonkeyPatch, form: str):
    configure(monkeypatch, LOG_FORMAT=form)
    seen = StringIO()
    logs.configure("test", stream=seen)
    try:
        raise ValueError(f"no answer from postgresql://me:{WRITTEN}@db/x, password {PASSWORD}")
    except ValueError as error:
        structlog.get_logger("ours").warning("it failed", error=str(error), exc_info=True)
        logging.getLogger("theirs").exception("it failed: %s", error)
    logs.configure("test")

    assert seen.getvalue().count("it failed") == 2
    assert "ord" not in seen.getvalue().replace("password", "")
    assert seen.getvalue().count("***") >= 8


def test_a_job_s_story_has_no_password():
    (job_id,) = posted(1)
    claim(job_id)
    try:
        raise ValueError(f"no answer from postgresql://me:{WRITTEN}@db/x, password {PASSWORD}")
    except ValueError as error:
        detail = {"traceback": traceback.format_exc(), "more": [PASSWORD]}
        crash = Crashed(f"a fault ({error})")
    with db.transaction() as session:
        jobs.end(session, job_id, 1, crash, Backoff.as_set(), detail=detail)

    with db.transaction() as session:
        written = str(session.execute(text("SELECT message, detail::text FROM job_event")).all())
    assert "no answer from postgresql://me:***@db/x, password ***" in written
    assert read(job_id).error_message == "a fault (no answer from postgresql://me:***@db/x, password ***)"
    assert WRITTEN not in written
    assert redaction.tellable(PASSWORD) == "***"


def test_a_crash_whose_text_holds_a_password_leaves_it_nowhere(
    work: Work, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    def crash(*_: object, **__: object) -> None:
        raise ValueError(f"cannot use {config.settings().database_url}")

    monkeypatch.setattr(tasks, "parse", crash)  # as a bug in a parser would
    with Site(plain.render(novel())) as site:
        job = ingest(f"{site.url}/index.html", work)

    client = broker.connection()
    (result,) = (client.xrange(key) for key in client.scan_iter("rq:results:*"))
    failure = zlib.decompress(b64decode(result[0][1][b"exc_string"])).decode()
    assert job.error_kind == "crash"
    for place in (str(job.error_message), str(story(job.id)), capfd.readouterr().out, failure):
        assert "ValueError: cannot use postgresql+psycopg2://postgres:***@" in place
        assert WRITTEN not in place


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("DATABASE_URL", f"postgresql://me:{WRITTEN}@127.0.0.1:1/x"),
        ("DATABASE_URL", f"postgresql://me:{WRITTEN}@no-such-host.invalid/x"),
        ("REDIS_URL", f"redis://:{WRITTEN}@127.0.0.1:1/0"),
    ],
)
def test_a_start_that_fails_names_no_password(monkeypatch: pytest.MonkeyPatch, name: str, url: str):
    configure(monkeypatch, **{name: url})
    with pytest.raises(SystemExit, match=f"check {name}") as told, explained():
        broker.connection().ping() if name == "REDIS_URL" else db.engine().connect()

    assert PASSWORD not in str(told.value)
    assert WRITTEN not in str(told.value)


def test_a_start_that_fails_by_an_option_says_whose(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, DATABASE_URL="postgresql://me:sesame@127.0.0.1:1/x?sslmod=require")
    with pytest.raises(SystemExit, match=r'settings: DATABASE_URL: .*"sslmod"') as told, explained():
        db.engine().connect()

    assert "sesame" not in str(told.value)
