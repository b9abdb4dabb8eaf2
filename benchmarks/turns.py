"""Rivals take turns, round after round, so that a machine that slows down slows all of them.

Times are wall-clock seconds; what counts is the ratio of the medians.
"""

from __future__ import annotations

import multiprocessing
import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection

Note = dict[str, float]
Turn = Callable[[int], Note]

_REST = 0.05  # seconds between two turns, until the threads of the last one have fallen asleep


def take_turns(rivals: Mapping[str, Callable[[], None]], rounds: int) -> dict[str, list[float]]:
    """Time each rival once a round, all in this process."""
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
    """Let rivals take turns that each live in a process of their own, since a library's threads are set once.

    Parameters
    ----------
    rivals
        Called once in the new process; what it returns is called with the number of each round, and notes what it
        measured itself: `seconds`, and whatever else. Both must be found by name in a module, to reach the process.
    rounds
        Turns of each.
    cores
        The cores that the processes may run on; None is all.
    """
    context = multiprocessing.get_context("spawn")
    ends: dict[str, Connection] = {}
    for name, make in rivals.items():
        ends[name], theirs = context.Pipe()
        with _pinned(cores):
            context.Process(target=_serve, args=(theirs, make), daemon=True).start()
        theirs.close()
        ends[name].recv()  # ready: one is made after the other
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


def column(notes: Mapping[str, list[Note]], key: str = "seconds") -> dict[str, list[float]]:
    """Take one of the numbers that were noted."""
    return {name: [note[key] for note in each] for name, each in notes.items()}


def quickest(seconds: Mapping[str, list[float]], beginning: str) -> str:
    """Name the rival with the smallest median of those whose name begins so."""
    return min(
        (name for name in seconds if name.startswith(beginning)), key=lambda name: statistics.median(seconds[name])
    )


def ratios(seconds: Mapping[str, list[float]], base: str) -> dict[str, float]:
    """Return each median as a multiple of the base's."""
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    return {name: round(median / medians[base], 3) for name, median in medians.items()}


def _serve(end: Connection, make: Callable[[], Turn]) -> None:
    """Take turns until there are no more: what the process of a rival does."""
    turn = make()
    end.send(None)
    while (number := end.recv()) is not None:
        end.send(turn(number))


@contextmanager
def _pinned(cores: set[int] | None) -> Iterator[None]:
    """Bind this process to some cores for a while: what it starts meanwhile stays there, with all its threads."""
    if cores is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
