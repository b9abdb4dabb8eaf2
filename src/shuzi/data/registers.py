"""A folder of cells becomes pictures with texts: numbers and words that clerks wrote into registers.

The cells are cut out of LECTAUREP's pages of Paris notaries' registers, 1830 to 1939
(HTR-United/lectaurep-repertoires, Creative Commons Attribution 4.0). They are not part of the package: users name
their own copy, with a table `labels.csv`.
"""

from __future__ import annotations

import csv
import hashlib
import os
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import DataError

SOURCE = "https://github.com/HTR-United/lectaurep-repertoires"
"""Where the registers are published."""

OPTION, VARIABLE = "--registers", "SHUZI_REGISTERS"
"""The option and the environment variable that name the cells."""

CITATION = f"LECTAUREP, Notaires de Paris - Répertoires, HTR-United; {SOURCE}; CC BY 4.0"
"""How a card cites them as training data."""

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

    def _part(self, indices: list[int]) -> Cells:
        return Cells(
            tuple(self.pictures[index] for index in indices),
            tuple(self.texts[index] for index in indices),
            tuple(self.registers[index] for index in indices),
            self.boxes[indices].reshape(-1, 4),
        )

    def picture(self, index: int) -> NDArray[np.uint8]:
        """Decode a picture: uint8 (h, w)."""
        return decode_grey(self.pictures[index])

    def sha256(self) -> str:
        """Return the hash of the content, independent of file names."""
        digest = hashlib.sha256(self.boxes.tobytes())
        for picture, *names in zip(self.pictures, self.texts, self.registers, strict=True):
            digest.update(f"{len(picture)} {names}\n".encode() + picture)
        return digest.hexdigest()


def load_cells(path: str | Path | None = None) -> Cells:
    """Load the cells of a folder with `labels.csv`, or of the one that SHUZI_REGISTERS names."""
    named = path or os.environ.get(VARIABLE)
    if not named:
        raise DataError("error.registers.needed", option=OPTION, variable=VARIABLE, source=SOURCE)
    folder = Path(named)
    table = folder / _TABLE
    try:
        with table.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except FileNotFoundError as problem:
        raise DataError(
            "error.registers.missing", path=table, option=OPTION, variable=VARIABLE, source=SOURCE
        ) from problem
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
            pictures.append(read_content(folder, row["file"]))
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


def read_content(folder: Path, name: str) -> bytes:
    """Return the bytes of a picture's file that can be decoded, or raise an OSError, ValueError or cv2.error."""
    content = (folder / name).read_bytes()
    decode_grey(content)
    return content


def decode_grey(content: bytes) -> NDArray[np.uint8]:
    """Decode a picture's file: uint8 (h, w)."""
    grey = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        raise ValueError(content[:8])
    return np.asarray(grey, np.uint8)
