"""SQL about webhooks: who wants to be told of what, and what came of it. No function here commits."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection, Sequence

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from ingestion.models import Webhook
from ingestion.status import Happening

#: As Standard Webhooks has it: a prefix that lets a scanner know a secret, and at least 192 random bits.
PREFIX = "whsec_"
RANDOM_BYTES = 32
MOST = 100


class TooMany(Exception):
    """There are as many webhooks as there may be."""


def create(
    session: Session, url: str, events: Collection[Happening], *, site: str | None = None, novel_id: int | None = None
) -> Webhook:
    """A new webhook, with a new secret. Raises TooMany, and IntegrityError when there is no such novel."""
    if len(listed(session)) >= MOST:
        raise TooMany(f"there are {MOST} webhooks, and no more are taken; remove one first")
    secret = PREFIX + base64.b64encode(secrets.token_bytes(RANDOM_BYTES)).decode()
    made = Webhook(url=url, secret=secret, events=sorted(set(events)), site=site, novel_id=novel_id)
    session.add(made)
    session.flush()
    return made


def listed(session: Session) -> Sequence[Webhook]:
    """Every webhook, oldest first."""
    return session.scalars(select(Webhook).order_by(Webhook.id)).all()


def get(session: Session, webhook_id: int) -> Webhook | None:
    """The webhook, or None."""
    return session.get(Webhook, webhook_id)


def remove(session: Session, webhook_id: int) -> bool:
    """Forget the webhook; whether there was one. What waits to be delivered to it is not delivered."""
    return session.scalar(delete(Webhook).where(Webhook.id == webhook_id).returning(Webhook.id)) is not None


def wanting(session: Session, event: Happening, *, site: str | None, novel_id: int | None) -> Sequence[int]:
    """The ids of the webhooks that are to be told of this, which happened at this site and to this novel."""
    query = select(Webhook.id).where(Webhook.disabled_at.is_(None), Webhook.events.contains([event.value]))
    of_site = or_(Webhook.site.is_(None), Webhook.site == site)
    of_novel = or_(Webhook.novel_id.is_(None), Webhook.novel_id == novel_id)
    return session.scalars(query.where(of_site, of_novel).order_by(Webhook.id)).all()


def note(session: Session, webhook_id: int, *, status: int | None, error: str | None, gone: bool = False) -> None:
    """Write down what came of a delivery; one whose receiver is `gone` is disabled."""
    disabled = {"disabled_at": func.now()} if gone else {}
    noted = {"told_at": func.now(), "last_status": status, "last_error": error}
    session.execute(update(Webhook).where(Webhook.id == webhook_id).values(**noted, **disabled))
