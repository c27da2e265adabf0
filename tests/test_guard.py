"""Which addresses may be fetched, however they are spelled."""

from __future__ import annotations

import ipaddress

import pytest

from ingestion import guard
from ingestion.errors import ForbiddenAddress
from tests.conftest import configure, forget

PRIVATE = [
    *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "224.0.0.1", "100.64.0.1"),
    *("192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "240.0.0.1", "255.255.255.255"),
    "192.88.99.1",  # a relay of 6to4
    *(
        "192.0.0.192",
        "[::ffff:192.0.0.192]",
        "192.0.0.9",
        "168.63.129.16",
        "[64:ff9b::a83f:8110]",
    ),  # what clouds answer at
    *("[::]", "[::1]", "[fe80::1]", "[fc00::1]", "[fd00::1]", "[ff02::1]", "[fec0::1]", "[100::1]"),
    *("[2001:db8::1]", "[3fff::1]", "[5f00::1]", "[2001:2::1]", "[2001:10::1]", "[4000::1]"),
    *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:0:7f00:1]", "[::127.0.0.1]", "[::5db8:d822]"),
    *("[2002:7f00:1::]", "[2002:5db8:d822::1]", "[2001:0:5db8:d822::1]"),  # 6to4 and Teredo, whatever is inside
    *("[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::5db8:d822]"),  # NAT64
    *("2130706433", "0x7f000001", "017700000001", "0x7f.1", "0177.0.0.1", "127.1", "127.0.1", "10.1", "0"),
    *("0xA9.0xFE.0xA9.0xFE", "2852039166", "127.0.0.1.", "localhost", "LOCALHOST", "a.localhost", "localhost."),
    *("１２７.０.０.１", "127。0。0。1", "①②⑦.0.0.1", "ｌｏｃａｌｈｏｓｔ"),  # what IDNA folds to ASCII
]
ODD = [
    *("file:///etc/passwd", "ftp://example.org/", "gopher://example.org:70/", "data:text/html,x", "//example.org/"),
    *("javascript:alert(1)", "dict://example.org:11211/", "http:///", "http://", "https:example.org", ""),
    *("https://u:p@example.org/", "https://u@example.org/", "https://@example.org/", "http://example.org@127.0.0.1/"),
    *("http://127.0.0.1\\@example.org/", "http://example.org\\.evil.example/", "http://example.org/\\..\\x"),
    *(
        "http://exam ple.org/",
        "http://example.org/\t",
        "http://exam\nple.org/",
        "http://example.org/\x00",
        "\x01http://a/",
    ),
    *(
        "http://127%2e0%2e0%2e1/",
        "http://%31%32%37.0.0.1/",
        "http://localhost%00.example.org/",
        "http://[fe80::1%25eth0]/",
    ),
    *("http://127.0.0.1../", "http://a..b/", "http://[::1", "http://[127.0.0.1]/", "http://[v1.x]/", "http://x:y/"),
    *("http://example.org:99999/", "http://ex<ample.org/", "http://example.org*/", f"http://{'a' * 64}.example/"),
    f"http://example.org/{'x' * 4096}",
]


@pytest.fixture(autouse=True)
def public_only(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, ALLOWED_NETWORKS="")
    yield
    forget()


@pytest.mark.parametrize("host", PRIVATE)
def test_an_address_that_is_not_public_is_refused_in_any_spelling(host: str):
    with pytest.raises(ForbiddenAddress, match="not a public address"):
        guard.check_url(f"http://{host}/")


@pytest.mark.parametrize("url", ODD)
def test_what_is_no_plain_web_address_is_refused(url: str):
    with pytest.raises(ForbiddenAddress) as refusal:
        guard.check_url(url)
    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 400


@pytest.mark.parametrize(
    "url",
    [
        *(
            "https://example.org/",
            "http://93.184.215.14/",
            "https://[2606:2800:21f::1]/",
            "https://example.org./a?b=%5C#c",
        ),
        *(
            "http://example.org:8080/",
            "https://example.org:8443/",
            "https://bücher.example/",
            "http://sub_domain.example.org/",
        ),
        *("http://[::ffff:93.184.215.14]/", "http://[64:ff9b::5db8:d70e]/"),
    ],
)
def test_a_public_address_passes(url: str):
    guard.check_url(url)


@pytest.mark.parametrize("port", [0, 21, 22, 25, 6379, 11211, 5432, 65535])
def test_a_port_that_no_web_site_has_is_refused(port: int):
    with pytest.raises(ForbiddenAddress, match=f"port {port} of example.org .*ALLOWED_PORTS"):
        guard.check_url(f"http://example.org:{port}/")


def test_the_operator_can_allow_a_port(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, ALLOWED_PORTS="443, 8000")
    guard.check_url("http://example.org:8000/")

    with pytest.raises(ForbiddenAddress, match="only 443, 8000 are"):
        guard.check_url("http://example.org/")


def test_the_operator_can_allow_a_network_with_any_port_and_nothing_more(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, ALLOWED_NETWORKS="127.0.0.0/8, fd00::/8")
    for url in ("http://127.0.0.5:12345/", "http://[fd00::1]:9/", "http://[::ffff:127.0.0.1]/", "http://localhost:9/"):
        guard.check_url(url)

    for url in ("http://10.0.0.1/", "http://[::1]/", "http://example.org:12345/"):
        with pytest.raises(ForbiddenAddress):
            guard.check_url(url)


def test_the_operator_can_allow_a_host_whatever_its_address_is(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, ALLOWED_HOSTS="Mirror.LAN, bücher.example")
    guard.check_url("http://mirror.lan.:5000/")
    guard.check_url("http://xn--bcher-kva.example:5000/")
    guard.check_address("mirror.lan", ipaddress.ip_address("10.0.0.1"))

    for host in ("other.lan", "a.mirror.lan", "mirror.lan.example.org"):
        with pytest.raises(ForbiddenAddress):
            guard.check_address(host, ipaddress.ip_address("10.0.0.1"))


def test_the_address_dialled_is_judged_by_itself():
    with pytest.raises(ForbiddenAddress, match=r"innocent\.example \(10\.0\.0\.1\)"):
        guard.check_address("innocent.example", ipaddress.ip_address("10.0.0.1"))


def test_a_name_in_letters_that_look_like_others_is_told_in_punycode():
    with pytest.raises(ForbiddenAddress, match=r"^xn--exmple-4nf\.org \(10\.0\.0\.1\)"):
        guard.check_address("ex\u0430mple.org", ipaddress.ip_address("10.0.0.1"))
