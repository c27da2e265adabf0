"""The task of delivering one message to one webhook, signed anew each time."""

from __future__ import annotations

import json
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from ingestion import config, db
from ingestion.background import posting, signing, webhooks
from ingestion.background.kinds import Ending
from ingestion.errors import Cancelled, IngestionError, NotFound, RateLimited, Unreachable
from ingestion.lease import Lease
from ingestion.models import Webhook

GONE = 410


def run(args: dict[str, Any], lease: Lease) -> Ending:
    """Send the `message` to the webhook `webhook_id`: a 2xx is success. The result is the receiver's `status`.

    Raises NotFound when the webhook was removed or its receiver is gone (410, which disables it), Cancelled when it is disabled,
    ForbiddenAddress, and for what may be otherwise in a while Unreachable, RateLimited and SiteTimeout.
    """
    webhook_id = int(args["webhook_id"])
    webhook, at = lease.patiently(lambda session: (webhooks.get(session, webhook_id), db.now(session)))
    if webhook is None:
        raise NotFound(f"webhook {webhook_id} was removed")
    if webhook.disabled_at is not None:
        raise Cancelled(f"webhook {webhook_id} is disabled, for its receiver said that it is gone")
    try:
        answer = _send(webhook, args["message"], at)
    except IngestionError as failure:
        lease.write(partial(webhooks.note, webhook_id=webhook_id, status=None, error=str(failure)))
        raise
    if 200 <= answer.status < 300:
        return partial(_delivered, webhook_id=webhook_id, status=answer.status)
    refusal, gone = _refusal(answer), answer.status == GONE
    lease.write(partial(webhooks.note, webhook_id=webhook_id, status=answer.status, error=str(refusal), gone=gone))
    raise refusal


def _send(webhook: Webhook, message: dict[str, Any], at: datetime) -> posting.Answer:
    body = json.dumps(message, ensure_ascii=False, sort_keys=True).encode()
    signed = signing.headers(webhook.secret, message["id"], int(at.timestamp()), body)
    about = {"Content-Type": "application/json", "User-Agent": config.settings().user_agent}
    return posting.post(webhook.url, body, about | signed)


def _refusal(answer: posting.Answer) -> IngestionError:
    told = f"the receiver answered {answer.status}"
    if answer.status == GONE:
        return NotFound(f"{told} (Gone): the webhook is disabled")
    if answer.status == 429 or answer.retry_after:
        return RateLimited(told, retry_after=answer.retry_after)
    return Unreachable(f"{told}, a redirect, which is not followed" if 300 <= answer.status < 400 else told)


def _delivered(session: Session, *, webhook_id: int, status: int) -> dict[str, Any]:
    webhooks.note(session, webhook_id, status=status, error=None)
    return {"status": status}
