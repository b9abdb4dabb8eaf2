"""How many pictures per second the service reads over HTTP, compared with `reader.read` in process.

    python benchmarks/http_speed.py

The pictures are PNGs: MNIST's test digits of 28x28, one or 32 in a request, composed photos of 640x480, and composed
strips of 64x160. They are sent over 32 connections (4 for requests with 32 pictures) that each wait for the answer
before they send the next. The service, the loop and `read_many` take turns, each in its own process, all bound to the
same two cores. The load comes from raw sockets in an event loop on the same cores, and its CPU time is recorded.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import re
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from functools import partial
from multiprocessing.util import Finalize
from typing import Any

from machine import keep
from PIL import Image
from reading_speed import photos, strips
from turns import Note, Turn, column, compete

import shuzi

CONNECTIONS = 32
DIFFERENT = 200  # pictures used in rotation
LOOP, MANY = "reader.read, one after the other", "reader.read_many, on both cores"
MANY_PHOTOS, MANY_STRIPS = "reader.read_many, photos of 640x480", "reader.read_many, strips of 64x160"
RAW, FORM, CLASSIFY = "POST /v1/read, raw body", "POST /v1/read, form", "POST /v1/classify, one image"
TOGETHER = "POST /v1/read, a form with 32 pictures"
PHOTOS, STRIPS = "POST /v1/read, a photo of 640x480", "POST /v1/read, a strip of 64x160"
IN_A_FORM = 32
AGAINST = {RAW: MANY, FORM: MANY, TOGETHER: MANY, PHOTOS: MANY_PHOTOS, STRIPS: MANY_STRIPS}
_BOUNDARY = "a-boundary-like-those-of-browsers"


def pictures(what: str = MANY) -> list[bytes]:
    """Return pictures of one kind as PNG files: of digits, unless the kind says otherwise."""
    if what in (MANY_PHOTOS, PHOTOS):
        return list(map(_png, photos()))
    if what in (MANY_STRIPS, STRIPS):
        return list(map(_png, strips()))
    return list(map(_png, shuzi.load_mnist().test.images[:DIFFERENT]))


def _png(levels: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(levels).save(file, "PNG")
    return file.getvalue()


def gathered(rounds: int) -> dict[str, float]:
    """Return the milliseconds per image in a call of the network, for calls with one image and with more."""
    reader, images = shuzi.load(), shuzi.load_mnist().test.images[:DIFFERENT]
    took: dict[str, list[float]] = {}
    for _ in range(rounds + 1):
        for size in (1, 8, 32):
            began = time.perf_counter()
            for start in range(0, DIFFERENT - size + 1, size):
                reader.classify(images[start : start + size])
            took.setdefault(f"{size} at once", []).append((time.perf_counter() - began) / (DIFFERENT // size * size))
    return {name: round(1_000 * statistics.median(each[1:]), 4) for name, each in took.items()}


def in_process(what: str, seconds: float) -> Turn:
    """Read pictures without HTTP."""
    reader, files, many = shuzi.load(), pictures(what), what != LOOP
    reader.read(files[0])

    def turn(number: int) -> Note:  # noqa: ARG001
        count, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds:
            for _ in reader.read_many(files) if many else map(reader.read, files):
                count += 1
        return {"seconds": (time.perf_counter() - began) / count}

    return turn


def over_http(what: str, seconds: float, connections: int = CONNECTIONS, source: str = "") -> Turn:
    """Start a service and send requests over all connections at once.

    Parameters
    ----------
    what
        The endpoint to request.
    seconds
        The duration of each turn.
    connections
        The number of connections.
    source
        The `src` folder of the shuzi version to serve; "" for this one.
    """
    command = [sys.executable, "-m", "shuzi", "--lang", "en", "serve", "--port", "0"]
    surroundings = os.environ | ({"PYTHONPATH": source} if source else {})
    service = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8", env=surroundings
    )
    Finalize(None, service.terminate, exitpriority=10)
    assert service.stdout is not None  # noqa: S101 - for the types
    found = re.search(r"http://([^:]+):(\d+)/", service.stdout.readline())
    if found is None:
        raise RuntimeError("the service did not start")
    place, requests = (found[1], int(found[2])), _requests(what)
    each = IN_A_FORM if what == TOGETHER else 1
    connections = max(4, connections // each)
    asyncio.run(_load(place, requests, 1.0, connections))

    def turn(number: int) -> Note:  # noqa: ARG001
        before, own = _processor_seconds(place), time.process_time()
        began = time.perf_counter()
        waited = asyncio.run(_load(place, requests, seconds, connections))
        took = time.perf_counter() - began
        own = time.process_time() - own
        centiles = statistics.quantiles(waited, n=100)
        return {
            "seconds": took / len(waited) / each,
            "p50 ms": round(1_000 * centiles[49], 2),
            "p99 ms": round(1_000 * centiles[98], 2),
            "processor ms of the service": round(1_000 * (_processor_seconds(place) - before) / len(waited), 3),
            "processor ms of the load": round(1_000 * own / len(waited), 3),
        }

    return turn


def _requests(what: str) -> list[bytes]:
    if what == CLASSIFY:
        images = shuzi.load_mnist().test.images[:DIFFERENT].tolist()
        return [
            _request("/v1/classify", "application/json", json.dumps({"images": [each]}).encode()) for each in images
        ]
    if what in (RAW, PHOTOS, STRIPS):
        return [_request("/v1/read", "image/png", each) for each in pictures(what)]
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="picture"; filename="a.png"\r\n\r\n'.encode()
    kind, tail = f"multipart/form-data; boundary={_BOUNDARY}", f"\r\n--{_BOUNDARY}--\r\n".encode()
    files = pictures()
    if what == TOGETHER:
        several = [files[start:] + files[:start] for start in range(0, len(files), IN_A_FORM)]
        joined = [b"\r\n".join(head + each for each in some[:IN_A_FORM]) for some in several]
        return [_request("/v1/read", kind, each + tail) for each in joined]
    return [_request("/v1/read", kind, head + each + tail) for each in files]


def _request(path: str, kind: str, body: bytes) -> bytes:
    lines = (f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Type: {kind}", f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


class _Asking(asyncio.Protocol):
    """One connection: sends a request, waits for the whole response, records the time, and repeats."""

    def __init__(self, requests: list[bytes], step: int, ends: float, waited: list[float], first: int) -> None:
        self._requests = requests
        self._next = first
        self._step = step
        self._ends = ends
        self._waited = waited
        self._came = b""
        self._asked = 0.0
        self._transport: Any = None
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, found, body = self._came.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        if not head.startswith(b"HTTP/1.1 200 "):
            self.done.set_exception(RuntimeError(self._came.decode(errors="replace")))
            self._transport.close()
            return
        now = time.perf_counter()
        self._waited.append(now - self._asked)
        self._came = b""
        if now < self._ends:
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        if not self.done.done():
            self.done.set_result(None)

    def _ask(self) -> None:
        self._asked = time.perf_counter()
        self._transport.write(self._requests[self._next % len(self._requests)])
        self._next += self._step


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length:")
    return int(rest.partition(b"\r\n")[0])


async def _load(place: tuple[str, int], requests: list[bytes], seconds: float, connections: int) -> list[float]:
    """Return the time of each response in seconds."""
    waited: list[float] = []
    ends = time.perf_counter() + seconds
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(partial(_Asking, requests, connections, ends, waited, number), *place)
        for number in range(connections)
    ]
    await asyncio.gather(*(asking.done for _, asking in made))
    return waited


def _processor_seconds(place: tuple[str, int]) -> float:
    with urllib.request.urlopen(f"http://{place[0]}:{place[1]}/metrics") as answer:
        text = answer.read().decode()
    return float(re.search(r"^process_cpu_seconds_total (\S+)", text, re.MULTILINE)[1])


def main() -> None:
    """Measure and save the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each turn")
    parser.add_argument("--name", default="speed-http", help="of the result; nothing is kept without one")
    given = parser.parse_args()
    cores = set(sorted(os.sched_getaffinity(0))[:2])
    rivals: dict[str, Callable[[], Turn]] = {
        **{what: partial(in_process, what, given.seconds) for what in (LOOP, MANY, MANY_PHOTOS, MANY_STRIPS)},
        **{what: partial(over_http, what, given.seconds) for what in (*AGAINST, CLASSIFY)},
    }
    notes = compete(rivals, given.rounds, cores)
    seconds = column(notes)
    rates = {name: round(1 / statistics.median(each)) for name, each in seconds.items()}
    result: dict[str, Any] = {
        "connections": CONNECTIONS,
        "load of the machine": [round(each, 1) for each in os.getloadavg()],
        "cores": sorted(cores),
        "rounds": given.rounds,
        "seconds a turn": given.seconds,
        "pictures a second": rates,
        "share of the loop": {name: round(rates[name] / rates[LOOP], 3) for name in (RAW, FORM)},
        "share of read_many": {
            name: round(statistics.median(b / a for a, b in zip(seconds[name], seconds[many], strict=True)), 3)
            for name, many in AGAINST.items()
        },
        "milliseconds of the network for an image": gathered(given.rounds),
        "notes": notes,
    }
    over = {name: notes[name] for name in (*AGAINST, CLASSIFY)}
    for what in next(iter(over.values()))[0].keys() - {"seconds"}:
        result[what] = {name: statistics.median(each) for name, each in column(over, what).items()}
    print({key: value for key, value in result.items() if key != "notes"})
    if given.name:
        keep(given.name, result)


if __name__ == "__main__":
    main()
