"""How long one picture takes on one core, compared with version 0.1, which had no line recogniser.

    git worktree add ../before e59caf6
    python benchmarks/reading_before.py ../before/src --strips cheques

Both read the same pictures in short turns, bound to the same core, so that a machine that slows down slows both. What
counts is processor time, which other work on the machine lengthens less than the time on the clock.
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

import numpy as np
from machine import keep
from PIL import Image
from reading_speed import Picture, drawings, photos, strips
from turns import asked, column, compete

import shuzi

NOW, BEFORE = "now", "0.1"
_SCRIPT = """
import os, pickle, sys, time
os.environ["OMP_NUM_THREADS"] = "1"
import cv2
import shuzi
cv2.setNumThreads(1)
with open(sys.argv[1], "rb") as file:
    pictures = pickle.load(file)
reader = shuzi.load()
for each in pictures:
    reader.read(each)
print(shuzi.__file__, flush=True)
for line in sys.stdin:
    count, began, spent = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - began < float(line):
        for each in pictures:
            reader.read(each)
        count += len(pictures)
    print((time.process_time() - spent) / count, flush=True)
"""


def compare(pictures: list[Picture], before: str, rounds: int, seconds: float) -> dict[str, Any]:
    """Time both versions on the same pictures."""
    now = str(Path(shuzi.__file__).parents[1])
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "pictures")
        with Path(path).open("wb") as file:
            pickle.dump(pictures, file)
        sources = {NOW: now, BEFORE: before}
        rivals = {name: partial(asked, source, _SCRIPT, path, seconds) for name, source in sources.items()}
        times = column(compete(rivals, rounds, {sorted(os.sched_getaffinity(0))[-1]}))
    pairs = [one / other for one, other in zip(times[NOW], times[BEFORE], strict=True)]
    return {
        "pictures": len(pictures),
        "ratio": round(statistics.median(pairs), 3),
        "ms": {name: round(1_000 * statistics.median(each), 2) for name, each in times.items()},
        "seconds": times,
    }


def main() -> None:
    """Measure, print and save the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="the src folder of version 0.1")
    parser.add_argument("--strips", type=Path, help="a folder of real strips, such as cheque amounts")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=1.0, help="the minimum of each turn")
    given = parser.parse_args()
    kinds = {"a drawing of 28x28": drawings(), "a strip of 64x160": strips()[:50]}
    if given.strips:
        files = [each for each in sorted(given.strips.iterdir()) if each.suffix in (".png", ".jpg")][:50]
        kinds["a real strip"] = [np.asarray(Image.open(file).convert("L")) for file in files]
    kinds["a photo of 640x480 with six digits"] = photos()[:20]
    before = str(given.source.resolve())
    measured: dict[str, Any] = {"load of the machine": [round(each, 1) for each in os.getloadavg()]}
    for name, pictures in kinds.items():
        measured[name] = compare(pictures, before, given.rounds, given.seconds)
        print(name, {key: value for key, value in measured[name].items() if key != "seconds"}, flush=True)
    keep("speed-reading-before", {"rounds": given.rounds, **measured})


if __name__ == "__main__":
    main()
