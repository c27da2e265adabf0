"""What somebody wants to take out: which part of which novel, and as what."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from ingestion.export.formats import Format


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Which chapters of which novel: those at the places `first` to `last` in the reading order, of these `volumes`; unset: all.

    A book's name in the store and its identifier are made of how a wish and a leaf are written; `repr=False` is for what came later.
    """

    novel_id: int
    first: int | None = None
    last: int | None = None
    volumes: tuple[str, ...] = ()
    format: Format = field(default=Format.EPUB, repr=False)

    @classmethod
    def of(cls, args: dict[str, Any]) -> Wish:
        """What `args` tells."""
        format = Format(args.get("format", Format.EPUB))
        return cls(**args | {"volumes": tuple(args["volumes"]), "format": format})

    @property
    def args(self) -> dict[str, Any]:
        """The wish as a background task's `args`, which become JSON."""
        return {**asdict(self), "volumes": list(self.volumes)}

    @property
    def is_whole(self) -> bool:
        """Whether the whole novel is wished for."""
        return self.first is None and self.last is None and not self.volumes
