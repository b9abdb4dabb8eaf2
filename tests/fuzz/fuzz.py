"""Mutated files of every kind: they may raise nothing but a ShuziError, and must not take long or much memory.

    python tests/fuzz/fuzz.py --each 10000

It starts from small valid files and from `bombs`, and prints the outcomes for each kind, with the slowest and the
largest. A file that raises anything else is kept in the folder given by --keep.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import struct
import sys
import time
import traceback
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

import bombs
from shuzi.errors import ShuziError
from shuzi.pictures import decoder
from shuzi.pictures.folders import single_pictures
from shuzi.pictures.open import open_picture

BOMBS_SHARE = 0.03  # fraction of files made from bombs, most of which use up their time
MOST_BOMB = 1_000_000  # bytes: larger files are tried unchanged, once
PAGES = 3  # pages of a PDF to open


@dataclass
class Told:
    """The outcomes for files of one kind."""

    kind: str
    files: int = 0
    opened: int = 0
    errors: dict[str, int] = field(default_factory=dict)
    slowest: float = 0.0
    slowest_file: str = ""
    most_processor: float = 0.0
    most_memory: int = 0
    foreign: list[str] = field(default_factory=list)


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
    told = Told(kind)
    for name, content in files(kind, each, seed):
        told.files += 1
        began, worked = time.perf_counter(), _processor()
        try:
            for number, picture in enumerate(single_pictures(content)):
                if isinstance(picture, ShuziError):
                    raise picture
                if number < PAGES:
                    open_picture(picture)
            told.opened += 1
        except ShuziError as problem:
            told.errors[problem.key] = told.errors.get(problem.key, 0) + 1
            problem.sentence("zh"), problem.sentence("en")  # a missing value would raise another error
        except Exception:  # noqa: BLE001 - it is what is looked for
            told.foreign.append(f"{name}: {traceback.format_exc(limit=-3)}")
            if keep is not None:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{kind}-{told.files}").write_bytes(content)
        took = time.perf_counter() - began
        if took > told.slowest:
            told.slowest, told.slowest_file = took, f"{name} ({len(content)} bytes)"
        told.most_processor = max(told.most_processor, _processor() - worked)
        told.most_memory = max(told.most_memory, *map(_most_memory, decoder.children.numbers), 0)
    return told


def files(kind: str, each: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents: the bombs unchanged, then mutated files."""
    rng = np.random.default_rng(seed)
    made = {make.__name__: make() for make in bombs.BOMBS[kind]}
    yield from made.items()
    sound = bombs.honest(kind, seed)
    small = [(name, content) for name, content in made.items() if len(content) <= MOST_BOMB]
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
    if kind == "PNG" and rng.random() < 0.5:  # the chunks stay, and the content of one changes
        place = int(rng.integers(8, len(broken)))
        broken[place] = rng.integers(256)
        return _with_right_sums(bytes(broken))
    for _ in range(rng.integers(1, 6)):
        near = len(broken) if rng.random() < 0.5 else min(len(broken), 300)  # where sizes and offsets are
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
        elif way == 4:  # a part is repeated, maybe often
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
    """Change one of the numbers in a PDF."""
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


def _processor() -> float:
    """Return the CPU seconds of this process and of its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


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
    given = parser.parse_args()
    foreign = 0
    for kind in given.kinds:
        began = time.perf_counter()
        told = fuzz(kind, given.each, given.seed, given.keep)
        foreign += len(told.foreign)
        print(json.dumps(asdict(told) | {"seconds": round(time.perf_counter() - began)}), flush=True)
    sys.exit(1 if foreign else 0)


if __name__ == "__main__":
    main()
