"""End the work for a client that is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from shuzi.service.http.problems import BodyRefused


@asynccontextmanager
async def while_connected(receive: Receive) -> AsyncIterator[None]:
    """Cancel the block as soon as the client is gone.

    Parameters
    ----------
    receive
        The `receive` of the request, whose body has been received.

    Raises
    ------
    ClientDisconnect
        The client is gone.
    """
    until = asyncio.timeout(None)
    watch = asyncio.create_task(_watch(receive, until))
    try:
        async with until:
            yield
    except TimeoutError as problem:
        if not until.expired():
            raise
        raise ClientDisconnect from problem
    finally:
        watch.cancel()


async def _watch(receive: Receive, until: asyncio.Timeout) -> None:
    with suppress(BodyRefused):  # a refusal that no request waits for
        while (await receive())["type"] != "http.disconnect":
            pass
        if not until.expired():
            until.reschedule(0.0)  # a deadline in the past
