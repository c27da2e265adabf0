"""The table that people read, and the same with its raw figures for programs."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.box import MARKDOWN
from rich.table import Table
from rich.text import Text

from benchmarks.measure import Row

COLOURS = {"aim": "green", "must": "yellow", "beyond aim": "yellow", "MISSED": "red"}


def drawn(rows: Iterable[Row]) -> Table:
    """The table, as Markdown has one."""
    table = Table("row", "ours", "against", "ratio", "must", "aim", "", header_style="bold", box=MARKDOWN)
    for row in rows:
        sign = "≤" if row.at_most else "≥"
        table.add_row(
            row.name,
            _figure(row.ours, row.unit),
            _figure(row.against, row.unit),
            f"{_short(row.value)} {row.says}",
            *("" if limit is None else f"{sign} {limit:g}" for limit in (row.must, row.aim)),
            Text(row.verdict, style=COLOURS.get(row.verdict, "")),
        )
    return table


def write(path: Path, rows: Iterable[Row]) -> None:
    """All figures, and the machine that they are of."""
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
    told: dict[str, Any] = {"machine": machine, "rows": [row.told() for row in rows]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False))


def _figure(figures: tuple[float, ...], unit: str) -> str:
    return f"{_short(statistics.median(figures))} {unit}" if figures else ""


def _short(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"
