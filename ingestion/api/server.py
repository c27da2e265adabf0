"""uvicorn, as this API is served: who listens is sent away first when it stops, for a stream ends only when its server ends it."""

from __future__ import annotations

import socket
from typing import Any

import uvicorn
from fastapi import FastAPI

#: Requests that are not done so long after the signal are cut off.
GRACE_SECONDS = 5
#: Bytes of a message from a WebSocket's client.
LONGEST_WORD = 4096


class Server(uvicorn.Server):
    """Serves one application."""

    def __init__(self, app: FastAPI, **options: Any) -> None:
        options |= {"log_config": None, "timeout_graceful_shutdown": GRACE_SECONDS}
        # Every connection would keep a compressor of its own, for messages that are small; and nobody has anything to say.
        options |= {"ws_per_message_deflate": False, "ws_max_size": LONGEST_WORD}
        super().__init__(uvicorn.Config(app, **options))
        self._hub = app.state.hub

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, with a word to who listens."""
        self._hub.close()
        await super().shutdown(sockets)
