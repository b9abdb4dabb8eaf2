"""The service runs as replicas on a Ray cluster: start it, change its model without a pause, or end it."""

from __future__ import annotations

import logging
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shuzi import messages
from shuzi.errors import ClusterError, ServiceError, ShuziError
from shuzi.models.store import IN_A_RUN, find_model, shipped
from shuzi.processes.cores import give
from shuzi.scale.cluster import last_line
from shuzi.service.access import SECURITY_HEADERS
from shuzi.service.limits import Bodies, Limits, Quotas, reading_on
from shuzi.service.logs import REQUEST_ID, new_id
from shuzi.service.problems import BodyRefused, asked_language, problem_response

if TYPE_CHECKING:
    from shuzi.service.parts import Settings
    from shuzi.service.server import Service

log = logging.getLogger("shuzi.service")


@dataclass(frozen=True)
class Model:
    """The default model of requests, ready to be sent to other machines."""

    name: str  # the name of a model that comes with shuzi, or of its file or run folder
    content: bytes | None = None  # the model itself, unless it comes with shuzi


class Replica:
    """Answers requests as `shuzi serve --no-training` does, with its own reading processes.

    A run that one replica had started would be unknown to the others.
    """

    def __init__(self, model: Model, settings: Settings, limits: Limits, cpus: int) -> None:
        # here and below: Ray's proxies do without what reads
        from shuzi.service.server import SWITCH, create

        give(cpus)
        sys.setswitchinterval(SWITCH)
        self._folder = tempfile.TemporaryDirectory(prefix="shuzi-")
        placed = _placed(model, Path(self._folder.name))
        self._service: Service = create(placed, replace(settings, training=False), limits)
        self._service.parts.pool.warm()

    def __serve_build_asgi_app__(self) -> Any:
        """Return the app that answers; called in the event loop that runs it."""
        self._service.parts.pool.watch()
        return self._service.app

    async def check_health(self) -> None:
        """Raise an error if this replica cannot read, so that Ray Serve replaces it."""
        await self._service.parts.check()

    async def __del__(self) -> None:
        """End the processes that this replica started, after the last request."""
        from shuzi.pictures import decoder

        await self._service.close()
        self._service.parts.pool.end()
        decoder.children.cancel()
        self._folder.cleanup()


def _placed(model: Model, folder: Path) -> str | Path:
    """Return the name of a model, or a file that bears it."""
    if model.content is None:
        return model.name
    path = folder / f"{model.name}.onnx"
    path.write_bytes(model.content)
    return path


_APP = "shuzi"  # the name of the application in Ray Serve
_CALLBACK = {"RAY_SERVE_HTTP_PROXY_CALLBACK_IMPORT_PATH": "shuzi.scale.serving.middlewares"}
_WAITING = 1_000  # requests at a proxy while all replicas are full; more are answered with 503


@dataclass(frozen=True)
class Size:
    """The present and maximum size of a service."""

    min_replicas: int = 1  # replicas
    max_replicas: int = 1
    cpus: int = 1  # CPUs, and reading processes, of each replica


def cpus_for(size: Size) -> int:
    """Return the CPUs that a service needs: all replicas, and one more during a replacement."""
    return size.max_replicas * size.cpus + size.cpus


def portable(model: str | Path) -> Model:
    """Return a model in the form sent to the replicas."""
    from shuzi.models.onnx_file import read_content

    path = find_model(model)
    known = next((name for name, shipped_path in shipped().items() if shipped_path == path), None)
    if known is not None:
        return Model(known)
    return Model(path.resolve().parent.name if path.name == IN_A_RUN else path.stem, read_content(path))


def begin(host: str, port: int) -> None:
    """Start Ray Serve on the connected cluster, with proxies that listen at a host and port."""
    from ray import serve

    logging.getLogger("ray.serve").setLevel(logging.ERROR)  # Ray reports each step
    options = {"host": host, "port": port}
    try:
        serve.start(
            proxy_location="EveryNode",
            http_options=options,
            controller_options={"runtime_env": {"env_vars": _CALLBACK}},
        )
    except Exception as problem:
        raise ServiceError("error.service.address", host=f"{host}:{port}", reason=last_line(problem)) from problem


