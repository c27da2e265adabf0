"""How two readings of one page differ, in lines that a person can read: the path to the value, what it was, what it is. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

#: Characters that are shown of a text on each side of where it begins to differ.
AROUND = 40
SHOWN = 12


def told(was: Any, now: Any) -> list[str]:
    """A line for each value that differs, the first few of them; of an error only what it says."""
    if "error" in now:
        return [now["error"]]
    before, after = dict(_flat(was)), dict(_flat(now))
    paths = [path for path in before | after if before.get(path) != after.get(path)]
    lines = [f"{path}: {_shown(before.get(path), after.get(path))}" for path in paths[:SHOWN]]
    return [*lines, f"and {len(paths) - SHOWN} more"] if len(paths) > SHOWN else lines


def lost(was: Any, now: Any) -> list[str]:
    """What was there and is not any more: fields that came filled and are empty, a reading that is an error."""
    if "error" in now:
        return [now["error"]]
    before, after = _fields(was), _fields(now)
    return [f"{field} is empty" for field, value in before.items() if _filled(value) and not _filled(after.get(field))]


def _fields(item: Any) -> dict[str, Any]:
    """The item's fields, and those that any of its links fills."""
    links: list[dict[str, Any]] = item.get("links") or []
    names = dict.fromkeys(name for link in links for name in link)
    inner = {f"links[].{name}": any(_filled(link.get(name)) for link in links) for name in names}
    return item | inner if links else dict(item)


def _filled(value: Any) -> bool:
    return value not in (None, "", [], False)


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every plain value below `value` with the path to it; an empty list is a value."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _flat(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value:
        for place, inner in enumerate(value):
            yield from _flat(inner, f"{path}[{place}]")
    else:
        yield path, value


def _shown(was: Any, now: Any) -> str:
    if not isinstance(was, str) or not isinstance(now, str):
        return f"{_short(was, 0)} → {_short(now, 0)}"
    same = next((n for n, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), min(len(was), len(now)))
    return f"{_short(was, same)} → {_short(now, same)}"


def _short(value: Any, place: int) -> str:
    """The value, a long text only around `place`."""
    if not isinstance(value, str):
        return "nothing" if value is None else repr(value)
    start, end = max(0, place - AROUND), place + AROUND
    return ("…" if start else "") + repr(value[start:end]) + ("…" if end < len(value) else "")
