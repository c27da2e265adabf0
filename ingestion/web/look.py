"""How a reader wants pages to look: theme, size and width of the text, kept in a cookie so that it holds without JavaScript too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from fastapi import Request

COOKIE = "look"

Theme = Literal["auto", "light", "sepia", "dark"]
Size = Literal["s", "m", "l", "xl"]
Width = Literal["narrow", "normal", "wide"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What the stylesheet is told."""

    theme: Theme = "auto"
    size: Size = "m"
    width: Width = "normal"


CHOICES: dict[str, tuple[str, ...]] = {"theme": get_args(Theme), "size": get_args(Size), "width": get_args(Width)}


def of(request: Request) -> Look:
    """The look that the request's cookie (`theme.size.width`) asks for; what it does not say is as usual."""
    said = request.cookies.get(COOKIE, "").split(".")
    known = {name: word for (name, words), word in zip(CHOICES.items(), said, strict=False) if word in words}
    return Look(**known)  # type: ignore[arg-type]
