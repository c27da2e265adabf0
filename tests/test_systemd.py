"""What systemd hears, at a socket like its own: of a process that was forked, of the worker, of the API."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from ingestion import config, systemd
from ingestion.pool import Pool
from ingestion.system import ROOT, free_port
from tests.conftest import configure
from tests.processes import post
from tests.sites import plain
from tests.sites.samples import make_novel
from tests.sites.web import Site

PATIENCE_SECONDS = 30


@pytest.fixture
def listener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as made:
        made.bind(str(tmp_path / "notify"))
        made.settimeout(PATIENCE_SECONDS)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield made


def heard(listener: socket.socket) -> str:
    return listener.recv(4096).decode()


def hear(listener: socket.socket, wanted: str) -> None:
    while heard(listener) != wanted:
        pass


def test_it_is_told_in_the_words_of_the_protocol(listener: socket.socket):
    systemd.ready("waiting for jobs")
    systemd.alive()
    systemd.stopping()

    told = [heard(listener) for _ in range(3)]
    assert told == ["READY=1\nSTATUS=waiting for jobs", "WATCHDOG=1", "STOPPING=1\nSTATUS=stopping"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has abstract sockets")
def test_an_abstract_socket_is_reached(monkeypatch: pytest.MonkeyPatch):
    name = f"quire-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(f"\0{name}")
        listener.settimeout(PATIENCE_SECONDS)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
        systemd.alive()

        assert heard(listener) == "WATCHDOG=1"


def test_a_forked_child_is_silent(listener: socket.socket):
    if (child := os.fork()) == 0:
        systemd.ready("a child")
        os._exit(0)
    os.waitpid(child, 0)
    systemd.alive()

    assert heard(listener) == "WATCHDOG=1"


def test_of_a_pool_the_parent_speaks_and_its_workers_are_silent(listener: socket.socket):
    Pool(1, partial(systemd.ready, "a worker"), lasting=False).run()
    systemd.stopping()

    told = [heard(listener) for _ in range(3)]
    assert told == ["READY=1\nSTATUS=1 workers", "WATCHDOG=1", "STOPPING=1\nSTATUS=stopping"]


@pytest.mark.parametrize("address", ["", "/nowhere/notify"])
def test_where_nobody_listens_nothing_is_said_and_nothing_fails(monkeypatch: pytest.MonkeyPatch, address: str):
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    systemd.ready("alone")
    systemd.alive()


@pytest.mark.long
def test_a_worker_gives_signs_of_life_while_it_waits_and_while_its_child_works(
    environment: dict[str, str], listener: socket.socket
):
    pages = {path: replace(page, delay=0.5) for path, page in plain.render(make_novel(chapters=40)).items()}
    two_seconds = environment | {"WATCHDOG_USEC": "2000000", "LOG_LEVEL": "WARNING"}
    worker = subprocess.Popen([sys.executable, "worker.py"], cwd=ROOT, env=os.environ | two_seconds)
    try:
        with Site(pages) as site:
            hear(listener, "READY=1\nSTATUS=waiting for jobs")
            idle = [heard(listener), heard(listener)]
            post(f"{site.url}/index.html")
            hear(listener, "READY=1\nSTATUS=at work")
            busy = [heard(listener), heard(listener)]
            worker.terminate()
            hear(listener, "STOPPING=1\nSTATUS=stopping")
            code = worker.wait(PATIENCE_SECONDS)
    finally:
        worker.kill()
        worker.wait()

    assert (code, {*idle, *busy}) == (0, {"WATCHDOG=1"})


def test_the_api_is_ready_when_it_listens(
    environment: dict[str, str], listener: socket.socket, monkeypatch: pytest.MonkeyPatch
):
    import main

    configure(monkeypatch, API_PORT=str(free_port()))
    server = main.server(config.settings())
    serving = threading.Thread(target=server.run)
    serving.start()
    hear(listener, "READY=1\nSTATUS=listening")
    socket.create_connection(("127.0.0.1", config.settings().api_port)).close()
    alive = heard(listener)
    server.should_exit = True

    assert (alive, heard(listener)) == ("WATCHDOG=1", "STOPPING=1\nSTATUS=stopping")
    serving.join(PATIENCE_SECONDS)
    assert not serving.is_alive()
