import html.parser
import importlib
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

import bombs
from shuzi.service import pictures
from shuzi.service.limits import Limits
from shuzi.service.page import PAGE
from shuzi.service.server import create, listen, server

MODULE = """
def begin(what):
    with open({folder!r} + "/begun", "a", encoding="utf-8") as file:
        file.write(what + "\\n")

def wait(value=True):
    begin(str(value))
    with open({folder!r} + "/gate") as gate:
        fcntl.flock(gate, fcntl.LOCK_SH)
    return value

def read(reader, name, picture, asked):
    (begin if name.startswith("quick") else wait)(name)
    return pictures.read_in_process(reader, name, picture, asked)

def crash_once(value):
    with open({folder!r} + "/begun", encoding="utf-8") as file:
        first = not file.read()
    begin(str(value))
    if first:
        os.kill(os.getpid(), signal.SIGKILL)
    return value

def spin(*_):
    begin("spin")
    while True:
        pass

def kept():
    return len(sys.modules["__main__"]._kept)

def crash():
    os.kill(os.getpid(), signal.SIGKILL)
"""


@dataclass
class Running:
    """A listening service and its parts."""

    address: str
    port: int
    service: object
    serving: object

    def client(self, source="127.0.0.1", **headers):
        # no proxies or machine settings in between
        transport = httpx.HTTPTransport(local_address=source)
        return httpx.Client(base_url=self.address, headers=headers, timeout=None, transport=transport)

    def connect(self, source="127.0.0.1"):
        return connect(self.port, source)


def connect(port, source="127.0.0.1"):
    """Open a connection from one of this machine's addresses; on Linux all of 127.0.0.0/8 are its own."""
    return socket.create_connection(("127.0.0.1", port), source_address=(source, 0))


@contextmanager
def running(limits=None, **options):
    """Run a service in a thread of this process, on its own port."""
    at = listen("127.0.0.1", 0, others=False)
    service = create(limits=limits or Limits(), **options)
    serving = server(service)
    thread = threading.Thread(target=serving.run, args=([at],))
    thread.start()
    try:
        port = at.getsockname()[1]
        yield Running(f"http://127.0.0.1:{port}", port, service, serving)
    finally:
        serving.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def service(tmp_path_factory):
    """Run one service for all tests that do not change it."""
    with running(page=tmp_path_factory.mktemp("nothing")) as found:
        yield found


@pytest.fixture(scope="session")
def client(service):
    with service.client() as found:
        yield found


@pytest.fixture
def run_service():
    """Run a separate service for a test."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(running(**options))


@pytest.fixture
def limited(run_service):
    """Run a service with some limits changed."""
    return lambda page=PAGE, **changes: run_service(limits=replace(Limits(), **changes), page=page)


class Process(subprocess.Popen):
    """`shuzi serve` as a separate process."""

    def listens(self):
        """Wait until it listens, and store its address."""
        self.address = re.search(r"http://\S+", self.stdout.readline())[0]
        self.port = int(re.search(r":(\d+)/", self.address)[1])
        return self

    def client(self, source="127.0.0.1", **headers):
        transport = httpx.HTTPTransport(local_address=source)
        return httpx.Client(base_url=self.address, headers=headers, timeout=None, transport=transport)

    def connect(self, source="127.0.0.1"):
        return connect(self.port, source)

    def end(self, number=signal.SIGTERM):
        """Ask it to stop, and return its exit status and stderr."""
        self.send_signal(number)
        _, err = self.communicate()
        return self.returncode, err

    def resident(self, most=False):
        """Return its current or peak memory in bytes."""
        name = "VmHWM" if most else "VmRSS"
        with Path(f"/proc/{self.pid}/status").open(encoding="utf-8") as file:
            return next(1_024 * int(line.split()[1]) for line in file if line.startswith(name))


@pytest.fixture
def start_service():
    """Start `shuzi serve`, or another server program, and clean up all processes."""
    started = []

    def start(*arguments, program=("-m", "shuzi", "serve"), **environment):
        surroundings = os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8", "LANG": "C.UTF-8"}
        surroundings |= environment
        process = Process(
            [sys.executable, *program, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=surroundings,
        )
        started.append(process)
        return process

    yield start
    for each in started:
        if each.poll() is None:
            each.send_signal(signal.SIGKILL)
        each.communicate()


def png(pixels, kind="PNG"):
    """Encode pixels as a picture file."""
    file = io.BytesIO()
    Image.fromarray(np.asarray(pixels, np.uint8)).save(file, kind)
    return file.getvalue()


@pytest.fixture(scope="session")
def hanging_pdf():
    """Return the bytes of a PDF that takes for ever to draw."""
    pytest.importorskip("pypdfium2", reason="the extra `pictures` is not installed")
    return bombs.tiling()


@pytest.fixture(scope="session")
def number(mnist):
    """Return a picture file of the number 7210 in four hands, dark on light."""
    page = np.full((60, 220), 255, np.uint8)
    for place in range(4):
        page[16:44, 20 + 45 * place : 48 + 45 * place] = 255 - mnist.test.images[place]
    return png(page)


@pytest.fixture(scope="session")
def as_png():
    return png


class Held:
    """Work in other processes that waits for a word from here, and writes down what has begun."""

    def __init__(self, folder):
        self._begun = folder / "begun"
        self._begun.touch()
        self._gate = (folder / "gate").open("w")
        fcntl = pytest.importorskip("fcntl", reason="file locks hold work in another process")
        fcntl.flock(self._gate, fcntl.LOCK_EX)

    @property
    def begun(self):
        return self._begun.read_text(encoding="utf-8").splitlines()

    def until_begun(self, many=1):
        while len(self.begun) < many:
            pass

    def go(self):
        self._gate.close()


@pytest.fixture
def work(tmp_path, monkeypatch):
    """Make a module of work that other processes import too, and what holds it."""
    fcntl_ = "import fcntl, os, signal, sys, time\nfrom shuzi.service import pictures\n"
    (tmp_path / "work_for_tests.py").write_text(fcntl_ + MODULE.format(folder=str(tmp_path)), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("work_for_tests")
    module.held = Held(tmp_path)
    yield module
    module.held.go()
    del sys.modules["work_for_tests"]


@pytest.fixture
def held(work, monkeypatch):
    """Let every reading wait but those of pictures whose names begin with "quick", and tell which have begun."""
    monkeypatch.setattr(pictures, "read_in_process", work.read)
    return work.held


def of_events(text):
    """Parse a stream of events: (id, name, data) each."""
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if line and not line.startswith(":"))
        if lines:
            found.append((int(lines["id"]), lines["event"], json.loads(lines["data"])))
    return found


@pytest.fixture(scope="session")
def parse_events():
    return of_events


@pytest.fixture(scope="session")
def tags_of():
    """Return a function that collects the tags of a page with their attributes."""

    def collect(text):
        found = []
        parser = html.parser.HTMLParser()
        parser.handle_starttag = lambda tag, attributes: found.append((tag, dict(attributes)))
        parser.feed(text)
        return found

    return collect
