"""A service listens on a port until somebody ends it."""

from __future__ import annotations

import errno
import signal
import socket
import sys
from collections.abc import Callable

import uvicorn

from shuzi.errors import ServiceError
from shuzi.pictures import decoder
from shuzi.service.app import Service
from shuzi.service.http.protocol import protocol

_SWITCH = 0.0005  # seconds that a thread keeps Python's lock while the event loop waits for it; 0.005 without this
_GRACE = 5  # seconds for answers on their way, once the service ends
_NEXT_PORTS = 20  # that are tried when nobody named one
_BACKLOG = 512


def listen(host: str, port: int, others: bool) -> socket.socket:
    """Take a port.

    Parameters
    ----------
    host
        A name or an address of this machine.
    port
        0 takes any that is free.
    others
        Take one of the next ports where that one is taken.

    Raises
    ------
    ServiceError
        It is taken, not allowed, or no address of this machine.
    """
    for each in range(port, port + (_NEXT_PORTS if others else 1)):
        try:
            family, *_, address = socket.getaddrinfo(host, each, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
            taken = socket.socket(family, socket.SOCK_STREAM)
        except (OSError, UnicodeError, OverflowError) as problem:
            raise ServiceError("error.service.address", host=host, reason=problem) from problem
        try:
            if sys.platform != "win32":  # there it would let two services share a port
                taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(address)
            taken.listen(_BACKLOG)
        except OSError as problem:
            taken.close()
            if problem.errno != errno.EADDRINUSE:
                reason = problem.strerror or problem
                raise ServiceError("error.service.address", host=f"{host}:{each}", reason=reason) from problem
        else:
            return taken
    raise ServiceError("error.service.port", host=host, port=port)


class Server(uvicorn.Server):
    """Says when it is ready, and ends streams and the training before it waits for connections to close."""

    def __init__(self, config: uvicorn.Config, service: Service, ready: Callable[[], object]) -> None:
        super().__init__(config)
        self._service = service
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the service."""
        await self._service.close()
        await super().shutdown(sockets)
        decoder.children.cancel()  # answers have had their time; a file that hangs would keep the process

    def end(self, *_: object) -> None:
        """Ask it to end; also as what handles a signal."""
        self.should_exit = True


def server(service: Service, ready: Callable[[], object] = lambda: None) -> Server:
    """Return a server for a service; `run` it with the socket from `listen`.

    Parameters
    ----------
    service
        What answers.
    ready
        Called once when it does.
    """
    config = uvicorn.Config(
        service.app,
        http=protocol(service.parts.limits, service.parts.metrics.observe),
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=_GRACE,
    )
    return Server(config, service, ready)


def run(service: Service, at: socket.socket, ready: Callable[[], object]) -> None:
    """Serve until Ctrl-C or SIGTERM, which are an end as good as any.

    Parameters
    ----------
    service
        What answers.
    at
        A socket that listens.
    ready
        Called once when it does.
    """
    serving = server(service, ready)
    sys.setswitchinterval(_SWITCH)
    # uvicorn has its own handlers while it runs, and raises the signal again afterwards for whoever was there before
    before = {each: signal.signal(each, serving.end) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        serving.run([at])
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
