"""What stands in Ray's proxies, in front of an app that answers as Ray does."""

import asyncio
import http.client
import json
from contextlib import closing
from threading import Thread

import httpx
import pytest

pytest.importorskip("starlette", reason="the extra `serve` is not installed")

import uvicorn
from starlette.responses import PlainTextResponse, Response

from shuzi.scale.serving import Front
from shuzi.service.access import SECURITY_HEADERS
from shuzi.service.limits import Limits


def _ask(app, path="/v1/read", limits=None, **options):
    async def ask():
        transport = httpx.ASGITransport(Front(app, limits))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(options.pop("method", "POST"), path, **options)

    return asyncio.run(ask())


async def _silent(scope, receive, send):
    """Behave as Ray's proxy when the replica has died with the request."""


async def _failing(scope, receive, send):
    raise RuntimeError("out of order")


@pytest.mark.parametrize(
    "app",
    [
        _silent,
        _failing,
        PlainTextResponse("Internal Server Error", 500),
        PlainTextResponse("Request dropped", 503),
        PlainTextResponse("Request timed out", 408),
    ],
)
@pytest.mark.parametrize(("language", "title"), [("en", "Service unavailable"), ("zh", "暂时不可用")])
def test_what_ray_leaves_unanswered_is_answered_as_the_service_does(app, language, title):
    said = _ask(app, headers={"accept-language": language})
    assert said.status_code == 503
    assert int(said.headers["retry-after"]) > 0
    assert said.headers["content-type"] == "application/problem+json"
    document = said.json()
    assert (document["key"], document["title"]) == ("error.service.no_answer", title)
    assert {name.decode(): value.decode() for name, value in SECURITY_HEADERS}.items() <= dict(said.headers).items()
    assert said.headers["x-request-id"]


def test_the_answer_of_a_replica_passes_with_its_own_id():
    headers = {name.decode(): value.decode() for name, value in SECURITY_HEADERS}

    async def app(scope, receive, send):
        response = Response(b"{}", 418, headers | {"x-request-id": "of the replica"})
        response.raw_headers.append((b"x-request-id", b"of ray"))
        await response(scope, receive, send)

    said = _ask(app)
    assert (said.status_code, said.content) == (418, b"{}")
    assert said.headers.get_list("x-request-id") == ["of the replica"]


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_that_is_too_long_is_refused_before_ray_holds_it(declared):
    taken = []

    async def app(scope, receive, send):
        while (message := await receive()).get("more_body"):
            taken.append(len(message["body"]))
        await PlainTextResponse("all of it")(scope, receive, send)

    async def pieces():
        for _ in range(20):
            yield b"x" * 100

    said = _ask(app, limits=Limits(body=500), content=b"x" * 2_000 if declared else pieces())
    assert (said.status_code, said.json()["key"]) == (413, "error.service.body")
    assert sum(taken) <= 500


@pytest.fixture
def served():
    """A function that serves an app behind `Front` as Ray's proxy does; it returns the port."""
    servers = []

    def start(app, limits):
        config = uvicorn.Config(Front(app, limits), port=0, lifespan="off", log_config=None)
        server = uvicorn.Server(config)
        at = config.bind_socket()
        at.listen()
        thread = Thread(target=server.run, args=([at],))
        thread.start()
        servers.append((server, thread))
        return at.getsockname()[1]

    yield start
    for server, thread in servers:
        server.should_exit = server.force_exit = True
        thread.join()


@pytest.mark.parametrize(
    ("limits", "key"), [({"client_held": 1_000, "body": 20_000_000}, "held"), ({"body": 2_000_000}, "body")]
)
def test_who_is_refused_while_sending_reads_why_instead_of_a_reset(served, limits, key):
    async def app(scope, receive, send):
        while (await receive()).get("more_body"):
            pass

    port = served(app, Limits(**limits))
    for _ in range(8):
        with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
            connection.request("POST", "/v1/read", b"x" * 12_000_000)
            assert json.loads(connection.getresponse().read())["key"] == f"error.service.{key}"


def test_a_client_cannot_change_how_ray_treats_its_request():
    seen = []

    async def app(scope, receive, send):
        seen.extend(name for name, _ in scope["headers"])

    _ask(app, headers={"X-Request-Timeout-Seconds": "0.001", "X-Request-Disconnect-Disabled": "?1", "X-Other": "1"})
    assert b"x-other" in seen
    assert not {b"x-request-timeout-seconds", b"x-request-disconnect-disabled"} & set(seen)


def test_what_ray_says_of_its_own_health_is_left_alone():
    said = _ask(PlainTextResponse("success"), "/-/healthz", method="GET")
    assert (said.status_code, said.text) == (200, "success")
