"""The parts of the service, assembled, and served on a port until it is stopped."""

from __future__ import annotations

import ctypes
import errno
import html
import logging
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from shuzi.errors import ServiceError, ShuziError
from shuzi.forms.result import Table
from shuzi.models.store import DEFAULT
from shuzi.pictures import decoder
from shuzi.pictures.open import Picture
from shuzi.service import forms, logs, pictures, training
from shuzi.service import review as review_api
from shuzi.service.access import Guard, Hosts, Tokens, origins_of
from shuzi.service.limits import HEAD_BYTES, Bodies, Limits, Quotas
from shuzi.service.openapi import Health, Operations, answer
from shuzi.service.page import HANDLERS, PAGE, Documentation, at_root
from shuzi.service.parts import Metrics, Parts, Review, Settings, parts_of
from shuzi.service.readers import Readers
from shuzi.service.training_runs import Trainings
from shuzi.service.workers import Decoders, Pool, RequestSlots

operations = Operations("operation")

_SHORT = 1_000  # bytes: less fits a packet anyway
_LEVEL = 6  # zlib's default; Starlette's 9 would delay answers for a few bytes less
_COMPRESSED = (
    *DEFAULT_EXCLUDED_CONTENT_TYPES,
    "application/octet-stream",  # the page's models are compressed files
    review_api.XLSX,
)


@dataclass(frozen=True)
class Service:
    """The ASGI app and the parts behind it."""

    app: ASGIApp
    guard: Guard
    parts: Parts
    bodies: Bodies

    async def close(self) -> None:
        """Stop background work, and stop waiting for unfinished requests."""
        self.guard.is_closing = True
        self.bodies.close()
        self.parts.pool.close()
        await self.parts.trainings.close()


def create(
    model: str | Path = DEFAULT,
    settings: Settings | None = None,
    limits: Limits | None = None,
    page: Path = PAGE,
    review: Review | None = None,
) -> Service:
    """Assemble a service."""
    limits, settings = limits or Limits(), settings or Settings()
    groups = (pictures.operations, forms.operations, review_api.operations, training.operations, operations)
    described = [operation for group in groups for operation in group.all]
    routes = [route for group in groups for route in group.routes()] + Documentation(described).routes()
    readers = Readers(model)
    pool = Pool(limits, pictures.prepare_process)
    parts = Parts(
        limits=limits,
        settings=settings,
        quotas=Quotas(limits, settings.proxies),
        pool=pool,
        slots=RequestSlots(limits.queue + pool.workers),
        decoders=Decoders(pool.workers, limits.decoded, limits.wait_seconds),
        readers=readers,
        trainings=Trainings(readers, limits),
        metrics=Metrics({route.endpoint: route.path for route in routes}),
        review=review,
    )
    app = Starlette(routes=[*routes, *at_root(page)], exception_handlers=HANDLERS)
    app.router.redirect_slashes = False
    app.state.parts = parts
    bodies = Bodies(app, limits)
    small = GZipMiddleware(bodies, _SHORT, _LEVEL, exclude_content_types=_COMPRESSED)
    origins = origins_of(settings.origins)
    guard = Guard(small, Hosts(settings.hosts), origins, parts.quotas, settings.tokens, parts.observe)
    if not origins:
        return Service(guard, guard, parts, bodies)
    # pages of other sites call the API and read its answers after a preflight request
    shared = CORSMiddleware(
        guard,
        allow_origins=sorted(origins),
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["Authorization"],
        expose_headers=["X-Request-Id", "Retry-After", "Content-Disposition"],
    )
    return Service(shared, guard, parts, bodies)


@operations.add("GET", "/healthz", "service.health.", answers={200: Health}, example="{address}/healthz")
async def health(request: Request) -> Response:
    """Report that the service is alive."""
    return answer(Health(status="ok"))


@operations.add("GET", "/readyz", "service.ready.", answers={200: Health}, example="{address}/readyz")
async def ready(request: Request) -> Response:
    """Report whether the service can answer requests."""
    await parts_of(request).check()
    return answer(Health(status="ok"))


