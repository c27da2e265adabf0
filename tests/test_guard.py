"""Which addresses may be fetched."""

from __future__ import annotations

import ipaddress

import pytest

from ingestion import guard
from ingestion.errors import ForbiddenAddress
from tests.conftest import configure

PRIVATE = [
    "127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "0.0.0.0",
    "224.0.0.1",
    "100.64.0.1",
]
PRIVATE += ["[::1]", "[fe80::1]", "[fd00::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"]
PRIVATE += ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "localhost", "a.localhost", "localhost."]


@pytest.fixture(autouse=True)
def public_only(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, ALLOWED_NETWORKS="")


@pytest.mark.parametrize("host", PRIVATE)
def test_an_address_that_is_not_public_is_refused_in_any_spelling(host: str):
    with pytest.raises(ForbiddenAddress, match="not a public address"):
        guard.check_url(f"http://{host}/")


@pytest.mark.parametrize("url", ["https://example.org/", "http://93.184.215.14/", "https://[2606:2800:21f::1]/"])
def test_a_public_address_passes(url: str):
    guard.check_url(url)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/", "http:///", "https://u:p@example.org/"])
def test_another_scheme_or_a_password_is_refused(url: str):
    with pytest.raises(ForbiddenAddress):
        guard.check_url(url)


def test_the_operator_can_allow_a_network_and_nothing_more(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, ALLOWED_NETWORKS="127.0.0.0/8, fd00::/8")
    guard.check_url("http://127.0.0.5:8080/")
    guard.check_url("http://[fd00::1]/")

    with pytest.raises(ForbiddenAddress):
        guard.check_url("http://10.0.0.1/")


def test_the_address_dialled_is_judged_by_itself():
    with pytest.raises(ForbiddenAddress, match=r"innocent\.example \(10\.0\.0\.1\)"):
        guard.check_address("innocent.example", ipaddress.ip_address("10.0.0.1"))
