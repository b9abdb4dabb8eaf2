"""Rivals become times, measured in turns so that a machine that slows down slows all of them.

Times are wall-clock seconds; what counts is the ratio of the medians.
"""

from __future__ import annotations

import multiprocessing
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection

Note = dict[str, float]
Turn = Callable[[int], Note]

_REST = 0.05  # seconds between turns, so that the last turn's threads go to sleep


def take_turns(rivals: Mapping[str, Callable[[], None]], rounds: int) -> dict[str, list[float]]:
    """Time each rival once per round, all in this process."""
    seconds: dict[str, list[float]] = {name: [] for name in rivals}
    for number in range(rounds):
        for name, rival in rivals.items():
            began = time.perf_counter()
            rival()
            seconds[name].append(round(time.perf_counter() - began, 4))
        print(f"round {number + 1}:", {name: times[-1] for name, times in seconds.items()}, flush=True)
    return seconds


def compete(
    rivals: Mapping[str, Callable[[], Turn]], rounds: int, cores: set[int] | None = None
) -> dict[str, list[Note]]:
    """Time rivals in turns, each in its own process, because a library's threads can be set only once.

    Parameters
    ----------
    rivals
        Each is called once in the new process and returns a function, which is called with the number of each round
        and returns its measurements: `seconds` and anything else. Both must be importable by name.
    rounds
        Turns of each.
    cores
        The cores that the processes may run on; None for all.
    """
    context = multiprocessing.get_context("spawn")
    ends: dict[str, Connection] = {}
    for name, make in rivals.items():
        ends[name], theirs = context.Pipe()
        with _pinned(cores):
            context.Process(target=_serve, args=(theirs, make), daemon=True).start()
        theirs.close()
        ends[name].recv()  # wait until it is ready: rivals are made one at a time
    notes: dict[str, list[Note]] = {name: [] for name in rivals}
    for number in range(rounds):
        for name, end in ends.items():
            time.sleep(_REST)
            end.send(number)
            notes[name].append(end.recv())
        print(
            f"round {number + 1}:", {name: f"{each[-1]['seconds']:.3g}" for name, each in notes.items()}, flush=True
        )
    for end in ends.values():
        end.send(None)
    return notes


def asked(source: str, script: str, path: str, seconds: float) -> Turn:
    """Time a script with the shuzi of a `src` folder.

    The script prints where its shuzi is; then it reads a number of seconds per line, works for that long, and
    prints the seconds per piece of work.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", script, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        bufsize=1,
        env=os.environ | {"PYTHONPATH": source},
    )
    assert process.stdin is not None  # noqa: S101 - for the types
    assert process.stdout is not None  # noqa: S101 - for the types
    goes, comes = process.stdin, process.stdout
    if not comes.readline().startswith(source):
        raise RuntimeError(f"another shuzi than that of {source} was imported")

    def turn(number: int) -> Note:  # noqa: ARG001
        goes.write(f"{seconds}\n")
        return {"seconds": float(comes.readline())}

    return turn


def column(notes: Mapping[str, list[Note]], key: str = "seconds") -> dict[str, list[float]]:
    """Extract one of the recorded numbers."""
    return {name: [note[key] for note in each] for name, each in notes.items()}


def quickest(seconds: Mapping[str, list[float]], beginning: str) -> str:
    """Return the rival with the smallest median among those whose names start with `beginning`."""
    return min(
        (name for name in seconds if name.startswith(beginning)), key=lambda name: statistics.median(seconds[name])
    )


def ratios(seconds: Mapping[str, list[float]], base: str) -> dict[str, float]:
    """Return each median as a multiple of the base's median."""
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    return {name: round(median / medians[base], 3) for name, median in medians.items()}


def _serve(end: Connection, make: Callable[[], Turn]) -> None:
    """Take turns until there are no more; runs in a rival's process."""
    turn = make()
    end.send(None)
    while (number := end.recv()) is not None:
        end.send(turn(number))


@contextmanager
def _pinned(cores: set[int] | None) -> Iterator[None]:
    """Bind this process to some cores inside a with block; processes and threads started there stay bound."""
    if cores is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
