"""Where the time of each row goes: `python -m benchmarks.profiles [ROW…]`, some five minutes for all; `make bench` has installed py-spy.

For each row a text file: the functions in which most samples were taken, by themselves and with what they called. A sample counts where
it is below the row's own function (of the API: in its process); waiting (for PostgreSQL, for the site) counts as well, but not in the API, whose threads wait most of the time.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

LINES = 20
A_SECOND = 200
HERE = Path(__file__).parent
JOB = "process_job (ingestion/tasks.py"


@dataclass(frozen=True, kw_only=True, slots=True)
class Profiled:
    """The Python module that is run with its arguments, and the function below which samples count."""

    module: str
    arguments: tuple[str, ...]
    below: str
    waiting: bool = True


def _row(name: str, below: str, *, waiting: bool = True, quick: bool = True) -> Profiled:
    into = str(Path(tempfile.gettempdir()) / "quire-profiled.json")
    arguments = (name, *(["--quick"] if quick else []), "--output", into)
    return Profiled(module="benchmarks", arguments=arguments, below=below, waiting=waiting)


def _job(*arguments: str) -> Profiled:
    return Profiled(module="benchmarks.profiles.job", arguments=arguments, below=JOB)


PROFILED = {
    "single": _job("25", "1"),
    "novel": _job("1", "2000"),
    "batch": _row("batch", JOB),
    "checking": _job("1", "2000", "10"),
    "saving": _row("saving", "save (benchmarks/saving.py"),
    "parsing": _row("parsing", "read_by_rules (benchmarks/parsing.py", quick=False),
    "pacing": _row("pacing", JOB, waiting=False),
    "posting": _row("posting", 'main.py"', waiting=False),
    "claiming": _row("claiming", "_milliseconds (benchmarks/claiming.py"),
    "stranded": _row("stranded", "recover (ingestion/recovery.py"),
}


def main(
    names: Annotated[list[str] | None, typer.Argument(metavar="ROW", help=f"Of {', '.join(PROFILED)}; all.")] = None,
    folder: Annotated[Path, typer.Option(help="Where the files go.")] = HERE,
) -> None:
    """Profile the rows."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or PROFILED:
        stacks = list(_below(PROFILED[name].below, _samples(PROFILED[name])))
        (folder / f"{name}.txt").write_text("\n".join(_told(name, stacks)) + "\n")
        print(f"{folder / name}.txt: {sum(count for _, count in stacks)} samples", flush=True)


Stack = tuple[list[str], int]


def _samples(what: Profiled) -> Iterator[Stack]:
    """The stacks, outermost function first, and how often each was seen."""
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw"
        spy = [str(Path(sys.executable).parent / "py-spy"), "record", "--subprocesses", "--rate", str(A_SECOND)]
        spy += ["--format", "raw", "--output", str(raw), *(["--idle"] if what.waiting else [])]
        subprocess.run(
            [*spy, "--", sys.executable, "-m", what.module, *what.arguments], check=False, stdout=subprocess.DEVNULL
        )
        for line in raw.read_text().splitlines():
            stack, _, count = line.rpartition(" ")
            yield stack.split(";"), int(count)


def _below(mark: str, samples: Iterable[Stack]) -> Iterator[Stack]:
    """The part of each stack from the marked function on, without numbers of lines."""
    for stack, count in samples:
        begin = next((place for place, frame in enumerate(stack) if mark in frame), None)
        if begin is not None:
            yield [re.sub(r":\d+\)$", ")", frame) for frame in stack[begin:] if not frame.startswith("process ")], count


def _told(name: str, stacks: list[Stack]) -> Iterator[str]:
    total = sum(count for _, count in stacks) or 1
    alone, within = Counter[str](), Counter[str]()
    for stack, count in stacks:
        alone[stack[-1]] += count
        within.update(dict.fromkeys(stack, count))
    for title, counted in ((f"{name}: {total} samples; in the function itself", alone), ("with what it calls", within)):
        yield title
        yield from (f"{100 * count / total:5.1f}%  {function}" for function, count in counted.most_common(LINES))


if __name__ == "__main__":
    typer.run(main)
