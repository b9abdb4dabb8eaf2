"""Mutated files of every kind: they may raise nothing but a ShuziError, and must not take long or much memory.

    python tests/fuzz/fuzz.py --each 10000 --out benchmarks/results/fuzz.json

It starts from small valid files and from `bombs`, and prints the outcomes for each kind, with the slowest and the
largest. Opening a picture or a page, and counting pages, is a job. Its CPU seconds, children's included, do not
depend on the machine's load, but its wall-clock seconds do, so jobs that were slow by the clock run again at the end.
A file that raises anything else is kept in the folder given by --keep.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import struct
import sys
import time
import traceback
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import numpy as np

import bombs
from honest import honest
from shuzi.atomic import replacing
from shuzi.errors import ShuziError
from shuzi.pictures import decoder
from shuzi.pictures.folders import single_pictures
from shuzi.pictures.open import open_picture

T = TypeVar("T")

BOMBS_SHARE = 0.01  # fraction of files made from bombs, most of which use up their time
MAX_BOMB = 1_000_000  # bytes: larger files are tried unchanged, once
PAGES = 3  # pages of a PDF to open
SLOW = 5.0  # wall-clock seconds for a job, on an otherwise idle machine
LIBRARIES = ("shuzi", "numpy", "Pillow", "pillow-heif", "pypdfium2")
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass
class Told:
    """The outcomes for files of one kind, and the jobs that took longest by the clock and by CPU time."""

    kind: str
    files: int = 0
    opened: int = 0
    errors: dict[str, int] = field(default_factory=dict)
    slowest: float = 0.0
    slowest_file: str = ""
    slow_again: list[float] = field(default_factory=list)
    most_processor: float = 0.0
    most_processor_file: str = ""
    most_memory: int = 0
    foreign: list[str] = field(default_factory=list)

    def job(self, call: Callable[[], T], name: str, took: list[float]) -> T:
        """Do a job, measure it, and add its wall-clock seconds to a list."""
        began, worked = time.perf_counter(), processor()
        try:
            return call()
        finally:
            took.append(round(time.perf_counter() - began, 3))
            if took[-1] > self.slowest:
                self.slowest, self.slowest_file = took[-1], name
            if (seconds := round(processor() - worked, 3)) > self.most_processor:
                self.most_processor, self.most_processor_file = seconds, name
            self.most_memory = max(self.most_memory, *map(_most_memory, decoder.children.pids), 0)


def fuzz(kind: str, each: int, seed: int = 0, keep: Path | None = None) -> Told:
    """Try mutated files of a kind, and its bombs unchanged.

    Parameters
    ----------
    kind
        A key of `bombs.BOMBS`.
    each
        How many.
    seed
        Decides all mutations.
    keep
        A folder for files that raise anything but a ShuziError.
    """
    told, slow = Told(kind), list[tuple[str, bytes]]()
    for name, content in files(kind, each, seed):
        told.files += 1
        took: list[float] = []
        try:
            _try(told, name, content, took)
            told.opened += 1
        except ShuziError as problem:
            told.errors[problem.key] = told.errors.get(problem.key, 0) + 1
            problem.sentence("zh"), problem.sentence("en")  # a missing value would raise another error
        except Exception:  # noqa: BLE001 - it is what is looked for
            told.foreign.append(f"{name}: {traceback.format_exc(limit=-3)}")
            if keep is not None:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{kind}-{told.files}").write_bytes(content)
        if max(took) > SLOW:
            slow.append((name, content))
    for name, content in slow:
        again: list[float] = []
        with suppress(Exception):  # already counted
            _try(Told(kind), name, content, again)
        told.slow_again.append(max(again))
    return told


def _try(told: Told, name: str, content: bytes, took: list[float]) -> None:
    """Open a file, or the first pages of one."""
    name = f"{name} ({len(content)} bytes)"
    pictures = told.job(lambda: list(single_pictures(content)), name, took)
    for number, picture in enumerate(pictures[:PAGES], 1):
        if isinstance(picture, ShuziError):
            raise picture
        told.job(partial(open_picture, picture), f"{name}, page {number}", took)


def files(kind: str, each: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents: the bombs unchanged, then mutated files."""
    rng = np.random.default_rng(seed)
    made = {make.__name__: make() for make in bombs.BOMBS[kind]}
    yield from made.items()
    sound = honest(kind, seed)
    small = [(name, content) for name, content in made.items() if len(content) <= MAX_BOMB]
    for turn in range(each):
        if small and rng.random() < BOMBS_SHARE:
            name, content = small[rng.integers(len(small))]
        else:
            place = int(rng.integers(len(sound)))
            name, content = f"sound {place}", sound[place]
        yield f"{name}, turn {turn}", mutated(content, kind, rng)