def deploy(model: Model, settings: Settings, size: Size) -> None:
    """Start the service, or replace its replicas one after another; wait until all are ready.

    A new replica is ready before an old one is taken out of service, and an old one answers what it has begun.
    """
    from ray import serve
    from ray.serve.config import AutoscalingConfig, BackpressureConfig

    limits = Limits()
    # each replica refuses excess requests itself, with its own answer
    waiting = limits.queue + 2 * size.cpus
    service = serve.deployment(
        name="service",
        max_ongoing_requests=waiting,
        max_queued_requests=_WAITING,
        backpressure_config=BackpressureConfig(retry_after_s=1),
        autoscaling_config=AutoscalingConfig(
            min_replicas=size.min_replicas, max_replicas=size.max_replicas, target_ongoing_requests=2 * size.cpus
        ),
        max_surge_percent=25,
        graceful_shutdown_timeout_s=limits.work_seconds + limits.drain_seconds,
        ray_actor_options={"num_cpus": size.cpus},
    )(serve.ingress()(Replica))
    try:
        serve.run(service.bind(model, settings, limits, size.cpus), name=_APP, route_prefix="/")
    except Exception as problem:
        raise ServiceError("error.serving.deploy", reason=last_line(problem)) from problem


def end() -> None:
    """End the service on the connected cluster."""
    from ray import serve

    logging.getLogger("ray.serve").setLevel(logging.ERROR)
    if _APP not in serve.status().applications:
        raise ClusterError("error.serving.none")
    serve.delete(_APP)


_OF_RAY = "/-/"  # Ray's own paths: health and routes
_OURS = SECURITY_HEADERS[0][0]  # every answer of the service has this header
# headers by which a client would change how Ray treats its request
_DROPPED = (b"x-request-timeout-seconds", b"x-request-disconnect-disabled", b"x-session-id")


def middlewares() -> list[Middleware]:
    """Return the middlewares of Ray Serve's proxies."""
    return [Middleware(Front)]


class Front:
    """Passes requests to Ray's proxy, and its answers on; limits bodies as they arrive.

    A replica answers through `shuzi.service`, with all its headers. Ray answers by itself if all replicas are busy,
    if one dies with a request, or if a request takes too long: in plain text, without Retry-After, or with status
    500. That is replaced by the service's own answer: 503 with Retry-After, in the client's language.
    """

    def __init__(self, app: ASGIApp, limits: Limits | None = None) -> None:
        self._app = app
        self._limits = limits or Limits()
        self._quotas = Quotas(self._limits)
        self._bodies = Bodies(self._inner, self._limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["path"].startswith(_OF_RAY):
            await self._app(scope, receive, send)
            return
        headers = [header for header in scope["headers"] if header[0] not in _DROPPED]
        client = scope["client"][0] if scope.get("client") else ""
        quota = self._quotas.of(client)
        send, receive = reading_on(send, receive, self._limits)
        answer = _Answer(send)
        messages.use(asked_language(scope["query_string"], Headers(raw=headers).get("accept-language", "")))
        quota.requests += 1
        try:
            await self._bodies({**scope, "headers": headers, "quota": quota, "refused": answer}, receive, answer.send)
        except Exception as problem:
            log.error("%s %s", scope["method"], scope["path"], exc_info=problem)
        finally:
            quota.requests -= 1
        if not answer.started:
            response = problem_response(answer.refusal or ServiceError("error.service.no_answer"), close=True)
            response.headers[REQUEST_ID.decode()] = new_id()
            for name, value in SECURITY_HEADERS:
                response.headers[name.decode()] = value.decode()

            await response(scope, receive, send)

    async def _inner(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on the parts of a request that Ray can send to a replica."""
        answer: _Answer = scope["refused"]

        async def watched() -> Message:
            try:
                return await receive()
            except BodyRefused as problem:
                answer.refusal = problem.problem
                raise

        await self._app({k: v for k, v in scope.items() if k not in {"quota", "refused"}}, watched, send)


class _Answer:
    """The answer to one request, of which only the service's own is passed on."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False
        self.refusal: ShuziError | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers: list[Any] = list(message.get("headers", ()))
            if not any(name == _OURS for name, _ in headers):
                return
            self.started = True
            message = {**message, "headers": _once(headers)}
        if self.started:
            await self._send(message)


def _once(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Keep the service's id of the request, to which Ray appends its own."""
    first = next((header for header in headers if header[0].lower() == REQUEST_ID), None)
    others = [header for header in headers if header[0].lower() != REQUEST_ID]
    return others if first is None else [*others, first]
