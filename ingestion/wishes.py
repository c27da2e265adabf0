"""What a person wishes for, looked at before anything is written: an address that may be fetched, rules that can be read."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from ingestion import guard, urls
from ingestion.rules import RuleError
from ingestion.rules import of as rules_of
from ingestion.status import Priority, Refresh


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """A wish for a novel. `moves_id` is the novel of the library that is to be read from there henceforth.

    A `dry_run` only looks, by `rules` (TOML) where there are some, and is a job of its own each time.
    """

    source_url: str
    canonical_url: str
    priority: Priority
    refresh: Refresh
    moves_id: int | None
    dry_run: bool
    rules: str | None

    def row(self) -> dict[str, Any]:
        """As `jobs.create` takes it."""
        return asdict(self)


def of(
    url: str,
    *,
    priority: Priority = Priority.DEFAULT,
    refresh: Refresh = Refresh.NEW,
    moves_id: int | None = None,
    dry_run: bool = False,
    rules: str | None = None,
) -> Wish:
    """The wish for the novel at `url`. Raises UnusableURL, ForbiddenAddress and RuleError."""
    guard.check_url(canonical := urls.canonical(url))
    if rules is not None and not dry_run:
        raise RuleError("rules: only a dry run goes by a text; a real job goes by the files in SPIDERS_DIR")
    if rules is not None:
        rules_of(rules, source="rules")
    return Wish(
        source_url=urls.web(url) or canonical,
        canonical_url=canonical,
        priority=priority,
        refresh=refresh,
        moves_id=moves_id,
        dry_run=dry_run,
        rules=rules,
    )
