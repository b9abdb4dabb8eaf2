"""A folder of cells becomes pictures with texts, and a folder of whole pages pictures with the paths of their lines.

The cells are numbers and words that clerks wrote into Paris notaries' registers, 1830 to 1939, cut out of LECTAUREP's
pages (HTR-United/lectaurep-repertoires). The pages are those, and decennial tables
(Lucie-Louis/Tables_decennales_HTR). All are Creative Commons Attribution 4.0. They are not part of the package: users
name their own copy, with a table `labels.csv` of cells, or a file `lines.jsonl` of pages.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.data.collection import PAGES, REGISTERS
from shuzi.errors import DataError

VALIDATION, REPORT = frozenset({"1289", "1350", "2745"}), frozenset({"0293", "2352"})
"""Registers held out from training: for model choice, and for reports."""

ALIKE = 5
"""The maximum number of cells with the same text in a register; some amounts occur hundreds of times."""

_TABLE, _COLUMNS = "labels.csv", ("file", "lot", "page", "text", "x0", "y0", "x1", "y1")
_ONE_HAND = "random-set"  # any other lot is a register of its own


@dataclass(frozen=True)
class Cells:
    """Pictures of numbers and words."""

    pictures: tuple[bytes, ...]  # the content of each picture's file
    texts: tuple[str, ...]  # the text of each picture, with its spaces
    registers: tuple[str, ...]  # the register of each picture; most were written by one person
    # float32 (n, 4): left, top, right and bottom edge of the writing within each picture, in pixels; around it are
    # fragments of ruled lines and neighbouring writing
    boxes: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.pictures)

    def of(self, registers: Collection[str]) -> Cells:
        """Return the cells of some registers."""
        return self._part([index for index, register in enumerate(self.registers) if register in registers])

    def without(self, registers: Collection[str]) -> Cells:
        """Return the cells of all other registers."""
        return self._part([index for index, register in enumerate(self.registers) if register not in registers])

    def divided(self) -> tuple[Cells, Cells]:
        """Return the cells to train on, without held-out registers, and those for validation; or a DataError."""
        own = self.without(VALIDATION | REPORT)
        if not len(own):
            raise DataError("error.registers.none")
        return own, self.of(VALIDATION)

    def _part(self, indices: list[int]) -> Cells:
        return Cells(
            tuple(self.pictures[index] for index in indices),
            tuple(self.texts[index] for index in indices),
            tuple(self.registers[index] for index in indices),
            self.boxes[indices].reshape(-1, 4),
        )

    def picture(self, index: int) -> NDArray[np.uint8]:
        """Decode a picture: uint8 (h, w)."""
        return _decode_grey(self.pictures[index])

    def sha256(self) -> str:
        """Return the hash of the content, independent of file names."""
        digest = hashlib.sha256(self.boxes.tobytes())
        for picture, *names in zip(self.pictures, self.texts, self.registers, strict=True):
            digest.update(f"{len(picture)} {names}\n".encode() + picture)
        return digest.hexdigest()


def load_cells(path: str | Path | None = None) -> Cells:
    """Load the cells of a folder with `labels.csv`, or of the one that SHUZI_REGISTERS names."""
    folder = REGISTERS.find(path)
    table = folder / _TABLE
    try:
        with table.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except FileNotFoundError as problem:
        raise REGISTERS.error(REGISTERS.missing, path=table) from problem
    except (OSError, ValueError, csv.Error) as problem:
        raise DataError("error.registers.unreadable", path=table, reason=problem) from problem
    if not rows or (lacking := [name for name in _COLUMNS if name not in rows[0]]):
        raise DataError("error.registers.columns", path=table, names=", ".join(lacking if rows else _COLUMNS))
    alike: Counter[tuple[str, str]] = Counter()
    pictures, texts, registers, boxes = [], [], [], []
    for line, row in enumerate(rows, start=2):
        try:
            register, text = _register(row["lot"], row["page"]), row["text"].strip()
            alike[register, text] += 1
            if alike[register, text] > ALIKE or not text:
                continue
            boxes.append(_box(row))
            pictures.append(_read_content(folder, row["file"]))
        except (OSError, ValueError, LookupError, AttributeError, TypeError, cv2.error) as problem:
            raise DataError("error.registers.row", path=table, row=line, file=row["file"]) from problem
        texts.append(text)
        registers.append(register)
    return Cells(tuple(pictures), tuple(texts), tuple(registers), np.array(boxes, np.float32).reshape(-1, 4))


def _register(lot: str, page: str) -> str:
    """Return the register that a page belongs to: its lot, or the third part of a page such as FRAN_0025_0080_L-0."""
    return page.split("_")[2] if _ONE_HAND in lot else lot


def _box(row: dict[str, str]) -> tuple[float, ...]:
    left, top, right, bottom = box = tuple(float(row[name]) for name in ("x0", "y0", "x1", "y1"))
    if not (np.isfinite(box).all() and left < right and top < bottom):
        raise ValueError(box)
    return box


def _read_content(folder: Path, name: str) -> bytes:
    """Return the bytes of a picture's file that can be decoded, or raise an OSError, ValueError or cv2.error."""
    content = (folder / name).read_bytes()
    _decode_grey(content)
    return content


def _decode_grey(content: bytes) -> NDArray[np.uint8]:
    """Decode a picture's file: uint8 (h, w)."""
    grey = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        raise ValueError(content[:8])
    return np.asarray(grey, np.uint8)


# a JSON object a page: `file`, and `lines` with `polygon` and `baseline`, x and y in turn, in pixels
_PAGES_TABLE = "lines.jsonl"
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
        return _decode_grey(self.pictures[index])

    def divided(self) -> tuple[PageLines, PageLines]:
        """Return the pages to train on, and those of registers that are held out; a DataError if none is left."""
        registers = [f"_{register}_" for register in VALIDATION | REPORT]
        held = [any(register in name for register in registers) for name in self.names]
        if all(held):
            raise DataError("error.page_lines.none")
        return self._part([not is_held for is_held in held]), self._part(held)

    def _part(self, wanted: list[bool]) -> PageLines:
        return PageLines(
            tuple(compress(self.names, wanted)),
            tuple(compress(self.pictures, wanted)),
            tuple(compress(self.lines, wanted)),
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
    folder = PAGES.find(path)
    table = folder / _PAGES_TABLE
    try:
        rows = table.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as problem:
        raise PAGES.error(PAGES.missing, path=table) from problem
    except (OSError, ValueError) as problem:
        raise DataError("error.page_lines.unreadable", path=table, reason=problem) from problem
    names, pictures, lines = [], [], []
    for number, row in enumerate(rows, start=1):
        try:
            page = json.loads(row)
            content = _read_content(folder, page["file"])
            own = tuple(way for line in page["lines"] if (way := _path_of(line)) is not None)
        except (OSError, ValueError, LookupError, TypeError, cv2.error) as problem:
            raise DataError("error.page_lines.row", path=table, row=number) from problem
        names.append(str(page["file"]))
        pictures.append(content)
        lines.append(own)
    if not names:
        raise DataError("error.page_lines.empty", path=table)
    return PageLines(tuple(names), tuple(pictures), tuple(lines))


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
