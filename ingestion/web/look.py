"""How a reader wants pages to look, kept in a cookie so that it holds without JavaScript, and from the first moment on."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Literal, get_args

from fastapi import Request, Response

COOKIE = "look"

SECONDS = 365 * 24 * 3600

Theme = Literal["auto", "light", "sepia", "dark"]
Size = Literal["s", "m", "l", "xl"]
Width = Literal["narrow", "normal", "wide"]
Face = Literal["serif", "sans"]
Lines = Literal["close", "normal", "loose"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What the stylesheet is told: the colours, and the text's size, width, typeface and distance of lines."""

    theme: Theme = "auto"
    size: Size = "m"
    width: Width = "normal"
    face: Face = "serif"
    lines: Lines = "normal"


#: What may be chosen, as the cookie says it: the name of each choice, and its words.
CHOICES: dict[str, tuple[str, ...]] = {
    "theme": get_args(Theme),
    "size": get_args(Size),
    "width": get_args(Width),
    "face": get_args(Face),
    "lines": get_args(Lines),
}


def of(request: Request) -> Look:
    """The look that the request's cookie (its words, with dots between) asks for; what it does not say is as usual."""
    said = request.cookies.get(COOKIE, "").split(".")
    known = {name: word for (name, words), word in zip(CHOICES.items(), said, strict=False) if word in words}
    return Look(**known)  # type: ignore[arg-type]


def keep(answer: Response, chosen: Look) -> None:
    """Let the browser remember it. The script sets the same cookie."""
    answer.set_cookie(COOKIE, ".".join(astuple(chosen)), max_age=SECONDS, samesite="lax")
