"""Modules of calls and of jobs that do whatever they are told, also what they should not."""

import sys
import textwrap

import pytest

from shuzi.processes.child import Children
from shuzi.processes.pool import Pool

CALLS = """
import os, signal, sys, threading

class Model:
    def __init__(self, weights):
        self.weights = weights

def kept():
    return len(sys.modules["__main__"]._kept)

def identity(given):
    return given

def use(model, factor):
    return model.weights[0] * factor, os.getpid()

def same(both):
    return both[0] is both[1].weights

def die(path):
    with open(path, "a", encoding="utf-8") as tries:
        tries.write("x")
    os.kill(os.getpid(), signal.SIGKILL)

def die_once(path):
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return os.getpid()
    os.kill(os.getpid(), signal.SIGKILL)

def die_once_then_read(path, pipe):
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        with open(pipe) as waits:
            return waits.read()
    os.kill(os.getpid(), signal.SIGKILL)

def hang():
    threading.Event().wait()

def unreadable():
    return threading.Lock()

class Odd(Exception):
    def __init__(self, one, two):
        super().__init__(one)

def odd():
    raise Odd(1, 2)

def begin():
    Model.begun = True

def begun():
    return Model.begun
"""
OBEDIENT = """
    import os, signal, subprocess, sys, threading
    from shuzi.processes.serving import serve

    def work(job, body):
        what = job["do"]
        if what == "loop":
            while True: pass
        if what == "sleep":
            threading.Event().wait()
        if what == "take":
            kept = [b"x" * 10_000_000 for _ in range(job["pieces"])]
            return {"pieces": len(kept)}, b""
        if what == "hold":
            kept = b"x" * job["bytes"]
            threading.Event().wait()
        if what == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        if what == "say":
            print("to stdout"); print("to stderr", file=sys.stderr, flush=True)
            os.write(2, b"z" * 1_000_000)
        if what == "lie":
            os.write(3 if os.path.exists("/proc/self/fd/3") else 1, b"{" * 100)
        if what == "start":
            other = subprocess.Popen([sys.executable, "-c", "import threading; threading.Event().wait()"])
            return {"other": other.pid}, b""
        if what == "write":
            with open(job["path"], "wb") as file:
                file.write(b"x")
        if what == "secret":
            return {"secret": os.environ.get("SECRET", "")}, b""
        if what == "last":
            return {"last": True, "number": os.getpid()}, b""
        return {"number": os.getpid(), "cwd": os.getcwd()}, body

    if __name__ == "__main__":
        serve(work)
"""


@pytest.fixture
def calls(tmp_path, monkeypatch):
    (tmp_path / "calls_for_tests.py").write_text(CALLS, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    import calls_for_tests

    yield calls_for_tests
    del sys.modules["calls_for_tests"]


@pytest.fixture
def pool(calls):
    found = Pool(2)
    yield found
    found.close()


@pytest.fixture
def module(tmp_path, monkeypatch):
    (tmp_path / "obedient.py").write_text(textwrap.dedent(OBEDIENT), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return "obedient"


@pytest.fixture
def children(module):
    found = Children(module)
    yield found
    found.cancel()


@pytest.fixture(scope="session")
def wait_for_the_end_of():
    """Return a function that waits until a process has ended; whoever started it may not have asked yet."""

    def wait(number):
        while True:
            try:
                with open(f"/proc/{number}/stat", encoding="ascii") as file:  # noqa: PTH123
                    if file.read().rpartition(")")[2].split()[0] == "Z":
                        return
            except (FileNotFoundError, ProcessLookupError):
                return

    return wait
