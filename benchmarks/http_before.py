"""How many requests per second the service answers, compared with an earlier version of it.

    git worktree add ../before 26c6019 && (cd ../before && python hatch_build.py)
    python benchmarks/http_before.py ../before/src

Both services take short turns, bound to the same two cores as the load, so that a machine that slows down slows both.
"""

from __future__ import annotations

import argparse
import os
import statistics
from functools import partial
from pathlib import Path
from typing import Any

from http_speed import CLASSIFY, FORM, RAW, over_http
from machine import keep
from turns import column, compete

NOW, BEFORE = "now", "before"


def main() -> None:
    """Measure, print and save the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="the src folder of the earlier version")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=41)
    parser.add_argument("--seconds", type=float, default=0.6, help="of each turn")
    parser.add_argument("--name", default="speed-http-before", help="of the result; nothing is kept without one")
    given = parser.parse_args()
    cores = set(sorted(os.sched_getaffinity(0))[:2])
    result: dict[str, Any] = {
        "connections": given.connections,
        "cores": sorted(cores),
        "load of the machine": [round(each, 1) for each in os.getloadavg()],
        "rounds": given.rounds,
        "seconds a turn": given.seconds,
        "now / before": {},
    }
    for what in (RAW, FORM, CLASSIFY):
        ask = partial(over_http, what, given.seconds, given.connections)
        rivals = {BEFORE: partial(ask, str(given.source.resolve())), NOW: ask}
        notes = compete(rivals, given.rounds, cores)
        each = column(notes)
        processor = column(notes, "processor ms of the service")
        result["now / before"][what] = {
            "requests per second, median of the rounds": round(
                statistics.median(b / n for b, n in zip(each[BEFORE], each[NOW], strict=True)), 3
            ),
            "requests per second, all rounds together": round(
                statistics.fmean(1 / s for s in each[NOW]) / statistics.fmean(1 / s for s in each[BEFORE]), 3
            ),
            "processor time of the service for a request": round(
                statistics.median(processor[NOW]) / statistics.median(processor[BEFORE]), 3
            ),
            "notes": notes,
        }
        print(what, {key: value for key, value in result["now / before"][what].items() if key != "notes"}, flush=True)
    if given.name:
        keep(given.name, result)


if __name__ == "__main__":
    main()
