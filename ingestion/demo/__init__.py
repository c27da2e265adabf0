"""The demo: a sample novel from a loopback site, through the API, a queue and a worker, into a throwaway library."""

from __future__ import annotations

import contextlib
import functools
import http.server
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx2
from rich.console import Console

from ingestion import progress, sanitize, system
from ingestion.config import Settings
from ingestion.values import LogFormat

SITE = Path(__file__).parent / "site"
START_SECONDS = 60
PACE_SECONDS = 0.4


def run(out: Console, *, browse: bool = False) -> int:
    """Show it all, and with `browse` stay until Ctrl-C; the exit code is 0 only when the novel is in the library."""
    with tempfile.TemporaryDirectory(prefix="quire-demo-") as folder, _site() as site:
        settings = Settings(
            data_dir=Path(folder),
            api_host="127.0.0.1",
            api_port=system.free_port(),
            api_open=True,  # whatever tokens the library of every day has
            workers=1,
            pace_seconds=PACE_SECONDS,
            allowed_networks=(ip_network("127.0.0.0/8"),),
            log_format=LogFormat.CONSOLE,
        )
        settings = settings.model_copy(update={"database_url": None, "redis_url": None})
        log = Path(folder) / "log"
        out.print("Starting PostgreSQL, Valkey, the API and a worker in a throwaway folder …")
        with log.open("wb") as output, system.started(settings, output=output, durable=False) as supervisor:
            code = _story(out, settings, f"{site}/index.html", supervisor)
            if code:
                out.print(log.read_text(errors="replace")[-4000:], markup=False)
            elif browse:
                _stay(out, f"http://{settings.api_host}:{settings.api_port}/library", supervisor)
    if code == 0:
        out.print(
            "\nAll of it is stopped and its folder is gone. Next: [bold]make up[/bold] keeps a library in ./data; then"
        )
        out.print(
            "  open http://127.0.0.1:8000/ and paste a URL, or .venv/bin/python cli.py ingest URL, or POST /ingest",
            highlight=False,
        )
    return code


def _stay(out: Console, url: str, supervisor: subprocess.Popen[bytes]) -> None:
    out.print(f"\nRead it, search it and take it out at [bold]{url}[/bold] until Ctrl-C ends it.", highlight=False)
    with contextlib.suppress(KeyboardInterrupt):
        supervisor.wait()


def _story(out: Console, settings: Settings, url: str, supervisor: subprocess.Popen[bytes]) -> int:
    api = httpx2.Client(base_url=f"http://{settings.api_host}:{settings.api_port}", trust_env=False, timeout=10)
    if not _ready(api, supervisor):
        out.print("the API did not start; its log:")
        return 1
    out.print(f"\n[bold]POST /ingest[/bold] {{'url': '{url}'}}", highlight=False)
    answer = api.post("/ingest", json={"url": url})
    out.print(f"{answer.status_code} {answer.json()}", highlight=False)
    job = progress.follow(lambda: _get(api, answer.headers["Location"]), console=out)
    for event in _get(api, f"/jobs/{job['id']}/events"):
        out.print(f"  {event['created_at'][11:23]}  {event['status']:<9} {event['message']}", highlight=False)
    out.print(f"[bold]{progress.verdict(job)}[/bold]", highlight=False)
    if job["novel_id"] is None:
        return 1
    _show_novel(out, api, job["novel_id"])
    return 0 if job["status"] == "done" else 1


def _show_novel(out: Console, api: httpx2.Client, novel_id: int) -> None:
    novel = _get(api, f"/novels/{novel_id}")
    out.print(f"\n[bold]{novel['title']}[/bold] by {', '.join(novel['authors'])}", highlight=False)
    for entry in _get(api, f"/novels/{novel_id}/chapters")["chapters"]:
        text = sanitize.text(_get(api, f"/chapters/{entry['id']}")["content"])
        out.print(f"  {entry['title']} ({entry['words']} words)\n    [dim]{text[:90]} …[/dim]", highlight=False)


def _get(api: httpx2.Client, path: str) -> Any:
    return api.get(path).raise_for_status().json()


def _ready(api: httpx2.Client, supervisor: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and supervisor.poll() is None:
        with contextlib.suppress(httpx2.TransportError):
            if api.get("/jobs").status_code == 200:
                return True
        time.sleep(0.1)
    return False


class _Files(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the worker's log tells of every page."""


@contextlib.contextmanager
def _site() -> Iterator[str]:
    """The sample novel on a free loopback port; its URL."""
    handler = functools.partial(_Files, directory=str(SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
