"""Our pool of processes against loky's: starting, reading pictures, and what happens when a process is killed.

    python -m pip install loky
    python benchmarks/pools.py

Both have two processes, each bound to the same two cores as the one that asks, and are given one picture at a time,
a few ahead. loky is not part of shuzi.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import signal
import statistics
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from functools import cache, partial
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from machine import keep
from reading_speed import photos, strips
from turns import Note, Turn, column, compete

import shuzi
from shuzi.processes.pool import Pool
from shuzi.reading.read_many import estimate_size, use_one_core

OURS, LOKY = "ours", "loky"
PROCESSES, AHEAD = 2, 8
_SCRIPT = """
import math, time
{make}
began = time.perf_counter()
assert ask(math.hypot, 3.0, 4.0) == 5.0
print(time.perf_counter() - began)
"""
_MAKE = {
    OURS: "from shuzi.processes.pool import Pool\npool = Pool(2)\n"
    "ask = lambda call, *given: pool.result(pool.submit(call, *given))",
    LOKY: "from loky import get_reusable_executor\npool = get_reusable_executor(2)\n"
    "ask = lambda call, *given: pool.submit(call, *given).result()",
}


def drawings() -> list[bytes]:
    """Return small drawings as PNG files."""
    from http_speed import pictures

    return pictures()


PICTURES: dict[str, Callable[[], list[Any]]] = {"28x28": drawings, "photos of 640x480": photos, "strips": strips}


@cache
def reader() -> shuzi.Reader:
    """Return this process's reader."""
    use_one_core()
    return shuzi.load()


def read(picture: Any) -> Any:
    """Read a picture in the current process."""
    return reader().read(picture)


def rival(name: str, pictures: Callable[[], list[Any]], seconds: float) -> Turn:
    """Read pictures with one of the pools."""
    submit, wait = _pool(name)
    given = pictures()

    def turn(number: int) -> Note:  # noqa: ARG001
        count, began = 0, time.perf_counter()
        waiting: deque[Any] = deque()
        while time.perf_counter() - began < seconds:
            while len(waiting) < AHEAD * PROCESSES:
                waiting.append(submit(_named().read, given[(count + len(waiting)) % len(given)]))
            wait(waiting.popleft())
            count += 1
        took = time.perf_counter() - began
        for each in waiting:
            wait(each)
        return {"seconds": took / count}

    turn(0)
    return turn


def _named() -> Any:
    """Import this module by name, so that other processes find it: a script has no such name."""
    return import_module("pools")


def _pool(name: str) -> tuple[Callable[..., Any], Callable[[Any], Any]]:
    if name == OURS:
        pool = Pool(PROCESSES, ahead=2)
        return lambda call, *given: pool.submit(
            call, *given, size=estimate_size(given[0]) if given else 0
        ), pool.result
    from loky import get_reusable_executor

    # loky starts nothing in the children of `multiprocessing` that are ended with their parent, as rivals are
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    executor = get_reusable_executor(PROCESSES, timeout=None)
    return executor.submit, lambda each: each.result()


def starting(name: str, rounds: int) -> list[float]:
    """Return the seconds to the first result, in scripts that have no guard for their main module."""
    script = _SCRIPT.format(make=_MAKE[name])
    times = []
    for _ in range(rounds):
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, encoding="utf-8")
        times.append(round(float(done.stdout), 3))
    return times


def die_once(path: str) -> str:
    """Kill this process silently, the first time."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return "done by another process"
    os.kill(os.getpid(), signal.SIGKILL)
    return ""


def killed(name: str, path: str) -> str:
    """Return the outcome of a call whose process is killed, and of another call waiting in the pool."""
    submit, wait = _pool(name)
    tasks = [submit(_named().die_once, path), *(submit(pow, 2, 3) for _ in range(4))]
    found = []
    for each in tasks:
        try:
            found.append(str(wait(each)))
        except Exception as problem:  # noqa: BLE001 - the answer is what it is
            found.append(type(problem).__name__)
    return ", ".join(found)


def main() -> None:
    """Measure and save the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each turn")
    parser.add_argument("--name", default="speed-pools", help="of the result; nothing is kept without one")
    given = parser.parse_args()
    cores = set(sorted(os.sched_getaffinity(0))[:2])
    os.sched_setaffinity(0, cores)
    both = {name: starting(name, given.rounds) for name in (OURS, LOKY)}
    result: dict[str, Any] = {
        "loky": version("loky"),
        "rounds": given.rounds,
        "seconds a turn": given.seconds,
        "load of the machine": [round(each, 1) for each in os.getloadavg()],
        "seconds to the first result": {name: statistics.median(each) for name, each in both.items()},
        "a process is killed": {},
        "ours / loky, pictures a second": {},
    }
    for name in (OURS, LOKY):
        path = f"/tmp/pools-{os.getpid()}-{name}"  # noqa: S108 - made anew, by O_EXCL
        result["a process is killed"][name] = killed(name, path)
        Path(path).unlink()
    for what, pictures in PICTURES.items():
        notes = column(
            compete({n: partial(rival, n, pictures, given.seconds) for n in (OURS, LOKY)}, given.rounds, cores)
        )
        for each in multiprocessing.active_children():  # loky leaves its processes behind when its own is killed
            each.join()
        ratios = [b / a for a, b in zip(notes[OURS], notes[LOKY], strict=True)]
        result["ours / loky, pictures a second"][what] = round(statistics.median(ratios), 3)
        result[what] = notes
    print({key: value for key, value in result.items() if key not in PICTURES})
    if given.name:
        keep(given.name, result)


if __name__ == "__main__":
    main()
