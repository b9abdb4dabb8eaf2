"""Many, slow, greedy and vanished clients against a service in its own process."""

import concurrent.futures
import json
import select
import signal
import socket
import sys
from contextlib import ExitStack

import pytest

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux has many addresses and tells memory"),
]

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
SCRIPT = """
import asyncio, dataclasses, threading
from shuzi.service import logs, server
from shuzi.service import pictures
from shuzi.service.server import create
from shuzi.service.limits import Limits

{before}
logs.configure(as_json=False, requests=False)
at = server.listen("127.0.0.1", 0, others=False)
service = create(limits=dataclasses.replace(Limits(), {limits}))
server.run(service, at, lambda: print(f"http://127.0.0.1:{{at.getsockname()[1]}}/", flush=True))
"""
RESET = b"\1\0\0\0\0\0\0\0"  # SO_LINGER on, for 0 s: the connection ends with a reset


@pytest.fixture
def serve(start_service):
    return lambda *arguments, **options: start_service("--port", "0", *arguments, **options).listens()


@pytest.fixture
def serve_patiently(start_service):
    """Serve with generous time limits, so that nothing times out on a busy machine."""
    patient = ", ".join(f"{each}_seconds=600" for each in ("pause", "body", "idle", "work", "exit"))
    script = SCRIPT.format(before="", limits=patient)
    return lambda: start_service(program=("-c", script)).listens()


@pytest.fixture
def stack():
    with ExitStack() as found:
        yield found


def _post(length):
    lines = ("POST /v1/read HTTP/1.1", "Host: localhost", "Content-Type: image/png", f"Content-Length: {length}")
    return "\r\n".join([*lines, "", ""]).encode()


def _answer(connection):
    content = b""
    while piece := connection.recv(65_536):
        content += piece
    head, _, body = content.partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]), json.loads(body)


def _is_alive(connection):
    """Send a request over an open connection and read the whole response."""
    connection.sendall(HEALTH)
    content = b""
    while not content.endswith(b"}"):
        content += connection.recv(65_536)
    return content.startswith(b"HTTP/1.1 200")


def _reads(process, number):
    with process.client() as client:
        assert client.post("/v1/read", files={"picture": number}).json()["readings"][0]["text"] == "7210"


def test_fifty_slow_clients_keep_nobody_waiting(serve_patiently, stack, number):
    process = serve_patiently()
    for half in range(50):
        slow = stack.enter_context(process.connect())
        slow.sendall((_post(1_000) + b"x") if half % 2 else b"POST /v1/read HTTP/1.1\r\nHost: localh")
    _reads(process, number)
    with process.client() as client:
        assert client.get("/readyz").status_code == 200


def test_ten_clients_that_hold_large_bodies_deny_nobody_a_place(serve_patiently, stack, number):
    process = serve_patiently()
    for each in range(10):
        holding = stack.enter_context(process.connect(f"127.0.0.{2 + each}"))
        holding.sendall(_post(20_000_000) + bytes(19_999_999))
    for _ in range(5):
        with process.client() as client:
            said = client.post("/v1/read", content=bytes(19_000_000), headers={"content-type": "image/png"})
            assert (said.status_code, said.json()["key"]) == (422, "error.picture.unknown")
    _reads(process, number)
    assert process.resident(most=True) < 1.5e9


def test_one_client_holds_no_more_than_its_part(serve_patiently, stack, number):
    process = serve_patiently()
    greedy = [stack.enter_context(process.connect("127.0.0.2")) for _ in range(4)]
    for each in greedy[:3]:
        each.sendall(_post(20_000_000) + bytes(19_900_000))
    with process.client("127.0.0.2") as client:
        refused = []
        while not refused:  # until all of it has arrived
            said = client.post("/v1/read", content=bytes(1_000_000), headers={"content-type": "image/png"})
            # whichever of its bodies is one too many, while they are all arriving
            refused = [_answer(each) for each in select.select(greedy[:3], [], [], 0)[0]]
            if said.status_code == 429:
                assert said.headers["retry-after"] == "1"
                refused.append((429, said.json()))
        assert {(status, problem["key"]) for status, problem in refused} == {(429, "error.service.held")}
    _reads(process, number)


def test_one_client_has_no_more_requests_at_once_than_its_part(limited):
    service = limited(client_requests=3)
    with ExitStack() as stack:
        for _ in range(3):
            kept = stack.enter_context(service.connect("127.0.0.2"))
            kept.sendall(_post(9).replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))
            assert kept.recv(12) == b"HTTP/1.1 100"  # its body is waited for
        with service.client("127.0.0.2") as client:
            said = client.get("/healthz")
            assert (said.status_code, said.json()["key"]) == (429, "error.service.client")
        with service.client() as other:
            assert other.get("/healthz").status_code == 200
    with service.client("127.0.0.2") as client:
        while (status := client.get("/healthz", headers={"connection": "close"}).status_code) == 429:
            pass  # until their absence is noticed
        assert status == 200


