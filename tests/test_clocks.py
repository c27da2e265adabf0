"""Machines' clocks may differ: leases, rests and the age of pages are the database's time alone."""

from __future__ import annotations

import ast

from ingestion.system import ROOT

#: What reads this machine's wall clock. A monotonic one measures how long something takes, and no more.
WALL_CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime", "ctime"}
#: A file's time is of this machine too.
ABOUT_FILES = {ROOT / "ingestion" / name for name in ("pictures/store.py", "backup/archive.py", "export/store.py")}
MODULES = sorted(
    {*ROOT.glob("*.py"), *(ROOT / "ingestion").rglob("*.py"), *(ROOT / "spiders").rglob("*.py")} - ABOUT_FILES
)


def wall_clock_calls(source: str) -> list[str]:
    """The calls of `datetime.now()`, `time.time()` and the like; `func.now()` is the database's."""
    calls = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    named = [call for call in calls if isinstance(call, ast.Attribute) and call.attr in WALL_CLOCKS]
    return [
        ast.unparse(call)
        for call in named
        if ast.unparse(call.value) in {"datetime", "date", "time", "datetime.datetime"}
    ]


def test_no_module_asks_this_machine_what_time_it_is():
    calls = {path.relative_to(ROOT).as_posix(): wall_clock_calls(path.read_text()) for path in MODULES}

    assert {module: found for module, found in calls.items() if found} == {}


def test_a_module_that_did_would_be_found():
    assert wall_clock_calls("import time\nx = time.time()\ny = datetime.now(UTC)\nz = func.now()") == [
        "time.time",
        "datetime.now",
    ]