@operations.add(
    "GET",
    "/metrics",
    "service.metrics.",
    answers={200: "text/plain"},
    problems=(401,),
    example="{address}/metrics",
)
async def numbers(request: Request) -> Response:
    """Return the metrics."""
    parts = parts_of(request)
    if not parts.settings.metrics:
        raise ServiceError("error.service.no_metrics")
    parts.metrics.busy.set(parts.pool.busy)
    parts.metrics.replaced.set(parts.pool.replaced)
    parts.metrics.training.set(parts.trainings.running is not None)
    return Response(parts.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


log = logging.getLogger("shuzi.service")

SWITCH = 0.0005
"""Seconds a thread may hold Python's lock while the event loop waits for it; 0.005 by default."""

_NEXT_PORTS = 20  # ports to try if none was named
_BACKLOG = 512
_TOKEN_BYTES = 24
_M_MMAP_THRESHOLD, _LARGE = -3, 1 << 20  # of glibc's mallopt(3); bytes


def listen(host: str, port: int, others: bool) -> socket.socket:
    """Bind a port."""
    for tried in range(port, port + (_NEXT_PORTS if others else 1)):
        try:
            family, *_, address = socket.getaddrinfo(host, tried, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
            taken = socket.socket(family, socket.SOCK_STREAM)
        except (OSError, UnicodeError, OverflowError) as problem:
            raise ServiceError("error.service.address", host=host, reason=problem) from problem
        try:
            if sys.platform != "win32":  # on Windows this would let two services share a port
                taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(address)
            taken.listen(_BACKLOG)
        except OSError as problem:
            taken.close()
            if problem.errno != errno.EADDRINUSE:
                reason = problem.strerror or problem
                raise ServiceError("error.service.address", host=f"{host}:{tried}", reason=reason) from problem
        else:
            return taken
    raise ServiceError("error.service.port", host=host, port=port)


def address_in_network() -> str | None:
    """Return the IPv4 address at which other machines of the network reach this one; None without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            # of a datagram socket this only looks up the route; nothing is sent. 192.0.2.0/24 is reserved (RFC 5737)
            asked.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address: str = asked.getsockname()[0]
    return None if address.startswith(("127.", "0.")) else address


class Server(uvicorn.Server):
    """Reports when it is ready; on shutdown, ends streams and training before waiting for connections."""

    def __init__(self, config: uvicorn.Config, service: Service, ready: Callable[[], object]) -> None:
        super().__init__(config)
        self._service = service
        self._ready = ready
        self._last: threading.Timer | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start answering."""
        await super().startup(sockets)
        self._service.parts.pool.watch()
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Shut the service down."""
        await self._service.close()
        await super().shutdown(sockets)
        # responses have had their time; a stuck file would keep the process alive
        self._service.parts.pool.end()
        decoder.children.cancel()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Ask the server to stop; a second Ctrl-C stops it at once."""
        self._exit_in_time()
        super().handle_exit(sig, frame)

    def end(self, *_: object) -> None:
        """Ask the server to stop before it handles signals itself."""
        self._exit_in_time()
        self.should_exit = True

    def _exit_in_time(self) -> None:
        """Exit the process some seconds after the first signal, whatever its other threads are doing."""
        if self._last is None:
            seconds = self._service.parts.limits.exit_seconds
            self._last = threading.Timer(seconds, _exit_hard, (seconds,))
            self._last.daemon = True  # a daemon thread: a process that ends in time does not wait for it
            self._last.start()


def server(service: Service, ready: Callable[[], object] = lambda: None) -> Server:
    """Return a server for a service; `run` it with the socket from `listen`."""
    limits = service.parts.limits
    config = uvicorn.Config(
        service.app,
        http="h11",  # unlike httptools, it limits the size of headers
        h11_max_incomplete_event_size=HEAD_BYTES,
        limit_concurrency=limits.connections,
        ws="none",
        lifespan="off",
        log_config=None,
        # `Guard` has already logged and answered it, or it is a client's fault
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=round(limits.idle_seconds),
        timeout_graceful_shutdown=round(limits.drain_seconds),
    )
    return Server(config, service, ready)


def run(service: Service, at: socket.socket, ready: Callable[[], object]) -> None:
    """Serve until Ctrl-C or SIGTERM, both of which are a normal exit."""
    serving = server(service, ready)
    sys.setswitchinterval(SWITCH)
    _return_large_memory()
    service.parts.pool.warm()
    # uvicorn installs its own handlers while it runs, then raises the signal again for the earlier ones
    before = {number: signal.signal(number, serving.end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        serving.run([at])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _return_large_memory() -> None:
    """Let glibc return large buffers to the system as soon as they are freed: the peak is a fifth lower."""
    if sys.platform == "linux" and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)):
        mallopt(_M_MMAP_THRESHOLD, _LARGE)


def serve_review(
    table: Table,
    photos: Iterable[tuple[str, Picture | ShuziError]],
    model: str | Path,
    at: socket.socket,
    ready: Callable[[str], object],
) -> None:
    """Serve the page with a table, to this machine only, until Ctrl-C or SIGTERM, and open it in the browser.

    Other users of this machine do not see the table: the address, which `ready` gets, has a token, in the part that
    browsers do not send, and it reaches the browser in a file that only this person can read.
    """
    host, port = at.getsockname()[:2]
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    review = Review.of(table, photos)
    logs.configure(as_json=False, requests=False)
    service = create(model, Settings(hosts=(host,), tokens=Tokens([token])), review=review)
    address = f"http://{host}:{port}/?view=forms&review={review.id}#token={token}"

    with _leading_to(address) as opened:

        def shown() -> None:
            ready(address)
            # some browsers end only when they are closed
            threading.Thread(target=_open_browser, args=(opened,), daemon=True, name="browser").start()

        run(service, at, shown)


@contextmanager
def _leading_to(address: str) -> Iterator[str]:
    """Yield a file that redirects a browser, whose command anyone may see, or the address if none is written."""
    # not in a hidden folder: a browser installed as a snap may not read those
    page = Path.home() / f"shuzi-review-{secrets.token_hex(8)}.html"
    target = html.escape(address)
    try:
        with os.fdopen(os.open(page, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(
                f'<!doctype html><meta http-equiv="refresh" content="0;url={target}"><a href="{target}">shuzi</a>'
            )
    except OSError:
        yield address
        return
    try:
        yield page.as_uri()
    finally:
        page.unlink(missing_ok=True)


def _open_browser(address: str) -> None:
    """Open an address in the browser of the desktop, or the one that BROWSER names, if there is one."""
    import webbrowser

    chosen = bool(os.environ.get("BROWSER"))
    no_desktop = sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
    if no_desktop and not chosen:
        return
    try:
        browser = webbrowser.get()
        # a text browser would take over the terminal
        if chosen or type(browser) is not webbrowser.GenericBrowser:
            browser.open(address)
    except (webbrowser.Error, OSError):
        return


def _exit_hard(seconds: float) -> None:
    log.error("not ended after %.0f s; the process exits at once", seconds)
    logging.shutdown()
    os._exit(1)