def mutated(content: bytes, kind: str, rng: np.random.Generator) -> bytes:
    """Change a file in a few places where its format makes that interesting."""
    broken = bytearray(content)
    if kind == "PNG" and rng.random() < 0.5:  # keep the chunks, but change the content of one
        place = int(rng.integers(8, len(broken)))
        broken[place] = rng.integers(256)
        return _with_right_sums(bytes(broken))
    for _ in range(rng.integers(1, 6)):
        near = len(broken) if rng.random() < 0.5 else min(len(broken), 300)  # the positions of sizes and offsets
        place = int(rng.integers(max(near, 1)))
        way = rng.integers(7)
        if way == 0:
            broken[place : place + 1] = rng.bytes(1)
        elif way == 1:
            broken[place : place + 1] = bytes(
                [(broken[place] if place < len(broken) else 0) ^ (1 << rng.integers(8))]
            )
        elif way == 2:  # an extreme four-byte number
            extreme = (0, 1, 2**31 - 1, 2**31, 2**32 - 1, 65_535, len(broken))[rng.integers(7)]
            broken[place : place + 4] = struct.pack("<>"[rng.integers(2)] + "I", extreme)
        elif way == 3:
            broken[place:place] = rng.bytes(rng.integers(1, 40))
        elif way == 4:  # repeat a part, maybe often
            part = bytes(broken[place : place + int(rng.integers(1, 200))])
            broken[place:place] = part * int(rng.choice([1, 2, 50]))
        elif way == 5 and rng.random() < 0.3:
            del broken[place:]
        else:
            del broken[place : place + int(rng.integers(1, 20))]
    if kind == "PDF" and rng.random() < 0.5:
        return _with_another_number(bytes(broken), rng)
    return _with_right_sums(bytes(broken)) if kind == "PNG" and rng.random() < 0.8 else bytes(broken)


def _with_another_number(content: bytes, rng: np.random.Generator) -> bytes:
    """Change a number in a PDF."""
    found = list(re.finditer(rb"(?<=[ \[])[0-9.]+(?=[ \]\n/>])", content))
    if not found:
        return content
    chosen = found[rng.integers(len(found))]
    other = (b"0", b"-1", b"1", b"5", b"99999", b"4294967295", b"0.00001", b"1e30")[rng.integers(8)]
    return content[: chosen.start()] + other + content[chosen.end() :]


def _with_right_sums(content: bytes) -> bytes:
    """Correct the checksums of a PNG, without which hardly any of it would be decoded."""
    parts, place = [content[:8]], 8
    while place + 8 <= len(content):
        (size,) = struct.unpack_from(">I", content, place)
        size = min(size, max(0, len(content) - place - 12))
        body = content[place + 4 : place + 8 + size]
        parts.append(struct.pack(">I", size) + body + struct.pack(">I", zlib.crc32(body)))
        place += 12 + size
    return b"".join(parts)


def processor() -> float:
    """Return the CPU seconds of this process and its children, those that have ended included."""
    times = os.times()
    ended = times.user + times.system + times.children_user + times.children_system
    return ended + sum(map(_taken, decoder.children.pids))


def _taken(number: int) -> float:
    """Return the CPU seconds of a process; 0 if the system does not report them."""
    try:
        said = Path(f"/proc/{number}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(said[11]) + int(said[12])) / TICKS


def _most_memory(number: int) -> int:
    """Return a process's peak memory in bytes; 0 if the system does not report it."""
    try:
        said = Path(f"/proc/{number}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+([0-9]+) kB", said)
    return 1_024 * int(found[1]) if found else 0


def main() -> None:
    """Fuzz the kinds named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=1_000, help="mutated files of each kind")
    parser.add_argument("--kinds", nargs="+", choices=bombs.BOMBS, default=list(bombs.BOMBS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="a folder for files that raised something foreign")
    parser.add_argument("--out", type=Path, help="a JSON file to add the results to")
    given = parser.parse_args()
    foreign = 0
    for kind in given.kinds:
        began = time.perf_counter()
        told = fuzz(kind, given.each, given.seed, given.keep)
        foreign += len(told.foreign)
        result = asdict(told) | {"seed": given.seed, "seconds": round(time.perf_counter() - began)}
        print(json.dumps(result), flush=True)
        if given.out:
            _add(given.out, result)
    sys.exit(1 if foreign else 0)


def _add(path: Path, result: dict[str, object]) -> None:
    """Write the result for a kind to a file, replacing an earlier one."""
    try:
        known = json.loads(path.read_text(encoding="utf-8"))["kinds"]
    except FileNotFoundError:
        known = {}
    machine = {"processor": _model(), "cores": os.cpu_count(), "system": platform.system()}
    versions = {"python": platform.python_version()} | {each: version(each) for each in LIBRARIES}
    whole = {"machine": machine, "versions": versions, "kinds": known | {result["kind"]: result}}
    with replacing(path) as part:
        part.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")


def _model() -> str:
    said = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    found = re.search(r"model name\s*:\s*(.+)", said)
    return found[1] if found else platform.processor()


if __name__ == "__main__":
    main()
