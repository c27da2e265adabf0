"""How commands print: a table or a sentence for a person, JSON for a script."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from ingestion.visible import visible


class Terminal(Console):
    """A console on which what a site called something is shown, and steers nothing."""

    def render_str(self, text: str, **options: Any) -> Text:
        """Rich's way from a string to what is printed."""
        return super().render_str(visible(text, keep="\n"), **options)


out = Terminal(soft_wrap=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for a script.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many at the most.")]

Rules = Annotated[
    Path | None, typer.Option(metavar="FILE.toml", exists=True, dir_okay=False, help="Read by this file of selectors.")
]


def as_json(value: object) -> None:
    """The value as JSON on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def say(*lines: str) -> None:
    """The lines as they are, whatever is in them."""
    for line in lines:
        out.print(line, markup=False, highlight=False)


def table(rows: list[dict[str, Any]], *columns: str) -> None:
    """The rows' `columns`, with a head."""
    shown = Table(*(name.replace("_", " ") for name in columns), box=None, header_style="bold")
    for row in rows:
        shown.add_row(*(_cell(row[name]) for name in columns))
    out.print(shown)


def _cell(value: Any) -> str:
    return escape(", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value))
