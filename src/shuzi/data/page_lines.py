"""A folder of whole pages becomes pictures with the paths of their lines, to learn where lines are.

The pages are registers of Paris notaries (LECTAUREP, HTR-United/lectaurep-repertoires) and decennial tables
(Lucie-Louis/Tables_decennales_HTR), both Creative Commons Attribution 4.0. They are not part of the package: users
name their own copy, with a file `lines.jsonl`.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.data.registers import REPORT, VALIDATION, decode_grey, read_content
from shuzi.errors import DataError

SOURCES = (
    "https://github.com/HTR-United/lectaurep-repertoires",
    "https://github.com/Lucie-Louis/Tables_decennales_HTR",
)
"""Where the pages are published."""

OPTION, VARIABLE = "--page-lines", "SHUZI_PAGES"
"""The option and the environment variable that name the pages."""

CITATION = (
    f"LECTAUREP, Notaires de Paris - Répertoires, HTR-United; {SOURCES[0]}; and L. Louis, Tables décennales HTR; "
    f"{SOURCES[1]}; CC BY 4.0"
)
"""How a card cites them as training data."""

# a JSON object a page: `file`, and `lines` with `polygon` and `baseline`, x and y in turn, in pixels
_TABLE = "lines.jsonl"
_TALL = 0.6  # quantile of an outline above its baseline
_DIGIT = 0.6  # of that height, which outlines exceed: the height of a digit
_MIN_HEIGHT = 4.0  # pixels; a lower outline is damaged


@dataclass(frozen=True)
class LinePath:
    """Where a line of writing goes."""

    # float32 (k, 2): x and y along the middle of its digits, from left to right, in pixels; k is at least 2
    points: NDArray[np.float32]
    height: float  # the height of a digit, in pixels


@dataclass(frozen=True)
class PageLines:
    """Pictures of pages, and the lines on each."""

    names: tuple[str, ...]  # the name of each picture's file
    pictures: tuple[bytes, ...]  # the content of each picture's file
    lines: tuple[tuple[LinePath, ...], ...]  # the lines on each picture

    def __len__(self) -> int:
        return len(self.names)

    def picture(self, index: int) -> NDArray[np.uint8]:
        """Decode a picture: uint8 (h, w)."""
        return decode_grey(self.pictures[index])

    def held_out(self, held: bool) -> PageLines:
        """Return the pages of the registers that are held out from training, or all others."""
        chosen = [index for index, name in enumerate(self.names) if _is_held_out(name) == held]
        return PageLines(
            tuple(self.names[index] for index in chosen),
            tuple(self.pictures[index] for index in chosen),
            tuple(self.lines[index] for index in chosen),
        )

    def sha256(self) -> str:
        """Return the hash of the content."""
        digest = hashlib.sha256()
        for name, picture, lines in zip(self.names, self.pictures, self.lines, strict=True):
            digest.update(f"{name} {len(picture)} {len(lines)}\n".encode() + picture)
            for line in lines:
                digest.update(line.points.tobytes() + np.float64(line.height).tobytes())
        return digest.hexdigest()


def load_page_lines(path: str | Path | None = None) -> PageLines:
    """Load the pages of a folder with `lines.jsonl`, or of the one that SHUZI_PAGES names."""
    named = path or os.environ.get(VARIABLE)
    if not named:
        raise DataError("error.page_lines.needed", option=OPTION, variable=VARIABLE, source=SOURCES[0])
    folder = Path(named)
    table = folder / _TABLE
    try:
        rows = table.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as problem:
        raise DataError(
            "error.page_lines.missing", path=table, option=OPTION, variable=VARIABLE, source=SOURCES[0]
        ) from problem
    except (OSError, ValueError) as problem:
        raise DataError("error.page_lines.unreadable", path=table, reason=problem) from problem
    names, pictures, lines = [], [], []
    for number, row in enumerate(rows, start=1):
        try:
            page = json.loads(row)
            content = read_content(folder, page["file"])
            own = tuple(way for line in page["lines"] if (way := _path_of(line)) is not None)
        except (OSError, ValueError, LookupError, TypeError, cv2.error) as problem:
            raise DataError("error.page_lines.row", path=table, row=number) from problem
        names.append(str(page["file"]))
        pictures.append(content)
        lines.append(own)
    if not names:
        raise DataError("error.page_lines.empty", path=table)
    return PageLines(tuple(names), tuple(pictures), tuple(lines))


def _is_held_out(name: str) -> bool:
    return any(f"_{register}_" in name for register in VALIDATION | REPORT)


def _path_of(line: dict[str, Any]) -> LinePath | None:
    """Return where a line goes: above its baseline by half of what its outline tells about a digit's height."""
    polygon, baseline = (np.array(line[name], np.float64).reshape(-1, 2) for name in ("polygon", "baseline"))
    if not (np.isfinite(polygon).all() and np.isfinite(baseline).all()):
        raise ValueError(line)
    baseline = baseline[np.argsort(baseline[:, 0], kind="stable")]
    if len(baseline) < 2 or len(polygon) < 3 or np.ptp(baseline[:, 0]) < 1:
        return None
    above = np.interp(polygon[:, 0], baseline[:, 0], baseline[:, 1]) - polygon[:, 1]
    above = above[above > 1]
    if not len(above) or (height := float(np.quantile(above, _TALL)) * _DIGIT) < _MIN_HEIGHT:
        return None
    return LinePath((baseline - [0, height / 2]).astype(np.float32), height)
