"""Commands about the library and the sites that it comes from."""

from __future__ import annotations

from ingestion.commands import output


def novels(limit: output.Limit = 20, as_json: output.Json = False) -> None:
    """List the library, newest first.

    Example: python cli.py novels --json
    """
    from ingestion.api import library

    found = library.list_novels(limit=limit).model_dump(mode="json")["novels"]
    output.as_json(found) if as_json else output.table(
        found, "id", "title", "authors", "status", "chapters_saved", "chapters_missing", "url"
    )


def spiders(as_json: output.Json = False) -> None:
    """List the sites that have a spider of their own; `generic` reads any other.

    Example: python cli.py spiders
    """
    from ingestion import crawl

    rows = [
        {"name": s.name, "sites": list(getattr(s, "allowed_domains", [])) or ["any other"]} for s in crawl.spiders()
    ]
    output.as_json(rows) if as_json else output.table(rows, "name", "sites")
