"""How many pictures per second `read_many` reads, compared with an earlier version of it.

    git worktree add ../before 26c6019 && (cd ../before && python hatch_build.py)
    python benchmarks/many_before.py ../before/src

Both read the same files in short turns, bound to the same two cores, so that a machine that slows down slows both.
"""

from __future__ import annotations

import argparse
import os
import pickle
import statistics
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import http_speed
from http_speed import MANY, MANY_PHOTOS, MANY_STRIPS
from machine import keep
from turns import asked, column, compete

NOW, BEFORE = "now", "before"
_SCRIPT = """
import pickle, sys, time
import shuzi
with open(sys.argv[1], "rb") as file:
    files = pickle.load(file)
reader = shuzi.load()
for _ in range(3):
    sum(1 for _ in reader.read_many(files))
print(shuzi.__file__, flush=True)
for line in sys.stdin:
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < float(line):
        count += sum(1 for _ in reader.read_many(files))
    print((time.perf_counter() - began) / count, flush=True)
"""


def main() -> None:
    """Measure, print and save the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="the src folder of the earlier version")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each turn")
    parser.add_argument("--name", default="speed-many-before", help="of the result; nothing is kept without one")
    given = parser.parse_args()
    cores = set(sorted(os.sched_getaffinity(0))[:2])
    now = str(Path(http_speed.shuzi.__file__).parents[1])
    result: dict[str, Any] = {
        "cores": sorted(cores),
        "load of the machine": [round(each, 1) for each in os.getloadavg()],
        "rounds": given.rounds,
        "seconds a turn": given.seconds,
        "now / before": {},
    }
    with tempfile.TemporaryDirectory() as folder:
        for what in (MANY, MANY_PHOTOS, MANY_STRIPS):
            path = Path(folder) / "files"
            path.write_bytes(pickle.dumps(http_speed.pictures(what)))
            rivals = {
                name: partial(asked, source, _SCRIPT, str(path), given.seconds)
                for name, source in ((BEFORE, str(given.source.resolve())), (NOW, now))
            }
            each = column(compete(rivals, given.rounds, cores))
            ratio = statistics.median(b / n for b, n in zip(each[BEFORE], each[NOW], strict=True))
            result["now / before"][what] = {"pictures per second": round(ratio, 3), "seconds": each}
            print(what, round(ratio, 3), flush=True)
    if given.name:
        keep(given.name, result)


if __name__ == "__main__":
    main()
