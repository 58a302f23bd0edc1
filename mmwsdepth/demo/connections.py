"""HTTP connections that wait for nobody."""

import asyncio
import os
import signal
import sys
from types import FrameType

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_SECONDS = 10


class ImpatientProtocol(H11Protocol):
    """Closes a connection whose request's header is not complete after `HEADER_SECONDS`."""

    _limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Start the clock at the first bytes of a header, stop it at the last."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        super().connection_lost(exc)
        if self._limit is not None:
            self._limit.cancel()

    def _watch(self) -> None:
        is_waiting = self.conn.their_state is h11.IDLE
        if is_waiting and self._limit is None:
            self._limit = self.loop.call_later(HEADER_SECONDS, self.transport.abort)
        elif not is_waiting and self._limit is not None:
            self._limit.cancel()
            self._limit = None


class PromptServer(uvicorn.Server):
    """Ends at the first signal: an estimate cannot be stopped, and none is waited for."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End the process, with status 0 after Ctrl-C."""
        sys.stdout.flush()
        os._exit(0 if sig == signal.SIGINT else 128 + sig)
