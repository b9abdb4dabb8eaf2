"""Long or slow bodies and endless clients are refused without affecting others."""

import json
import re
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx
import numpy as np
import pytest

from shuzi.processes.cores import cores
from shuzi.service.limits import Limits


def _answer(connection):
    """Read one response, as long as it says that it is, and parse it."""
    content = head = body = b""
    try:
        while not (told := re.search(rb"content-length: (\d+)", head.lower())) or len(body) < int(told[1]):
            if not (piece := connection.recv(65_536)):
                break
            content += piece
            head, _, body = content.partition(b"\r\n\r\n") if b"\r\n\r\n" in content else (b"", b"", b"")
    except ConnectionResetError:
        pass
    status = int(head.split(b" ", 2)[1]) if head else None
    return status, head.lower(), body


def _healthy(connection):
    """Read the whole response of /healthz, which may come in pieces."""
    content = b""
    while not content.endswith(b"}"):
        piece = connection.recv(65_536)
        assert piece
        content += piece
    assert content.startswith(b"HTTP/1.1 200")


def _post(length=None, path="/v1/read", kind="image/png"):
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Type: {kind}"]
    lines.append("Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}")
    return "\r\n".join([*lines, "", ""]).encode()


def _key(body):
    return json.loads(body[body.index(b"{") : body.rindex(b"}") + 1])["key"]


@pytest.mark.parametrize("told", [True, False], ids=["length", "chunks"])
@pytest.mark.parametrize("path", ["/v1/read", "/v1/classify", "/v1/training"])
def test_a_body_that_is_too_long_is_refused_whether_its_length_is_told_or_not(limited, told, path):
    service = limited(body=100_000)
    pieces = [bytes(10_000)] * 20
    with service.client() as client:
        kind = "image/png" if path == "/v1/read" else "application/json"
        content = b"".join(pieces) if told else iter(pieces)
        said = client.post(path, content=content, headers={"content-type": kind})
        assert (said.status_code, said.json()["key"]) == (413, "error.service.body")
        assert client.get("/healthz").status_code == 200


def test_a_body_without_end_is_refused_before_its_end(limited):
    service = limited(body=100_000)
    with service.connect() as connection:
        connection.sendall(_post())
        piece = b"2710\r\n" + bytes(10_000) + b"\r\n"
        try:
            for _ in range(10_000):  # 100 MB: more than the system's own buffers take in for a slow server
                connection.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass
        else:
            pytest.fail("all was taken")


def test_a_body_that_claims_to_be_huge_is_refused_at_once(service):
    with service.connect() as connection:
        connection.sendall(_post(10**12))
        status, head, body = _answer(connection)
    assert (status, _key(body)) == (413, "error.service.body")
    assert b"connection: close" in head


def test_a_body_as_long_as_allowed_is_taken(limited, number):
    service = limited(body=len(number))
    with service.client() as client:
        said = client.post("/v1/read", content=number, headers={"content-type": "image/png"})
        assert said.json()["readings"][0]["text"] == "7210"


def test_a_body_that_stops_is_not_waited_for(limited):
    service = limited(pause_seconds=0.0, body_seconds=1e6)
    with service.connect() as connection:
        connection.sendall(_post(1_000) + b"a few bytes")
        status, head, body = _answer(connection)
    assert (status, _key(body)) == (408, "error.service.slow")
    assert b"connection: close" in head


def test_a_body_that_trickles_is_not_waited_for(limited):
    service = limited(body_seconds=0.0, pause_seconds=1e6)  # no single pause is long enough to end it
    with service.connect() as connection:
        connection.sendall(_post(1_000) + b"x")
        status, head, body = _answer(connection)
    assert (status, _key(body)) == (408, "error.service.slow")
    assert b"connection: close" in head


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X-A: b\r\n" * 100_000 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"b" * 1_000_000 + b"\r\n\r\n",
        b"this is no HTTP at all\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",  # a TLS client
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
    ],
    ids=["address", "headers", "header", "words", "tls", "lengths"],
)
def test_what_is_no_sound_request_is_refused(service, request_):
    with service.connect() as connection:
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(request_)
        assert _answer(connection)[0] in (400, None)  # None: reset, since it had sent more
    with service.client() as client:
        assert client.get("/healthz").status_code == 200


