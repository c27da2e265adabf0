"""A message goes to an allowed address, and nowhere else, whatever a name or a receiver answers."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from ingestion.background import posting
from ingestion.background.posting import Answer, post
from ingestion.errors import ForbiddenAddress, SiteTimeout, Unreachable
from tests.conftest import configure, forget
from tests.sites.web import Page, Site


@pytest.fixture(autouse=True)
def one_address(monkeypatch: pytest.MonkeyPatch):
    """127.0.0.1 alone may be dialled; no server is needed."""
    configure(monkeypatch, ALLOWED_NETWORKS="127.0.0.1/32")
    yield
    forget()


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the system's resolver answer a name with these addresses."""
    real = socket.getaddrinfo

    def answer(name: str, *addresses: str) -> None:
        def getaddrinfo(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
            found = addresses if host == name else (host,)
            return [place for address in found for place in real(address, port, *args, **kwargs)]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    return answer


def test_the_receiver_gets_the_body_under_the_name_that_it_was_called_by(
    named: Callable[..., None], monkeypatch: pytest.MonkeyPatch
):
    with Site({"/hook?key=1": Page(status=204, headers={"Retry-After": "7"})}) as site:
        port = site.url.rpartition(":")[2]
        named("receiver.example.org", "127.0.0.1")
        configure(monkeypatch, ALLOWED_PORTS=port)
        answer = post(f"http://receiver.example.org:{port}/hook?key=1", b"{}", {"webhook-id": "m"})

    assert answer == Answer(status=204, retry_after=7.0)
    [hit] = site.hits
    assert (hit.method, hit.body, hit.headers["webhook-id"]) == ("POST", b"{}", "m")
    assert hit.headers["host"] == f"receiver.example.org:{port}"


def test_a_name_that_leads_to_a_forbidden_address_gets_nothing(
    named: Callable[..., None], monkeypatch: pytest.MonkeyPatch
):
    with socket.create_server(("127.0.0.2", 0)) as listening:
        port = listening.getsockname()[1]
        named("rebound.example.org", "127.0.0.2")
        configure(monkeypatch, ALLOWED_PORTS=str(port))
        with pytest.raises(ForbiddenAddress, match=r"rebound\.example\.org \(127\.0\.0\.2\) is not a public address"):
            post(f"http://rebound.example.org:{port}/", b"{}", {})

        assert not select.select([listening], [], [], 0)[0], "somebody came"


def test_of_several_addresses_the_one_that_answers_and_may_be_dialled_is_taken(
    named: Callable[..., None], monkeypatch: pytest.MonkeyPatch
):
    with Site({"/": Page()}) as site:
        port = site.url.rpartition(":")[2]
        named("many.example.org", "127.0.0.2", "127.0.0.1")
        configure(monkeypatch, ALLOWED_PORTS=port)

        assert post(f"http://many.example.org:{port}/", b"{}", {}).status == 200


def test_a_redirect_is_not_followed():
    with Site({"/": Page(status=307, headers={"Location": "/inside"}), "/inside": Page()}) as site:
        assert post(f"{site.url}/", b"{}", {}).status == 307

    assert site.requests() == 1


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with Site({"/": Page()}) as site:
        assert post(f"{site.url}/", b"{}", {}).status == 200


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/", "http://169.254.169.254/latest", "file:///etc/passwd", "http://127.2/"]
)
def test_what_the_guard_refuses_is_not_dialled(url: str):
    with pytest.raises(ForbiddenAddress):
        post(url, b"{}", {})


def test_who_is_not_there_or_says_nothing_has_a_sentence_without_the_path(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(posting, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(SiteTimeout, match=r"^127\.0\.0\.1 did not answer within") as late:
            post(f"http://127.0.0.1:{port}/secret", b"{}", {})
    with pytest.raises(Unreachable, match=r"^127\.0\.0\.1 takes no connection") as gone:
        post(f"http://127.0.0.1:{port}/secret", b"{}", {})

    assert "secret" not in f"{late.value} {gone.value}"


@pytest.mark.parametrize("drop", [b"X-Slow: 1\r\n", b"\r\nHTTP/1.1 103 Early Hints\r\n"])
def test_an_answer_that_drips_holds_nobody_up(monkeypatch: pytest.MonkeyPatch, drop: bytes):
    monkeypatch.setattr(posting, "TIMEOUT_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            with listening.accept()[0] as receiver, contextlib.suppress(OSError):
                receiver.sendall(b"HTTP/1.1 103 Early Hints\r\n")
                for _ in range(30):
                    time.sleep(0.1)
                    receiver.sendall(drop)

        dripping = threading.Thread(target=drip)
        dripping.start()
        begun = time.monotonic()
        with pytest.raises(SiteTimeout, match=r"^127\.0\.0\.1 did not answer within"):
            post(f"http://127.0.0.1:{listening.getsockname()[1]}/", b"{}", {})
        took = time.monotonic() - begun
        dripping.join()

    assert took < 2


def test_an_answer_without_end_is_not_read(monkeypatch: pytest.MonkeyPatch):
    with Site({"/": Page(b"x", headers={"Content-Length": str(10**12)})}) as site:
        assert post(f"{site.url}/", b"{}", {}).status == 200
