"""POST /tickets: for pages in a browser, whose WebSockets and EventSources can send no token."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from ingestion import config, db, tickets
from ingestion.api.access import TICKETS, Caller

router = APIRouter(tags=["live"])


class Ticket(BaseModel):
    """What a URL may end with, as `?ticket=…`, instead of a token in a header."""

    ticket: str | None = Field(examples=["phone.1767225600.9f86d081…"], description="None where no token is asked for.")
    seconds: int = Field(examples=[60], description="How long it is good for.")


@router.post(TICKETS)
def make_ticket(caller: Caller) -> Ticket:
    """A ticket for whoever asks: to read, by WebSocket, stream or any GET, begun within a minute."""
    kind, _, name = caller.partition(" ")
    with db.transaction() as session:
        made = tickets.issue(session, config.settings(), name) if kind == "token" else None
    return Ticket(ticket=made, seconds=tickets.SECONDS)
