"""/login: a token, given once, begins a session in this browser; /logout ends it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response

from ingestion import config, db, tickets, tokens
from ingestion.api.credentials import COOKIE, comes_from_us
from ingestion.web.page import Page, go, inside, show

router = APIRouter(route_class=Page, include_in_schema=False)

Next = Annotated[str, Form(max_length=2000)]
UNKNOWN = "This token is not known here, or was revoked."


@router.get("/login")
def ask(request: Request, next: str = "/") -> Response:
    """The form."""
    return show(request, "login.html", next=next)


@router.post("/login")
def begin(request: Request, token: Annotated[str, Form(max_length=500)], next: Next = "/") -> Response:
    """A session for the token's bearer, and on to the page that was asked for."""
    if not comes_from_us(request):  # or a page of others could let this browser in as somebody else
        raise HTTPException(403, "Only the form on this page may be sent here.")
    current = config.settings()
    with db.transaction() as session:
        bearer = tokens.bearer(session, current, token.strip())
        cookie = tickets.begin(session, current, bearer.name) if bearer else None
    if cookie is None:
        return show(request, "login.html", 401, next=next, problem=UNKNOWN)
    answer = go(request, inside(next))
    lasting = {"max_age": tickets.SESSION_SECONDS, "secure": request.url.scheme == "https"}
    answer.set_cookie(COOKIE, cookie, httponly=True, samesite="lax", **lasting)  # type: ignore[arg-type]
    return answer


@router.post("/logout")
def end(request: Request) -> Response:
    """Forget the session in this browser."""
    answer = go(request, "/login")
    if comes_from_us(request):
        answer.delete_cookie(COOKIE)
    return answer
