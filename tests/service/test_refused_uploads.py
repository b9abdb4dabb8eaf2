"""Who uploads what is refused reads why, with whatever library it asks, instead of a connection that was reset."""

import http.client
import json
import shutil
import subprocess

import httpx
import pytest

from shuzi.service.access import Tokens
from shuzi.service.parts import Settings

TIMES = 4
KIND = {"Content-Type": "image/png"}


def by_http_client(address, body, source):
    connection = http.client.HTTPConnection("127.0.0.1", int(address.rpartition(":")[2]), source_address=(source, 0))
    try:
        connection.request("POST", "/v1/read", body, KIND)
        said = connection.getresponse()
        return said.status, said.read()
    finally:
        connection.close()


def by_requests(address, body, source):
    requests = pytest.importorskip("requests")
    adapters = pytest.importorskip("requests.adapters")

    class Adapter(adapters.HTTPAdapter):
        def init_poolmanager(self, *given, **named):
            super().init_poolmanager(*given, source_address=(source, 0), **named)

    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", Adapter())
        said = session.post(f"{address}/v1/read", data=body, headers=KIND)
        return said.status_code, said.content


def by_httpx(address, body, source):
    with httpx.Client(transport=httpx.HTTPTransport(local_address=source), timeout=None) as client:
        said = client.post(f"{address}/v1/read", content=body, headers=KIND)
        return said.status_code, said.content


def by_curl(address, body, source):
    if shutil.which("curl") is None:
        pytest.skip("there is no curl")
    command = [
        "curl",
        "--silent",
        "--show-error",
        "--noproxy",
        "*",
        "--interface",
        source,
        "--write-out",
        "%{http_code}",
    ]
    command += ["-H", "Content-Type: image/png", "-H", "Expect:", "--data-binary", "@-", f"{address}/v1/read"]
    ended = subprocess.run(command, input=body if isinstance(body, bytes) else b"".join(body), capture_output=True)
    assert ended.returncode == 0, ended.stderr
    return int(ended.stdout[-3:]), ended.stdout[:-3]


clients = pytest.mark.parametrize("ask", [by_http_client, by_requests, by_httpx, by_curl])


def _key(said):
    status, body = said
    return status, json.loads(body)["key"]


@clients
def test_an_upload_that_is_far_too_long_is_told_so(limited, ask):
    service = limited(body=2_000_000)
    for _ in range(TIMES):  # ten times as long is read to its end, without being kept
        assert _key(ask(service.address, bytes(18_000_000), "127.0.0.1")) == (413, "error.service.body")


@clients
def test_an_upload_in_pieces_that_is_far_too_long_is_told_so(limited, ask):
    service = limited(body=2_000_000)
    for _ in range(TIMES):
        assert _key(ask(service.address, iter([bytes(500_000)] * 36), "127.0.0.1")) == (413, "error.service.body")


@clients
def test_an_upload_beyond_the_part_of_a_client_is_told_so(limited, ask):
    service = limited(client_held=1_000_000)
    for _ in range(TIMES):
        assert _key(ask(service.address, bytes(19_000_000), "127.0.0.1")) == (429, "error.service.held")


@clients
def test_an_upload_without_a_token_is_told_so(run_service, ask):
    service = run_service(settings=Settings(tokens=Tokens(["x" * 32])))
    for _ in range(TIMES):
        assert _key(ask(service.address, bytes(19_000_000), "127.0.0.1")) == (401, "error.service.token")


@clients
def test_an_upload_in_a_request_too_many_is_told_so(limited, ask):
    service = limited(client_requests=1)
    with service.connect("127.0.0.2") as kept:
        kept.sendall(b"POST /v1/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n")
        kept.sendall(b"Content-Type: image/png\r\nExpect: 100-continue\r\n\r\n")
        assert kept.recv(12) == b"HTTP/1.1 100"  # its body is waited for
        for _ in range(TIMES):
            said = ask(service.address, bytes(19_000_000), "127.0.0.2")
            assert _key(said) == (429, "error.service.client")
