"""The canary: one known chapter of each site is asked for again, for a timer that wants to know before the jobs fail."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from ingestion.commands import output


def canary(
    site: Annotated[str | None, typer.Option(help="Only this site: a spider's name, or a host.")] = None,
    as_json: output.Json = False,
) -> None:
    """Ask for one known chapter of each site again, with one conditional request, and tell how it reads now.

    A line a site: same, edited by its author, away for now, or broken. The exit code is 1 when a site is broken. Nothing is written.

    Example: python cli.py canary --site royalroad
    """
    from ingestion import canary as birds

    found = [asdict(birds.sing(*known)) for known in birds.known(site)]
    if as_json:
        output.as_json(found)
    for bird in [] if as_json else found:
        line = "{site} ({host}): {state}. {told} [{title}, {url}]".format_map(bird)
        output.out.print(line, markup=False, highlight=False)
    if not found and not as_json:
        output.out.print("the library has no chapter to ask for")
    if any(bird["state"] == birds.State.BROKEN for bird in found):
        raise SystemExit(1)
