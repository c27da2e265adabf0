"""Whatever a site or a name server answers, nothing but an allowed address is ever dialled."""

from __future__ import annotations

import contextlib
import select
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from twisted.names.client import Resolver

from ingestion.crawl import reactor
from ingestion.crawl.dialling import GuardedResolver
from ingestion.status import JobStatus
from tests.conftest import configure
from tests.library import Work, contents, holes, ingest, novel
from tests.sites import plain
from tests.sites.names import Names
from tests.sites.web import Page, Site


@contextlib.contextmanager
def trap(port: int = 0) -> Iterator[int]:
    """A port of 127.0.0.2 that nobody may connect to."""
    with socket.create_server(("127.0.0.2", port)) as listening:
        yield listening.getsockname()[1]
        assert not select.select([listening], [], [], 0)[0], "somebody came"


@pytest.fixture(autouse=True)
def one_address(work: Work, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, ALLOWED_NETWORKS="127.0.0.1/32", PAGE_RETRIES="0")


def targets(port: int) -> dict[str, str]:
    """Where a redirect may try to lead, and what is said to it."""
    address = "is not a public address"
    return dict.fromkeys(
        (f"http://{host}:{port}/" for host in ("127.0.0.2", "2130706434", "[::ffff:127.0.0.2]")), address
    ) | {
        f"//127.0.0.2:{port}/other": address,
        "http://169.254.169.254/latest/meta-data/": address,
        f"http://me@127.0.0.2:{port}/": "user name",
        "http://example.org:22/": "port 22 of example.org",
        "file:///etc/passwd": "redirects to file:///etc/passwd, and only http",
        "ftp://127.0.0.2/": "redirects to ftp:",
        "data:text/html,<a>": "redirects to data:",
        "javascript:alert(1)": "redirects to javascript:",
        "http://127.0.0.1/" + "x" * 5000: "a URL of 5017 characters",
    }


def test_a_redirect_to_what_is_forbidden_is_told_and_not_followed(work: Work):
    with trap() as port, Site() as site:
        wanted = list(targets(port).items())
        site.pages |= {f"/{n}": Page(status=302, headers={"Location": to}) for n, (to, _) in enumerate(wanted)}
        site.pages |= {
            "/index.html": Page(contents([*map(str, range(len(wanted) + 1))])),
            f"/{len(wanted)}": Page("<p>Here."),
        }
        found = holes(ingest(f"{site.url}/index.html", work))

    assert [hole for hole in found.values() if hole[0] != "forbidden_address"] == []
    assert [to for n, (to, says) in enumerate(wanted) if says not in found[f"Chapter {n}"][1]] == []


def test_robots_txt_that_redirects_to_a_forbidden_address_forbids_its_site(work: Work):
    with trap() as port, Site(plain.render(novel())) as site:
        site.pages["/robots.txt"] = Page(status=301, headers={"Location": f"http://127.0.0.2:{port}/robots.txt"})
        job = ingest(f"{site.url}/index.html", work)

        assert [hit.path for hit in site.hits] == ["/robots.txt"]
    assert (job.status, job.error_kind) == (JobStatus.ERROR, "forbidden_address")


def test_a_page_that_sends_browsers_on_sends_nobody_on(work: Work):
    with trap() as port, Site() as site:
        there = f"http://127.0.0.2:{port}/"
        head = f'<meta http-equiv="refresh" content="0;url={there}"><script>location = "{there}"</script><base href="{there}">'
        site.pages["/index.html"] = Page(
            f'<head>{head}</head><iframe src="{there}"></iframe><img src="{there}"><a rel="next" href="{there}">Next</a>',
            headers={"Refresh": f"0; url={there}"},
        )
        job = ingest(f"{site.url}/index.html", work)

    assert (job.status, job.error_kind) == (JobStatus.ERROR, "unsupported_site")


@pytest.mark.parametrize("second", ["127.0.0.2", "169.254.169.254", "0.0.0.0"])
def test_a_name_that_is_bound_anew_between_check_and_use_gets_nowhere(
    work: Work, monkeypatch: pytest.MonkeyPatch, second: str
):
    pages = {"/index.html": Page("x", status=503, headers={"Connection": "close"})}
    with Site(pages) as site, trap(int(site.netloc.rpartition(":")[2])) as port, Names(["127.0.0.1", second]) as names:

        class There(GuardedResolver):
            def __init__(self, real: Any) -> None:
                real.installResolver(Resolver(servers=[names.address]))
                super().__init__(real)

        monkeypatch.setattr(reactor, "GuardedResolver", There)
        configure(monkeypatch, ALLOWED_PORTS=str(port))
        pages["/robots.txt"] = Page("", headers={"Connection": "close"})
        site.pages.update(pages)
        job = ingest(f"http://rebound.example:{port}/index.html", work)

        assert [hit.path for hit in site.hits] == ["/robots.txt"]
        assert names.asked >= 2
    assert (job.status, job.error_kind) == (JobStatus.ERROR, "forbidden_address")
    assert f"rebound.example ({second}) is not a public address" in (job.error_message or "")
