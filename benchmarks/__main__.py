"""The table of benchmarks: `python -m benchmarks [ROW…]`, all rows in less than ten minutes, or those that are named.

Each row is measured in a process of its own, one after the other. README.md beside this file says what each of them means.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks import apart, table
from benchmarks.measure import Row

#: Columns of the table: one line a row.
WIDTH = 160

app = typer.Typer(pretty_exceptions_enable=False)


@app.command()
def main(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="ROW", help=f"Of {', '.join(apart.NAMES)}; all of them.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Fewer rounds and rows: whether it runs, not how fast.")
    ] = False,
    output: Annotated[Path, typer.Option(help="Where the raw figures go, as JSON.")] = Path("dist/benchmarks.json"),
) -> None:
    """Measure, and print the table. The exit code is 1 when a row misses what it must be."""
    chosen = names or list(apart.NAMES)
    if unknown := set(chosen) - set(apart.NAMES):
        raise typer.BadParameter(f"no row {', '.join(sorted(unknown))}; there are {', '.join(apart.NAMES)}")
    out, err = Console(width=WIDTH), Console(stderr=True)
    rows: list[Row] = []
    for name in chosen:
        begun = time.monotonic()
        rows += apart.run(name, quick=quick)
        err.print(f"{name}: {time.monotonic() - begun:.0f} s", highlight=False)
        table.write(output, rows)
    out.print(table.drawn(rows))
    out.print(f"raw figures: {output}", highlight=False)
    sys.exit(any(row.verdict == "MISSED" for row in rows))


if __name__ == "__main__":
    app()
