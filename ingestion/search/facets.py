"""By what a search is narrowed: words in the index that no text has, so that PostgreSQL finds the rows of both in one go."""

from __future__ import annotations

from ingestion.search import tongues

# A text's words are letters and digits alone, so none of them has this sign.
_SIGN = "#"


def of(*, novel_id: int, site: str, language: str | None) -> tuple[str, ...]:
    """What a chapter is found by beside its words."""
    return (
        novel(novel_id),
        f"site{_SIGN}{site}",
        f"language{_SIGN}{tongues.primary(language)}",
        tongue(tongues.of(language)),
    )


def novel(novel_id: int) -> str:
    """The facet of a novel's chapters."""
    return f"novel{_SIGN}{novel_id}"


def tongue(configuration: str) -> str:
    """The facet of the texts that are indexed by this configuration."""
    return f"tongue{_SIGN}{configuration}"


def wished(*, novel_id: int | None, site: str | None, language: str | None) -> list[str]:
    """The facets that chapters must have; those that are None are not asked for."""
    wanted = {"novel": novel_id, "site": site, "language": language and tongues.primary(language)}
    return [f"{name}{_SIGN}{value}" for name, value in wanted.items() if value is not None]
