"""The updates of one job, or of all, over a WebSocket. The client says nothing; what he sends is not listened to."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Annotated

import structlog
from fastapi import APIRouter, HTTPException, Query, WebSocket, WebSocketDisconnect
from starlette.concurrency import run_in_threadpool

from ingestion import feed
from ingestion.api.jobs import detail
from ingestion.api.live.hub import Hub
from ingestion.api.live.listener import Farewell, Listener
from ingestion.api.live.messages import Wish
from ingestion.api.live.streams import PATIENCE_SECONDS, EventId
from ingestion.api.schemas import Id
from ingestion.status import JobStatus

log = structlog.get_logger(__name__)

router = APIRouter()

#: RFC 6455: what was sent cannot be used.
UNUSABLE = 1007
#: What PostgreSQL cannot be asked about would be a fault of the look that is for everybody.
Site = Annotated[str | None, Query(max_length=255, pattern=r"^[^\x00]*$")]


@router.websocket("/ws/jobs")
async def all_jobs(
    socket: WebSocket,
    status: Annotated[list[JobStatus] | None, Query()] = None,
    site: Site = None,
    last_event_id: str | None = None,
) -> None:
    """The newest jobs as they are, then whatever happens to any: into one of these statuses, of this site."""
    await socket.accept()
    try:
        since = None if last_event_id is None else feed.mark(last_event_id)
    except ValueError as reason:
        await socket.close(UNUSABLE, f"last_event_id: {reason}"[:120])
        return
    await _tell(socket, Wish(statuses=frozenset(status) if status else None, site=site, since=since))


@router.websocket("/ws/jobs/{job_id}")
async def one_job(socket: WebSocket, job_id: Id, last_event_id: EventId = None) -> None:
    """The job as it is, then whatever happens to it; closed with 1000 when it has ended."""
    await socket.accept()
    try:
        await run_in_threadpool(detail, job_id)
    except HTTPException:
        await socket.close(Farewell.UNKNOWN.code, Farewell.UNKNOWN.reason)
        return
    await _tell(socket, Wish(job_id=job_id, since=last_event_id))


async def _tell(socket: WebSocket, wish: Wish) -> None:
    hub: Hub = socket.app.state.hub
    async with hub.listening(wish) as listener:
        leaving = asyncio.create_task(_leave_with(socket, listener))
        try:
            await _send(socket, listener)
        except (WebSocketDisconnect, TimeoutError) as gone:
            log.info("a listener left", reason=str(gone) or "it took nothing any more")
        finally:
            leaving.cancel()


async def _send(socket: WebSocket, listener: Listener) -> None:
    async with contextlib.aclosing(listener.messages()) as messages:
        async for message in messages:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await socket.send_text(message.text)
    if listener.farewell is not Farewell.LEFT:
        await socket.close(listener.farewell.code, listener.farewell.reason)


async def _leave_with(socket: WebSocket, listener: Listener) -> None:
    """Send the listener away when the client leaves."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
    listener.send_away(Farewell.LEFT)
