"""A server that wants to hurt: each way ends in an error with its reason, and the worker lives."""

from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import brotli
import pytest
import zstandard

from ingestion import db, intake, joblist, tasks
from ingestion.crawl import underway
from ingestion.status import JobStatus
from tests.conftest import configure
from tests.library import Work, contents, holes, ingest, novel
from tests.processes import read
from tests.sites import plain
from tests.sites.raw import Raw
from tests.sites.web import Page, Site

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
ZEROS = bytes(300_000)


class Hostile(NamedTuple):
    """What a server sends, and how the job ends."""

    answer: Iterable[bytes]
    kind: str
    says: str


def drip(head: bytes) -> Iterator[bytes]:
    """An answer that comes a byte at a time and never ends."""
    yield head
    for _ in range(100):
        time.sleep(0.1)
        yield b"a"


def packed(body: bytes, *codings: str) -> list[bytes]:
    head = OK + b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (", ".join(codings).encode(), len(body))
    return [head, body]


def redirect(to: str) -> list[bytes]:
    return [b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: %s\r\n\r\n" % to.encode()]


def page(body: bytes) -> list[bytes]:
    return [OK + b"Content-Length: %d\r\n\r\n" % len(body), body]


BROKEN, HEADERS, UNPACKED = (
    "cut off, or is no HTTP",
    "more headers than",
    "larger than a page may be when it is unpacked",
)
ANSWERS = {
    "gzip bomb": Hostile(packed(gzip.compress(ZEROS), "gzip"), "too_large", UNPACKED),
    "deflate bomb": Hostile(packed(zlib.compress(ZEROS), "deflate"), "too_large", UNPACKED),
    "brotli bomb": Hostile(packed(brotli.compress(ZEROS), "br"), "too_large", UNPACKED),
    "zstd bomb": Hostile(packed(zstandard.compress(ZEROS), "zstd"), "too_large", UNPACKED),
    "bomb in a bomb": Hostile(packed(gzip.compress(gzip.compress(ZEROS)), "gzip", "gzip"), "too_large", UNPACKED),
    "many codings": Hostile(packed(b"x", *["gzip"] * 9), "too_large", "compressed 9 times over"),
    "not what it says": Hostile(packed(b"no gzip", "gzip"), "unreachable", "BadGzipFile"),
    "too long, told": Hostile([OK + b"Content-Length: 10000000\r\n\r\n"], "too_large", "larger than a page may be"),
    "too long, untold": Hostile([OK + b"\r\n", *[b"<p>" * 10_000] * 50], "too_large", "larger than a page may be"),
    "shorter than told": Hostile([OK + b"Content-Length: 999\r\n\r\n", b"short"], "unreachable", BROKEN),
    "negative length": Hostile([OK + b"Content-Length: -5\r\n\r\nx"], "unreachable", BROKEN),
    "two lengths": Hostile([OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxy"], "unreachable", BROKEN),
    "chunk of no size": Hostile([OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n"], "unreachable", BROKEN),
    "chunk cut off": Hostile([OK + b"Transfer-Encoding: chunked\r\n\r\nfffffff\r\nabc"], "unreachable", BROKEN),
    "unknown transfer": Hostile([OK + b"Transfer-Encoding: smoke\r\n\r\n"], "unreachable", BROKEN),
    "no HTTP": Hostile([b"<html>Hello, this is HTTP/0.9\r\n\r\n"], "unreachable", BROKEN),
    "noise": Hostile([bytes(range(256)) * 40], "unreachable", BROKEN),
    "nothing": Hostile([], "unreachable", BROKEN),
    "no status": Hostile([b"HTTP/1.1 99999999999 OK\r\nContent-Length: 0\r\n\r\n"], "unreachable", "which is none"),
    "endless headers": Hostile([OK, *(b"X-%d: x\r\n" % n for n in range(20_000))], "too_large", HEADERS),
    "endless cookies": Hostile([OK, *[b"Set-Cookie: a=" + b"x" * 4000 + b"\r\n"] * 99], "too_large", HEADERS),
    "endless header": Hostile([OK + b"X: ", *[b"x" * 9000] * 99], "too_large", HEADERS),
    "endless patience": Hostile([b"HTTP/1.1 100 Continue\r\n\r\n"] * 9000, "too_large", HEADERS),
    "far address": Hostile(redirect("/" + "x" * 10_000), "forbidden_address", "a URL of 100"),
    "farther address": Hostile(redirect("/" + "x" * 1_000_000), "too_large", HEADERS),
    "no address": Hostile(redirect("http://[::1"), "forbidden_address", "redirects to http://[::1"),
    "deep": Hostile(page(b"<html>" + b"<i>" * 2000 + b"text"), "too_large", "nested more than 512 deep"),
    "tags": Hostile(page(b"<html>" + b"<a>" * 9000), "too_large", "9001 tags, 5000 is the most"),
    "no encoding": Hostile([OK[:-2] + b"; charset=zip\r\nContent-Length: 2\r\n\r\nxx"], "parse", "written in zlib"),
    "dripping head": Hostile(drip(b"HTTP/1.1 200 "), "timeout", "in time"),
    "dripping header": Hostile(drip(OK + b"X: "), "timeout", "in time"),
    "dripping body": Hostile(drip(OK + b"Content-Length: 9999\r\n\r\n"), "timeout", "in time"),
}


def test_each_page_is_left_out_with_its_reason_and_the_worker_goes_on(work: Work, monkeypatch: pytest.MonkeyPatch):
    limits = {"MAX_PAGE_BYTES": "200000", "MAX_PAGE_TAGS": "5000", "DOWNLOAD_TIMEOUT": "2", "PAGE_RETRIES": "0"}
    configure(monkeypatch, **limits)
    monkeypatch.setattr(underway, "FAILURES_IN_A_ROW", len(ANSWERS))
    answers = {f"/{n}": hostile.answer for n, hostile in enumerate(ANSWERS.values())}
    good = {"/index.html": page(contents([*ANSWERS, "one"]).encode()), f"/{len(ANSWERS)}": page(b"<p>It is there.</p>")}
    with Raw(answers | good) as server, Site(plain.render(novel())) as site:
        hurt = intake.submit(f"{server.url}/index.html").job.id
        healthy = ingest(f"{site.url}/index.html", work)
    found = {title.removeprefix("Chapter "): hole for title, hole in holes(read(hurt)).items()}

    assert {name: kind for name, (kind, _) in found.items()} == {name: ANSWERS[name].kind for name in ANSWERS}
    assert {name: said for name, (_, said) in found.items() if ANSWERS[name].says not in said} == {}
    assert (read(hurt).chapters_saved, healthy.status) == (1, JobStatus.DONE)


def test_a_chain_of_redirects_ends_at_the_limit(work: Work):
    with Site() as site:
        steps = {f"/{n}": Page(status=302, headers={"Location": f"/{n + 1}"}) for n in range(30)}
        site.pages.update(steps)
        job = ingest(f"{site.url}/0", work)

        assert site.requests("/") == 12  # robots.txt, the page, ten redirects
    assert (job.error_kind, "redirects more than 10 times" in (job.error_message or "")) == ("unreachable", True)


def test_a_fault_is_told_whatever_its_message_holds(work: Work, monkeypatch: pytest.MonkeyPatch):
    def fault(*_: object, **__: object) -> None:
        raise ValueError("\x00 \ud800 \x1b[2J\nforged")

    monkeypatch.setattr(tasks, "parse", fault)
    with Site(plain.render(novel())) as site:
        job = ingest(f"{site.url}/index.html", work)
    with db.transaction() as session:
        told = [event.detail["traceback"] for event in joblist.events(session, job.id) if event.detail]

    assert (job.status, job.error_kind) == (JobStatus.ERROR, "crash")
    assert "ValueError" in told[-1]
