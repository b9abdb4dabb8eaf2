"""How long a client waits for a small picture while another one sends costly ones, now and with an older service.

    python benchmarks/equal_clients.py --before /path/to/an/older/checkout/src

One client, at 127.0.0.2, sends costly pictures all the time: one request after the other with two or with eight of
them, or many requests at once, some of which it leaves. Another one, at 127.0.0.3, asks for a picture of 60x60, one
after the other. What it waits at most is to be compared with what one costly picture takes alone in the same service.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import http.client
import io
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from typing import Any

import numpy as np
from machine import keep
from PIL import Image

GREEDY, MODEST = "127.0.0.2", "127.0.0.3"
BOUNDARY = "a-boundary-like-those-of-browsers"
WAYS = {
    "requests with two": (1, 2, False),
    "requests with eight": (1, 8, False),
    "sixty requests at once": (60, 1, False),
    "sixty that leave": (60, 2, True),
}
"""For each greedy pattern: simultaneous requests, pictures in each, and whether the client leaves early."""


def pictures() -> dict[str, bytes]:
    """Return costly pictures, as files."""
    board = (np.indices((1_750, 1_750)).sum(axis=0) % 2 * 255).astype(np.uint8).repeat(4, 0).repeat(4, 1)
    dots = np.full((1_400, 1_400), 255, np.uint8)
    for row in range(2):
        for column in range(2):
            dots[row::8, column::8] = 0
    noise = np.random.default_rng(0).integers(0, 256, (1_000, 1_000), np.uint8)
    return {"chequerboard of 7000x7000": _png(board), "30,000 dots": _png(dots), "noise of 1000x1000": _png(noise)}


def _png(levels: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(levels).save(file, "PNG")
    return file.getvalue()


def _request(content: bytes, count: int) -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="picture"; filename="a.png"\r\n\r\n'.encode()
    body = b"\r\n".join([head + content] * count) + f"\r\n--{BOUNDARY}--\r\n".encode()
    lines = ["POST /v1/read HTTP/1.1", "Host: localhost", f"Content-Type: multipart/form-data; boundary={BOUNDARY}"]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "Connection: close", "", ""]).encode() + body


def _ask(port: int, source: str, request: bytes, leaves: bool = False) -> tuple[int, float]:
    """Send a request; return the status of its answer, 0 without one, and the seconds until then."""
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=300, source_address=(source, 0)) as connection:
        connection.sendall(request)
        if leaves:
            time.sleep(0.05)
            return 0, 0.0
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        answer.read()
    return answer.status, time.perf_counter() - began


class Service:
    """A shuzi service in its own process."""

    def __init__(self, source: str) -> None:
        surroundings = os.environ | ({"PYTHONPATH": source} if source else {})
        command = [sys.executable, "-m", "shuzi", "--lang", "en", "serve", "--port", "0"]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8", env=surroundings
        )
        assert self._process.stdout is not None  # noqa: S101 - for the types
        found = re.search(r":(\d+)/", self._process.stdout.readline())
        if found is None:
            raise RuntimeError("the service did not start")
        self.port = int(found[1])

    def end(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait()


def measure(source: str, content: bytes, way: str, seconds: float) -> dict[str, Any]:
    """Return the waits of the modest client while the greedy one is active.

    Parameters
    ----------
    source
        The `src` folder of the shuzi version; "" for this one.
    content
        The costly picture.
    way
        A key of `WAYS`.
    seconds
        How long.
    """
    at_once, count, leaves = WAYS[way]
    costly, small = _request(content, count), _request(_png(np.full((60, 60), 255, np.uint8)), 1)
    service, over = Service(source), threading.Event()
    try:
        _ask(service.port, MODEST, small)
        alone = [_ask(service.port, GREEDY, _request(content, 1)) for _ in range(2)]

        def be_greedy(_: int) -> list[tuple[int, float]]:
            said: list[tuple[int, float]] = []
            while not over.is_set():
                with suppress(OSError, http.client.HTTPException):
                    said.append(_ask(service.port, GREEDY, costly, leaves))
            return said

        with concurrent.futures.ThreadPoolExecutor(at_once) as threads:
            greedy = threads.map(be_greedy, range(at_once))
            waited: list[tuple[int, float]] = []
            ends = time.perf_counter() + seconds
            while time.perf_counter() < ends:
                time.sleep(0.2)
                waited.append(_ask(service.port, MODEST, small))
            over.set()
            said = [one for each in greedy for one in each]
    finally:
        service.end()
    took = [each for _, each in waited]
    return {
        "one costly picture alone, s": round(alone[-1][1], 3),
        "asked": len(waited),
        "refused": sum(status != 200 for status, _ in waited),
        "median s": round(statistics.median(took), 3),
        "longest s": round(max(took), 3),
        "answers to the greedy one": Counter(str(status) for status, _ in said),
        "its requests take, s": round(statistics.median(each for _, each in said), 3),
    }


def main() -> None:
    """Measure and save the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="of each way")
    parser.add_argument("--before", default="", help="the src folder of an older shuzi")
    parser.add_argument("--pictures", nargs="+", choices=pictures(), default=list(pictures()))
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--name", default="equal-clients", help="of the result; nothing is kept without one")
    given = parser.parse_args()
    result: dict[str, Any] = {"load of the machine": [round(each, 1) for each in os.getloadavg()]}
    result |= {"seconds": given.seconds, "rows": []}
    for name in given.pictures:
        for way in given.ways:
            for version, source in {"now": "", **({"before": given.before} if given.before else {})}.items():
                row = {"picture": name, "way": way, "shuzi": version}
                row |= measure(source, pictures()[name], way, given.seconds)
                print(json.dumps(row), flush=True)
                result["rows"].append(row)
    if given.name:
        keep(given.name, result)


if __name__ == "__main__":
    main()
