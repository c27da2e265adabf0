"""Cases that prove the same claim: one of them in each run of the tests, all of them in `make chaos`."""

from __future__ import annotations

from typing import Any

import pytest


def alike(first: Any, *others: Any) -> list[Any]:
    """The cases of a parametrised test, of which the first stands for all."""
    return [first, *(pytest.param(*_values(other), marks=pytest.mark.long) for other in others)]


def _values(case: Any) -> tuple[Any, ...]:
    return case if isinstance(case, tuple) else (case,)
