"""A stack of sheets is read in one go: whether each is read exactly once, the time per sheet, and the memory.

    python benchmarks/stack.py --sheets 500
    python benchmarks/stack.py --sheets 50 --kills 0

Sheets of 80 boxes, numbered, are filled with MNIST's digits of its validation split and scanned by code on both sides
into PDFs of 100 pages, in any order: a tenth upside down, some missing, some twice, some of another spec; all backs
are blank. The command is killed (SIGKILL) as often as --kills says, at equal distances, and resumed each time.
Seconds are of the processor, of the command and its processes, for the first and the last tenth of the sheets of one
run; memory is the largest that they had at once, and that the command itself had (Linux only), in the whole run and
while its first hundred sheets were read.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from machine import keep
from sheets import Hands
from stacks import Stack, compose

import shuzi
from shuzi.forms.stack import journal_of

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_EVERY = 0.5  # seconds between checks of the processes
_FEW = 100  # sheets after which memory should no longer grow


def read_killed(folder: Path, kills: int, sheets: int) -> list[dict[str, Any]]:
    """Read a stack while being killed so many times; return the cost of each run."""
    out = folder / "table.json"
    command = [
        sys.executable,
        "-m",
        "shuzi",
        "form",
        "read",
        str(folder / "scans"),
        "--spec",
        str(folder / "spec.toml"),
    ]
    command += ["--out", str(out), "--out", str(folder / "table.xlsx")]
    runs = []
    for number in range(kills + 1):
        until = (number + 1) * sheets // (kills + 1) if number < kills else None
        runs.append(_watched([*command, *(["--resume"] if number else [])], journal_of(out), until))
    return runs


def _watched(command: list[str], journal: Path, until: int | None) -> dict[str, Any]:
    """Run a command until its journal has so many pages, and watch its processes."""
    start = time.monotonic()
    seen: list[tuple[int, float]] = []  # pages, and processor seconds
    most, own, spent = 0, 0, dict[int, float]()
    early: tuple[int, int] | None = None
    with subprocess.Popen(command) as running:
        while running.poll() is None:
            resident = 0
            for process in (running.pid, *_children(running.pid)):
                seconds, memory = _state(process)
                spent[process] = max(spent.get(process, 0.0), seconds)
                resident += memory
                own = max(own, memory if process == running.pid else 0)
            most = max(most, resident)
            if journal.exists():
                pages = journal.read_bytes().count(b"\n") - 1
                if not seen or pages > seen[-1][0]:
                    seen.append((pages, sum(spent.values())))
                if early is None and pages >= seen[0][0] + _FEW:
                    early = most, own
                if until is not None and pages >= until:
                    running.kill()
            time.sleep(_EVERY)
    return {
        "exit": running.returncode,
        "pages": [seen[0][0], seen[-1][0]],
        "seconds": round(time.monotonic() - start, 1),
        "cpu_seconds": round(sum(spent.values()), 1),
        "cpu_seconds_per_sheet": {"first": _tenth(seen, last=False), "last": _tenth(seen, last=True)},
        "megabytes": _megabytes(most, own),
        "megabytes_of_first_hundred": _megabytes(*early) if early else None,
    }


def _megabytes(most: int, own: int) -> dict[str, int]:
    return {"all": round(most / 1e6), "command": round(own / 1e6)}


def _tenth(seen: list[tuple[int, float]], last: bool) -> float:
    """Return the seconds for a sheet in the first or the last tenth, after the processes have started."""
    begun = [entry for entry in seen if entry[0] > seen[0][0]]
    if len(begun) < 2:
        return float("nan")
    few = max(4, (begun[-1][0] - begun[0][0]) // 10)
    edge = begun[-1] if last else begun[0]
    part = [entry for entry in begun if abs(entry[0] - edge[0]) <= few]
    return round((part[-1][1] - part[0][1]) / (part[-1][0] - part[0][0]), 3)


def _children(process: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text("ascii", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == process:
            found += [int(path.parent.name), *_children(int(path.parent.name))]
    return found


def _state(process: int) -> tuple[float, int]:
    """Return the processor seconds of a process, and its memory in bytes."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text("ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0.0, 0
    return (int(fields[11]) + int(fields[12])) / _TICKS, int(fields[21]) * _PAGE


def judged(stack: Stack, table: dict[str, Any]) -> dict[str, Any]:
    """Compare a table with the stack's true contents."""
    rows = [(row["sheet"], row["row"] - 1) for row in table["rows"]]
    wanted = {(sheet, row) for sheet, texts in stack.texts.items() for row, _ in texts}
    cells = [
        (cell["text"] == stack.texts[row["sheet"]][row["row"] - 1, name], cell["status"] == "ok")
        for row in table["rows"]
        if row["sheet"] in stack.texts
        for name, cell in row["cells"].items()
    ]
    messages = [f"{problem['source']} {problem['message']}" for problem in table["problems"]]
    return {
        "sheets": len(stack.texts),
        "lost": len(wanted - {*rows}),
        "twice": len(rows) - len({*rows}),
        "unexpected": len({*rows} - wanted),
        "in order": rows == sorted(rows),
        "foreign named": sum(any(name in said for said in messages) for name in stack.foreign),
        "foreign": len(stack.foreign),
        "doubled": len(stack.doubled),
        "problems": len(messages),
        "blank": len(stack.blank),
        "cells": len(cells),
        "right": sum(right for right, _ in cells),
        "ok": sum(ok for _, ok in cells),
        "wrong and ok": sum(ok and not right for right, ok in cells),
    }


def main() -> None:
    """Compose, read, compare and keep."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--sheets", type=int, default=500)
    arguments.add_argument("--kills", type=int, default=2)
    arguments.add_argument("--name", default="")
    asked = arguments.parse_args()
    validation = shuzi.load_mnist().validation
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "stack"
        stack = compose(folder, asked.sheets, Hands(validation.images, validation.labels))
        runs = read_killed(folder, asked.kills, len(stack.texts))
        table = json.loads((folder / "table.json").read_text(encoding="utf-8"))
    result = {"runs": runs, "judged": judged(stack, table)}
    print(json.dumps(result, indent=1))
    keep(asked.name or f"stack-{asked.sheets}", result)


if __name__ == "__main__":
    main()
