"""A job's updates as Server-Sent Events, which any browser's EventSource and `curl -N` can read."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import Message as AsgiMessage
from starlette.types import Send

from ingestion.api.jobs import detail
from ingestion.api.live.hub import Hub
from ingestion.api.live.listener import Farewell
from ingestion.api.live.messages import Message, Wish
from ingestion.api.schemas import BIGINT_MAX, Id
from ingestion.status import UNFINISHED

router = APIRouter(tags=["live"])

#: Milliseconds after which a client that was cut off comes back.
RETRY_MS = 2000
#: Who takes nothing for so long has gone, or will not keep up.
PATIENCE_SECONDS = 10.0
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

EventId = Annotated[int | None, Query(ge=0, le=BIGINT_MAX, description="The id of the last message that was seen.")]
LastEventId = Annotated[int | None, Header(ge=0, le=BIGINT_MAX, description="The same, as browsers say it.")]


class EventStream(StreamingResponse):
    """Sends what its generator gives for as long as the client takes it, and closes the generator."""

    media_type = "text/event-stream"

    async def stream_response(self, send: Send) -> None:
        """Begin, send, end; a client that takes nothing is left."""

        async def promptly(message: AsgiMessage) -> None:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await send(message)

        assert isinstance(self.body_iterator, AsyncGenerator)  # noqa: S101 - for the type checker: we made it
        with contextlib.suppress(TimeoutError):
            async with contextlib.aclosing(self.body_iterator):
                await super().stream_response(promptly)


DOCUMENTED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A stream of messages, each a JSON object with its `type`: snapshot, event, progress.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    },
    204: {"description": "The job has ended, and you know: do not come back."},
}


@router.get("/jobs/{job_id}/stream", response_class=EventStream, responses=DOCUMENTED)
async def stream_job(
    request: Request, job_id: Id, last_event_id: LastEventId = None, since: EventId = None
) -> Response:
    """The job as it is, then whatever happens to it, until it has ended (`text/event-stream`).

    Who was cut off comes back with the last id, in the header `Last-Event-ID` (browsers do so by themselves) or as `since`, and is
    told what he missed.
    """
    job = await run_in_threadpool(detail, job_id)
    known = since if last_event_id is None else last_event_id
    if known == job.last_event_id and job.status not in UNFINISHED:
        return Response(status_code=204)
    return EventStream(_told(request.app.state.hub, Wish(job_id=job_id, since=known)), headers=HEADERS)


async def _told(hub: Hub, wish: Wish) -> AsyncGenerator[str, None]:
    yield f"retry: {RETRY_MS}\n\n"
    async with hub.listening(wish) as listener, contextlib.aclosing(listener.messages()) as messages:
        async for message in messages:
            yield _as_event(message)
    if listener.farewell is not Farewell.ENDED:
        yield f": {listener.farewell.reason}\n\n"


def _as_event(message: Message) -> str:
    """As the format of the HTML standard, 9.2.6; a heartbeat is a comment."""
    if message.name == "heartbeat":
        return ":\n\n"
    numbered = "" if message.id is None else f"id: {message.id}\n"
    return f"{numbered}event: {message.name}\ndata: {message.text}\n\n"
