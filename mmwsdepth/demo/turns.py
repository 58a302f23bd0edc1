"""One estimate at a time, in the order of arrival, for browsers that still wait."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import ClientDisconnect, Request

from .upload import RefusedError

MAX_WAITING = 8


class Turns:
    """Lets one request after the other have its turn."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._waiting = 0

    @asynccontextmanager
    async def take(self, request: Request) -> AsyncIterator[None]:
        """Wait for a request's turn, whose body has arrived.

        Raises:
            RefusedError: `MAX_WAITING` others wait already.
            ClientDisconnect: Whoever asked has gone in the meantime.
        """
        if self._turn.locked() and self._waiting >= MAX_WAITING:
            raise RefusedError(
                f'{MAX_WAITING} images wait for their estimates: give the image again later', 503
            )
        self._waiting += 1
        try:
            is_there = await self._acquire(request)
        finally:
            self._waiting -= 1
        if not is_there:
            raise ClientDisconnect
        try:
            yield
        finally:
            self._turn.release()

    async def _acquire(self, request: Request) -> bool:
        gone = asyncio.create_task(_disconnection(request))
        turn = asyncio.create_task(self._turn.acquire())
        try:
            await asyncio.wait({gone, turn}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(0)
            if gone.done() and turn.done():
                self._turn.release()
            return not gone.done()
        finally:
            gone.cancel()
            turn.cancel()


async def _disconnection(request: Request) -> None:
    while (await request.receive())['type'] != 'http.disconnect':
        pass
