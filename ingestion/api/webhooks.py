"""Webhooks: addresses that are told, over HTTP and signed, of what happens here."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator

from ingestion import bookshelf, db, guard
from ingestion.api.problems import CONFLICT
from ingestion.api.schemas import BIGINT_MAX, Body, Id
from ingestion.api.tasks import TaskOut, told
from ingestion.background import outbox, ringing, webhooks
from ingestion.background.kinds import WEBHOOK
from ingestion.errors import ForbiddenAddress
from ingestion.status import Happening
from ingestion.urls import MAX_LENGTH

router = APIRouter(tags=["webhooks"])

RECEIVER = "https://receiver.example.org/quire"
TEST = "test"


class WebhookIn(BaseModel):
    """An address that wants to be told."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"url": RECEIVER}})

    url: str = Field(
        description="Where to POST to: http or https, on a public address.",
        json_schema_extra={"format": "uri", "pattern": r"^https?://[^\s]+$", "maxLength": MAX_LENGTH},
    )
    events: list[Happening] = Field(list(Happening), min_length=1, max_length=10)
    site: str | None = Field(
        None, pattern=r"^[a-z0-9_.-]{1,50}$", examples=["royalroad"], description="Only what this spider reads."
    )
    novel_id: int | None = Field(None, ge=1, le=BIGINT_MAX, examples=[7], description="Only this novel.")


class WebhookOut(Body):
    """A webhook, and how its last delivery ended."""

    id: int = Field(examples=[3])
    url: str = Field(
        examples=["https://receiver.example.org/…"], description="Without its path, which may be a secret."
    )
    events: list[Happening]
    site: str | None = None
    novel_id: int | None = None
    created_at: datetime
    disabled_at: datetime | None = Field(None, description="When its receiver answered 410 (Gone).")
    told_at: datetime | None = Field(None, description="When a delivery was last tried.")
    last_status: int | None = Field(None, examples=[204])
    last_error: str | None = None

    @field_validator("url")
    @classmethod
    def _without_path(cls, url: str) -> str:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}/" + ("…" if url.rstrip("/").count("/") > 2 else "")


class WebhookMade(WebhookOut):
    """A new webhook."""

    secret: str = Field(examples=["whsec_…"], description="What its messages are signed with. It is shown this once.")


@router.post("/webhooks", status_code=201, responses=CONFLICT)
def create_webhook(wish: WebhookIn, response: Response) -> WebhookMade:
    """Tell `url` of what happens from now on, by POSTs signed as Standard Webhooks says; docs/api.md has an example."""
    url = wish.url.strip()
    try:
        guard.check_url(url)
    except ForbiddenAddress as reason:
        raise HTTPException(422, f"url: {reason}") from reason
    with db.transaction() as session:
        if wish.novel_id is not None and bookshelf.get(session, wish.novel_id) is None:
            raise HTTPException(404, f"no novel {wish.novel_id}")
        try:
            made = webhooks.create(session, url, wish.events, site=wish.site, novel_id=wish.novel_id)
        except webhooks.TooMany as reason:
            raise HTTPException(409, str(reason)) from reason
    response.headers["Location"] = f"/webhooks/{made.id}"
    return WebhookMade.model_validate(made)


@router.get("/webhooks")
def list_webhooks() -> list[WebhookOut]:
    """Every webhook, oldest first."""
    with db.transaction() as session:
        return [WebhookOut.model_validate(webhook) for webhook in webhooks.listed(session)]


@router.get("/webhooks/{webhook_id}")
def get_webhook(webhook_id: Id) -> WebhookOut:
    """One webhook."""
    with db.transaction() as session:
        webhook = webhooks.get(session, webhook_id)
    if webhook is None:
        raise HTTPException(404, f"no webhook {webhook_id}")
    return WebhookOut.model_validate(webhook)


@router.delete("/webhooks/{webhook_id}", status_code=204)
def remove_webhook(webhook_id: Id) -> None:
    """Tell it nothing any more, what waits to be delivered included."""
    with db.transaction() as session:
        if not webhooks.remove(session, webhook_id):
            raise HTTPException(404, f"no webhook {webhook_id}")


@router.post("/webhooks/{webhook_id}/test", status_code=202)
def try_webhook(webhook_id: Id, response: Response) -> TaskOut:
    """Send it a message of the event `test`. The task at `Location` says what came of it."""
    get_webhook(webhook_id)
    with db.transaction() as session:
        message = outbox.message(TEST, db.now(session))
    task, _ = ringing.submit(WEBHOOK, {"webhook_id": webhook_id, "message": message})
    response.headers["Location"] = f"/tasks/{task.id}"
    return told(task, response)
