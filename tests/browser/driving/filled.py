"""Sheets that are printed, filled and photographed by code, as files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

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


def _sheets() -> Any:
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import sheets
    finally:
        sys.path.remove(str(BENCHMARKS))
    return sheets


def write_spec(folder: Path) -> Path:
    """Write a spec and its roster, and return the spec's path."""
    (folder / "class.csv").write_text(ROSTER, encoding="utf-8")
    (folder / "scores.toml").write_text(SPEC, encoding="utf-8")
    return folder / "scores.toml"


def photograph(spec: Path, texts: dict[tuple[int, str], str], seed: int = 3) -> bytes:
    """Print the first page of a spec, fill it in with MNIST's validation digits, and photograph it: a JPEG."""
    from shuzi import load_mnist
    from shuzi.forms.layout import pages_of
    from shuzi.forms.parse import read_spec

    sheets, digits, read = _sheets(), load_mnist().validation, read_spec(spec)
    rng = np.random.default_rng(seed)
    page = sheets.print_sheet(read)[0]
    hands = sheets.Hands(digits.images, digits.labels)
    filled = sheets.fill(rng, page, pages_of(read)[0].places, texts, hands)
    jpeg: bytes = sheets.photograph(rng, filled, 10.0)[0]
    return jpeg
