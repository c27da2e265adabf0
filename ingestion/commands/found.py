"""How what was found of a novel is shown: its fields, the chapters that were looked at, what looks wrong."""

from __future__ import annotations

from typing import Any

from ingestion.commands import output


def show(found: dict[str, Any]) -> None:
    """Print a `Found`, as a dict."""
    told = {"spider": found["spider"]} | found["novel"]
    fields = [{"field": name, "found": list(v) if isinstance(v, tuple) else v} for name, v in told.items()]
    output.table(fields, "field", "found")
    empty = ", ".join(name for name, value in told.items() if not value) or "none"
    stated = "" if found["stated_total"] is None else f" (the site says {found['stated_total']})"
    more = "" if found["whole"] else "; the index goes on behind the pages that were looked at"
    counts = f"{found['in_volumes']} in volumes, {found['dated']} dated, {found['locked']} locked"
    output.say(f"empty: {empty}", f"{found['chapters']} chapters{stated}: {counts}{more}")
    heads = {"position": "place", "title": "in the index", "title_on_page": "on its page", "words_of_notes": "of notes"}
    rows = [{heads.get(name, name): value for name, value in one.items()} for one in found["looked_at"]]
    output.table(rows, "place", "in the index", "on its page", "words", "of notes", "begins")
    output.say(*(f"looks wrong: {told}" for told in found["looks_wrong"]))
