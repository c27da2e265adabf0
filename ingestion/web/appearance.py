"""/look: how pages look in this browser. The reader has the same form, and the script does at once what it asks for."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from ingestion.api.credentials import comes_from_us
from ingestion.web import look
from ingestion.web.look import Look
from ingestion.web.page import Page, go, inside, show

router = APIRouter(route_class=Page, include_in_schema=False)


@router.get("/look")
def ask(request: Request) -> Response:
    """The form."""
    return show(request, "look.html")


@router.post("/look")
def choose(
    request: Request,
    theme: Annotated[look.Theme, Form()] = "auto",
    size: Annotated[look.Size, Form()] = "m",
    width: Annotated[look.Width, Form()] = "normal",
    face: Annotated[look.Face, Form()] = "serif",
    lines: Annotated[look.Lines, Form()] = "normal",
    back: Annotated[str, Form(max_length=2000)] = "/look",
) -> Response:
    """Remember it in this browser, and back to the page that it was chosen on."""
    answer = go(request, inside(back))
    if comes_from_us(request):
        look.keep(answer, Look(theme=theme, size=size, width=width, face=face, lines=lines))
    return answer