def test_explanations_are_rationed_by_client_and_by_request(limited, number):
    service = limited(client_explained=10, client_explained_rate=1e-6, explained_in_all=6)
    with service.client() as client, service.client("127.0.0.2") as other:
        said = client.post("/v1/read?explain=true", files=[("picture", number)] * 3).json()["readings"]
        assert [["counted" in digit for digit in each["digits"]] for each in said] == [[True, True, False, False]] * 3
        assert client.post("/v1/read?explain=true", files={"picture": number}).status_code == 200  # into debt
        said = client.post("/v1/read?explain=true", files={"picture": number})
        assert (said.status_code, said.json()["key"]) == (429, "error.service.explained")
        assert int(said.headers["retry-after"]) > 1_000
        assert client.post("/v1/read", files={"picture": number}).status_code == 200
        assert other.post("/v1/read?explain=true", files={"picture": number}).status_code == 200


def test_three_hundred_abandoned_streams_leave_nothing_behind(serve_patiently, stack):
    process = serve_patiently()
    with process.client() as client:
        place = client.post("/v1/training", json={"recipe": "mlp", "steps": 20_000}).headers["location"]
        request = f"GET {place}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        for _ in range(300):
            with process.connect() as leaving:
                leaving.sendall(request)
                assert leaving.recv(12) in (b"HTTP/1.1 200", b"HTTP/1.1 429")
                leaving.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        while True:  # until the absence of the last of them is noticed
            with client.stream("GET", f"{place}/events") as stream:
                if stream.status_code != 429:
                    break
        assert stream.status_code == 200
        client.delete(place)
        client.get(f"{place}/events")
    code, err = process.end()
    assert (code, err) == (0, "")


def test_two_hundred_at_once_are_all_answered(serve_patiently, number):
    process = serve_patiently()

    def ask(each):
        with process.client(f"127.0.0.{2 + each % 4}") as client:
            return client.post("/v1/read", files={"picture": number}).status_code

    with concurrent.futures.ThreadPoolExecutor(200) as threads:
        statuses = list(threads.map(ask, range(200)))
    assert set(statuses) <= {200, 429}
    assert statuses.count(200) >= 64
    assert process.resident(most=True) < 1.5e9


@pytest.mark.parametrize("number_", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_bodies_that_are_half_sent_at_the_end_are_told_so(serve_patiently, stack, number_):
    process = serve_patiently()
    halves = [stack.enter_context(process.connect()) for _ in range(20)]
    for each in halves:
        each.sendall(_post(100_000).replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))
        assert each.recv(65_536) == b"HTTP/1.1 100 Continue\r\n\r\n"  # so its body is waited for
        each.sendall(b"half")
    process.send_signal(number_)
    said = [_answer(each) for each in halves]
    assert {(status, problem["key"]) for status, problem in said} == {(503, "error.service.closing")}
    _, err = process.communicate()
    assert (process.returncode, err) == (0, "")


def test_clients_that_read_nothing_write_nothing_into_the_log(serve_patiently, stack):
    process = serve_patiently()
    with process.client() as client:
        place = client.post("/v1/training", json={"recipe": "mlp", "steps": 20_000}).headers["location"]
    for _ in range(30):
        deaf = stack.enter_context(process.connect())
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1_024)
        deaf.sendall(f"GET {place}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert deaf.recv(12) == b"HTTP/1.1 200"
        for _ in range(20):
            deaf.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n")
    code, err = process.end()
    assert (code, err) == (0, "")


FOREVER = "threading.Event().wait()"


def test_work_that_never_ends_does_not_keep_the_service(start_service, stack, number):
    script = SCRIPT.format(
        before=f"pictures.read_in_process = lambda *_: {FOREVER}", limits="drain_seconds=1, exit_seconds=600"
    )
    process = start_service(program=("-c", script)).listens()
    asking = stack.enter_context(process.connect())
    asking.sendall(_post(len(number)) + number)
    with process.client() as client:
        while "shuzi_requests_at_work 1.0" not in client.get("/metrics").text:
            pass
    code, err = process.end()
    status, problem = _answer(asking)
    assert (status, problem["key"]) == (503, "error.service.closing")
    assert (code, err) == (0, "")


def test_a_service_that_hangs_itself_exits_after_the_time_for_that(start_service):
    script = SCRIPT.format(before=f"server.Server.shutdown = lambda *_, **__: {FOREVER}", limits="exit_seconds=0.5")
    process = start_service(program=("-c", script)).listens()
    code, err = process.end()
    assert code == 1
    assert "the process exits at once" in err
    assert "Traceback" not in err


@pytest.mark.slow
def test_a_training_that_failed_has_its_cause_in_the_log(serve, tmp_path):
    process = serve(SHUZI_DATA=str(tmp_path / "nowhere"))
    with process.client() as client:
        place = client.post("/v1/training", json={}).headers["location"]
        events = client.get(f"{place}/events").text
    assert "error.service.training_broken" in events
    _, err = process.end()
    assert "nowhere" in err
    assert place.rpartition("/")[2] in err
