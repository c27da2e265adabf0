"""Answers that who has them already is not sent again (RFC 9110, 13)."""

from __future__ import annotations

import contextlib
import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from fastapi import Request, Response


def answer(request: Request, body: bytes, media_type: str, changed_at: datetime) -> Response:
    """The body, or 304 for whoever names it by its ETag or has it since it last changed."""
    changed_at = changed_at.replace(microsecond=0)
    headers = {
        "ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        "Last-Modified": format_datetime(changed_at.astimezone(UTC), usegmt=True),
        "Cache-Control": "private, no-cache",
    }
    if _is_known(request, headers["ETag"], changed_at):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers | {"Content-Type": media_type})


def _is_known(request: Request, tag: str, changed_at: datetime) -> bool:
    if (tags := request.headers.get("If-None-Match")) is not None:
        # A proxy that compresses makes the tag weak.
        return any(known.strip().removeprefix("W/") in {tag, "*"} for known in tags.split(","))
    with contextlib.suppress(ValueError):  # a date that is none is no condition
        return parsedate_to_datetime(request.headers.get("If-Modified-Since", "")) >= changed_at
    return False
