"""How a webhook proves where it comes from: the headers of Standard Webhooks, an HMAC-SHA256 over id, time and body."""

from __future__ import annotations

import base64
import hashlib
import hmac

from ingestion.background.webhooks import PREFIX


def headers(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of one delivery at `timestamp` (Unix time in seconds); a receiver refuses one that is minutes old."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signature = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp), "webhook-signature": f"v1,{signature}"}