def test_a_body_that_asks_first_and_is_too_long_is_refused_before_it_comes(limited):
    service = limited(body=100_000)
    with service.connect() as connection:
        connection.sendall(_post(200_000).replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))
        status, head, body = _answer(connection)
    assert (status, _key(body)) == (413, "error.service.body")
    assert b"connection: close" in head


def test_a_connection_too_many_is_sent_away(limited):
    service = limited(connections=4)
    kept = [service.connect() for _ in range(3)]
    for each in kept:  # a response shows that it was accepted
        each.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        _healthy(each)
    with service.connect() as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert _answer(connection)[0] == 503
    for each in kept:
        each.close()


def test_bodies_find_no_room_when_others_fill_the_memory(limited):
    service = limited(held=150_000)
    with service.connect() as holding:
        holding.sendall(_post(120_000) + bytes(110_000))
        with service.client() as client:
            while True:  # until the first one's bytes have arrived
                said = client.post("/v1/read", content=bytes(60_000), headers={"content-type": "image/png"})
                if said.status_code != 422:
                    break
            assert said.status_code == 429
            assert said.json()["key"] == "error.service.busy"
    with service.client() as client:
        while True:  # and until they are released
            said = client.post("/v1/read", content=bytes(60_000), headers={"content-type": "image/png"})
            if said.status_code != 429:
                break
        assert said.status_code == 422


def test_work_that_takes_too_long_is_not_waited_for(limited, number):
    service = limited(work_seconds=0.0)
    with service.client() as client:
        said = client.post("/v1/read", files={"picture": number})
        assert (said.status_code, said.json()["key"]) == (503, "error.service.late")
        assert int(said.headers["retry-after"]) > 0
        assert client.get("/healthz").status_code == 200


def test_a_client_that_leaves_in_the_middle_leaves_nothing_behind(service, client, number):
    for end in (10, 200, len(_post(len(number))) + 50):
        with service.connect() as connection:
            connection.sendall((_post(len(number)) + number)[:end])
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # closes with a reset
    assert client.post("/v1/read", files={"picture": number}).status_code == 200
    assert "shuzi_requests_at_work 0.0" in client.get("/metrics").text


def _resident(text):
    return float(re.search(r"^process_resident_memory_bytes (\S+)", text, re.MULTILINE)[1])


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process's memory")
def test_memory_stays_bounded_whatever_comes(start_service, number, as_png, mnist):
    process = start_service("--port", "0")
    address = re.search(r"http://\S+", process.stdout.readline())[0]
    large = as_png(np.zeros((6_900, 7_200)))  # 49.7 megapixels in 50 kB
    photo = as_png(np.full((4_000, 4_100, 3), 200), "JPEG")  # 16.4 megapixels, just not so large as to go to a child
    workers = min(cores(), Limits().workers)
    with httpx.Client(base_url=address, trust_env=False, timeout=None) as client:

        def read(content, times=1):
            files = [("picture", content)] * times
            return client.post("/v1/read", files=files).status_code

        def read_from(source):  # one client may not hold as much as all
            transport = httpx.HTTPTransport(local_address=source)
            with httpx.Client(base_url=address, transport=transport, timeout=None) as other:
                return other.post("/v1/read", files=[("picture", bytes(19_000_000))]).status_code

        def large_ones():
            assert read(large, 4) == 200
            assert read(bytes(19_000_000)) == 422
            assert read(bytes(30_000_000)) == 413

        for _ in range(3):  # memory that glibc keeps for later is not a leak
            large_ones()
        before = _resident(client.get("/metrics").text)
        for _ in range(3):
            large_ones()
        for _ in range(300):
            assert read(number) == 200
        after = _resident(client.get("/metrics").text)
        for _ in range(3):  # after the leak check, since glibc keeps some of the memory of many large bodies
            with ThreadPoolExecutor(2 * workers + 8) as threads:
                photos = [threads.submit(read, photo) for _ in range(2 * workers)]
                bodies = [threads.submit(read_from, f"127.0.0.{2 + each}") for each in range(8)]
            assert {each.result() for each in photos} == {200}
            assert {each.result() for each in bodies} == {422}
        peak = (
            int(
                re.search(
                    r"VmHWM:\s+(\d+)",
                    subprocess.check_output(["cat", f"/proc/{process.pid}/status"], encoding="utf-8"),
                )[1]
            )
            * 1024
        )
    assert after < before + 150e6
    # and a child with 0.8 makes 1.5
    assert peak < 0.7e9 + 150e6 * max(workers - 2, 0)
