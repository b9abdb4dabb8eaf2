"""A folder of pictures with a labels.csv becomes a comparison of how well shuzi and other readers read it.

    python benchmarks/reading.py FOLDER
    python benchmarks/reading.py FOLDER --textbook runs/textbook/textbook-0.onnx --rapidocr other-env/bin/python

labels.csv has the columns file, label and source; a label is the digits from left to right, or "" for a picture
without digits. Scores are given for each source, for each folder in it, and for all.

A text is correct if all of it equals the label; several lines are joined first, unless the label has lines too. A
rival has no status; it counts as `ok` if it returns only digits. Every reader runs on one core. Tesseract takes part
if it is installed, RapidOCR if it is installed here or in the given Python. Only numbers are saved, not pictures,
texts or paths.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
from machine import keep
from measures import show, summary
from rivals import ONE_CHARACTER, ONE_LINE, Answer, MissingRivalError, Rival, rapidocr, second_reader, tesseract

import shuzi
from shuzi.models.store import DEFAULT, DETECTOR, shipped


@dataclass(frozen=True)
class Labelled:
    """A picture, its digits and its source."""

    path: Path
    label: str
    groups: tuple[str, ...]


def labelled(folder: Path) -> list[Labelled]:
    """Read a folder's labels.csv."""
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Labelled(folder / row["file"], row["label"], (row["source"], f"{Path(row['file']).parent}/", "all"))
        for row in rows
    ]


def spread(pictures: list[Labelled], most: int) -> list[Labelled]:
    """Choose about that many pictures, spread evenly."""
    return pictures[:: max(1, len(pictures) // most)]


def with_shuzi(model: str) -> Rival:
    """Make a shuzi reader; a picture that it rejects counts as not read."""
    reader = shuzi.load(model)

    def read(path: Path) -> Answer:
        began = time.perf_counter()
        try:
            reading = reader.read(path)
        except shuzi.ShuziError as problem:
            print(problem)
            return Answer("", False, (time.perf_counter() - began) * 1_000)
        return Answer(reading.digits_text, reading.digits_status == "ok", (time.perf_counter() - began) * 1_000)

    return read


def readers(given: argparse.Namespace) -> dict[str, Rival]:
    """Make the requested readers that are available."""
    makers: dict[str, Callable[[], Rival]] = {"shuzi": lambda: with_shuzi(given.model)}
    if given.textbook:
        makers["Otsu, components, textbook"] = lambda: second_reader(Path(given.textbook))
    makers["RapidOCR, recogniser"] = lambda: rapidocr(given.rapidocr)
    makers["Tesseract, a line"] = lambda: tesseract(ONE_LINE)
    makers["Tesseract, a character"] = lambda: tesseract(ONE_CHARACTER)
    made: dict[str, Rival] = {}
    for name, make in makers.items():
        if given.only and not name.startswith(tuple(given.only)):
            continue
        try:
            made[name] = make()
        except MissingRivalError as problem:
            print(f"without {name}: {problem}")
    return made


def by_group(pictures: list[Labelled], answers: dict[str, list[Answer]]) -> dict[str, dict[str, Any]]:
    """Score each reader on each group of pictures, in order of appearance, with the total last."""
    members: dict[str, list[int]] = {}
    for which in range(3):
        for place, picture in enumerate(pictures):
            members.setdefault(picture.groups[which], []).append(place)
    kept = {
        name: places
        for name, places in members.items()
        if not name.endswith("/") or all(places != others for source, others in members.items() if source != name)
    }
    return {
        group: {
            reader: summary([pictures[place].label for place in places], [each[place] for place in places])
            for reader, each in answers.items()
        }
        for group, places in kept.items()
    }


def command(*private: str | None) -> str:
    """Return the command line without paths of this machine."""
    hidden = {given: "PLACE" for given in private if given}
    return " ".join(["python", "benchmarks/reading.py", *(hidden.get(each, each) for each in sys.argv[1:])])


def main() -> None:
    """Read the folder with all readers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--model", default=DEFAULT, help="what `shuzi.load` takes")
    parser.add_argument("--textbook", help="the .onnx that `references.py textbook --to` keeps")
    parser.add_argument("--rapidocr", metavar="PYTHON", help="a Python in which rapidocr is installed")
    parser.add_argument("--only", nargs="+", metavar="READER", help="readers whose names begin so")
    parser.add_argument("--most", type=int, help="read about so many pictures, spread over the folder; keep nothing")
    parser.add_argument("--name", default="reading", help="of the result")
    given = parser.parse_args()
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # Tesseract's threads
    cv2.setNumThreads(1)

    pictures = labelled(Path(given.folder))
    if given.most:
        pictures = spread(pictures, given.most)
    answers: dict[str, list[Answer]] = {}
    for name, read in readers(given).items():
        read(pictures[0].path)  # warm-up
        began = time.perf_counter()
        answers[name] = [read(picture.path) for picture in pictures]
        print(f"{name}: {len(pictures)} pictures in {time.perf_counter() - began:.1f} s", flush=True)
    tables = by_group(pictures, answers)
    show(tables)
    if not given.most:
        keep(
            given.name,
            {
                "command": command(given.folder, given.textbook, given.rapidocr),
                "detector": DETECTOR in shipped(),
                "groups": tables,
            },
        )


if __name__ == "__main__":
    main()
