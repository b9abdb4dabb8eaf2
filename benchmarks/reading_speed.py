"""How long reading takes: as a whole process, warm on one core, and many pictures on two.

    python benchmarks/reading_speed.py

The whole process is compared with one that only imports NumPy, OpenCV and ONNX Runtime. Warm readings, bound to one
core, are compared with the cheapest way to find ink: Otsu's threshold and connected components. `read_many`, bound to
two cores, is compared with a loop in the same process. The pictures are composed from MNIST's test digits.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from composed import strip
from machine import keep
from numpy.typing import NDArray
from rivals import connected
from turns import Turn, column, compete, ratios, take_turns

import shuzi
from shuzi.cli import COMMANDS
from shuzi.models.store import DEFAULT, DETECTOR, shipped
from shuzi.synthesis.composer import Composer, written

TURN = 0.3  # minimum seconds per turn
DIFFERENT = 50  # pictures used in rotation
PHOTO = (480, 640)
MANY = 256  # pictures read in one call
BARE = "Otsu and components"
IMPORTS = "import numpy, cv2, onnxruntime"

Picture = NDArray[np.uint8]


def drawings() -> list[Picture]:
    """Return small drawings like those from a 28x28 canvas on a page."""
    return list(shuzi.load_mnist().test.images[:DIFFERENT])


def photos() -> list[Picture]:
    """Return 640x480 pictures with six digits each on paper, in uneven light."""
    composer, draws = _composer(), np.random.default_rng(1)
    return [written(composer, draws, PHOTO, [6], 80).grey for _ in range(DIFFERENT)]


def strips() -> list[Picture]:
    """Return pages of 64x160."""
    composer, draws = _composer(), np.random.default_rng(2)
    return [strip(composer, draws).grey for _ in range(MANY)]


def _composer() -> Composer:
    test = shuzi.load_mnist().test
    return Composer(test.images, test.labels)


def warm(model: str, pictures: Callable[[], list[Picture]]) -> Turn:
    """Read pictures one by one."""
    return _repeated(shuzi.load(model).read, pictures())


def bare(pictures: Callable[[], list[Picture]]) -> Turn:
    """Find the connected components in pictures one by one."""
    return _repeated(connected, pictures())


def _repeated(call: Callable[[Picture], Any], pictures: list[Picture]) -> Turn:
    """Process all pictures until the turn is over, at least once; record the mean seconds per picture."""
    cv2.setNumThreads(1)
    call(pictures[0])

    def turn(number: int) -> dict[str, float]:  # noqa: ARG001
        count, began = 0, time.perf_counter()
        while count == 0 or time.perf_counter() - began < TURN:
            for picture in pictures:
                call(picture)
            count += len(pictures)
        return {"seconds": (time.perf_counter() - began) / count}

    return turn


def measure_warm(model: str, pictures: Callable[[], list[Picture]], rounds: int, core: int) -> dict[str, Any]:
    """Time one picture at a time on one core."""
    notes = compete({"shuzi": partial(warm, model, pictures), BARE: partial(bare, pictures)}, rounds, {core})
    seconds = column(notes)
    return {
        "core": core,
        "ms": {name: round(statistics.median(each) * 1_000, 3) for name, each in seconds.items()},
        f"ratio to {BARE}": ratios(seconds, BARE)["shuzi"],
        "seconds": seconds,
    }


def measure_process(model: str, rounds: int) -> dict[str, Any]:
    """Time the whole process from start to end."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "one.png"
        cv2.imwrite(str(file), photos()[0])
        in_python = f"import shuzi; print(shuzi.load({model!r}).read({str(file)!r}).text)"
        commands = {IMPORTS: ["-c", IMPORTS], "shuzi.load().read()": ["-c", in_python]}
        if "read" in COMMANDS:
            commands["shuzi read"] = ["-m", "shuzi", "read", str(file)]
        seconds = take_turns({name: partial(_process, command) for name, command in commands.items()}, rounds)
    return {"ratios": ratios(seconds, IMPORTS), "seconds": seconds}


def _process(command: list[str]) -> None:
    subprocess.run([sys.executable, *command], check=True, capture_output=True)


def measure_many(model: str, rounds: int, cores: set[int]) -> dict[str, Any]:
    """Time many pictures on two cores, with `read_many` and in a loop."""
    os.sched_setaffinity(0, cores)
    reader, pictures = shuzi.load(model), strips()

    def loop() -> None:
        for picture in pictures:
            reader.read(picture)

    def together() -> None:
        for _ in reader.read_many(pictures):
            pass

    loop()
    seconds = take_turns({"a loop": loop, "read_many": together}, rounds)
    return {
        "cores": sorted(cores),
        "pictures": len(pictures),
        "a loop, as a multiple of read_many": ratios(seconds, "read_many")["a loop"],
        "seconds": seconds,
    }


def main() -> None:
    """Measure and save the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=DEFAULT, help="what `shuzi.load` takes")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--name", default="speed-reading", help="of the result")
    given = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    measured = {
        "the whole process": measure_process(given.model, given.rounds),
        "a drawing of 28x28": measure_warm(given.model, drawings, given.rounds, cores[-1]),
        "a photo of 640x480 with six digits": measure_warm(given.model, photos, given.rounds, cores[-1]),
        "pages of 64x160": measure_many(given.model, given.rounds, set(cores[:2])),
    }
    for what, numbers in measured.items():
        print(what, {key: value for key, value in numbers.items() if key != "seconds"})
    keep(given.name, {"rounds": given.rounds, "detector": DETECTOR in shipped(), **measured})


if __name__ == "__main__":
    main()
