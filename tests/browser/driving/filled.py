"""Sheets that are printed, filled and photographed by code, as files."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
SPEC = """title = "Scores"
rows = 3
roster = "class.csv"

[[fields]]
name = "id"
label = "Number"
kind = "identifier"
boxes = 3
among_column = "id"

[[fields]]
name = "q1"
label = "Question"
boxes = 2
max = 20
total = true
"""
ROSTER = "id\n101\n202\n303\n"
TEXTS = {(0, "id"): "101", (1, "id"): "303", (2, "id"): "202", (0, "q1"): "17", (1, "q1"): "5", (2, "q1"): "99"}
"""The last score is out of range, so a person must look at it."""


def _benchmark(name: str) -> Any:
    """Import a module of the benchmarks."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(BENCHMARKS))


def write_spec(folder: Path) -> Path:
    """Write a spec and its roster, and return the spec's path."""
    (folder / "class.csv").write_text(ROSTER, encoding="utf-8")
    (folder / "scores.toml").write_text(SPEC, encoding="utf-8")
    return folder / "scores.toml"


def photograph(spec: Path, texts: dict[tuple[int, str], str], seed: int = 3) -> bytes:
    """Print the first page of a spec, fill it in with MNIST's validation digits, and photograph it: a JPEG."""
    from shuzi.forms.layout import pages_of
    from shuzi.forms.spec import read_spec

    read = read_spec(spec)
    return _photograph(_benchmark("sheets").print_sheet(read)[0], pages_of(read)[0].fields, texts, seed)


def write_form(folder: Path, name: str, numbers: Sequence[str]) -> None:
    """Scan a form of the benchmarks as blank.png, and photograph one with numbers in its fields as filled.jpg."""
    form = next(each for each in _benchmark("layouts").layouts() if each.name == name)
    page, fine = form.page.copy(), _benchmark("sheets").FINE
    if name == "enrolment":  # the line for a signature would be one more field
        page[round(223 * fine) : round(227 * fine)] = 1
    scan = cv2.resize((page * 255).astype(np.uint8), (1654, 2339), interpolation=cv2.INTER_AREA)
    Image.fromarray(scan).save(folder / "blank.png")
    texts = {(0, each.field.name): number for each, number in zip(form.places, numbers, strict=True)}
    (folder / "filled.jpg").write_bytes(_photograph(page, form.places, texts, 3))


def _photograph(page: Any, places: Any, texts: dict[tuple[int, str], str], seed: int) -> bytes:
    from shuzi import load_mnist

    sheets, digits = _benchmark("sheets"), load_mnist().validation
    rng = np.random.default_rng(seed)
    filled = sheets.fill(rng, page, places, texts, sheets.Hands(digits.images, digits.labels))
    jpeg: bytes = sheets.photograph(rng, filled, 10.0)[0]
    return jpeg
