"""The images of digits become a picture in a cell, and from there, once corrected, the hand of their writer."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shuzi.data.dataset import Dataset
from shuzi.errors import DataError, PictureError
from shuzi.forms.result import Cell, Table, read_table
from shuzi.ink.normalize import SIDE
from shuzi.pictures.open import open_picture
from shuzi.reading.reader import Reader

_NOTHING = np.zeros((SIDE, SIDE), np.uint8)


def as_png(picture: NDArray[np.uint8]) -> bytes:
    """Return a grey picture as the bytes of a PNG."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "png")
    return file.getvalue()


def strip_of(views: Sequence[Sequence[NDArray[np.uint8]]]) -> bytes:
    """Put the images of digits, uint8 (28, 28), side by side, and return them as the bytes of a PNG; b"" for none."""
    if not views:
        return b""
    high = max(map(len, views))
    rows = [[view[row] if row < len(view) else _NOTHING for view in views] for row in range(high)]
    return as_png(np.vstack([np.hstack(row) for row in rows]))


def images_in(cell: Cell) -> NDArray[np.uint8]:
    """Return the images that `strip_of` put side by side: uint8 (n, 28, 28)."""
    first: NDArray[np.uint8] = _rows_in(cell)[0]
    return first


def _rows_in(cell: Cell) -> NDArray[np.uint8]:
    """Return the images of all digits, and below them the second view of each: uint8 (k, n, 28, 28), k 1 or 2."""
    if not cell.digits:
        return np.empty((1, 0, SIDE, SIDE), np.uint8)
    try:
        strip = open_picture(cell.digits)
    except PictureError as problem:
        raise ValueError(str(problem)) from problem
    high, wide = strip.shape
    if high not in (SIDE, 2 * SIDE) or wide % SIDE:
        raise ValueError(f"digits of {wide}x{high}")
    return np.ascontiguousarray(strip.reshape(high // SIDE, SIDE, -1, SIDE).swapaxes(1, 2))


def digits_of(table: Table, number: int, name: str, label: str) -> Dataset:
    """Return the digits of a cell as the form reader saw them, with what they really are.

    >>> from shuzi.forms.result import Row
    >>> from shuzi.forms.kinds import Field
    >>> cell = Cell("7", "unsure", 0.5, digits=strip_of([[np.eye(28, dtype=np.uint8)]]))
    >>> digits_of(Table("Scores", (Field("q"),), (Row(1, 0, {"q": cell}),)), 1, "q", "1").labels
    array([1], dtype=uint8)
    """
    if not 1 <= number <= len(table.rows):
        raise DataError("error.table.row", row=number, n=len(table.rows))
    cells = table.rows[number - 1].cells
    if name not in cells:
        raise DataError("error.table.field", name=name, names=", ".join(cells))
    try:
        rows = _rows_in(cells[name])
    except ValueError as problem:
        raise DataError("error.table.digits", name=name, row=number) from problem
    count = rows.shape[1]
    if not count:
        has_digits = any(cell.digits for row in table.rows for cell in row.cells.values())
        raise DataError("error.table.empty" if has_digits else "error.table.unseen", name=name, row=number)
    digits = _digits_in(label)
    if len(digits) != count:
        values = {"name": name, "row": number, "label": label}
        raise DataError("error.table.count", found=count, wanted=len(digits), **values)
    labels = np.tile(np.array(digits, np.uint8), len(rows))
    images = rows.reshape(-1, SIDE, SIDE)
    seen = images.any(axis=(1, 2))
    return Dataset(images[seen], labels[seen])


def corrected_cells(table: Table) -> list[tuple[int, str, str]]:
    """Return the cells to which people gave other digits in review: the row's number from 1, the field, the text."""
    found = []
    for number, row in enumerate(table.rows, start=1):
        for name, cell in row.cells.items():
            if not cell.changes or _digits_in(cell.changes[0].before) == _digits_in(cell.text):
                continue
            try:
                count = len(images_in(cell))
            except ValueError as problem:
                raise DataError("error.table.digits", name=name, row=number) from problem
            if count and len(_digits_in(cell.text)) == count:
                found.append((number, name, cell.text))
    return found


def _digits_in(text: str) -> list[int]:
    return [int(character) for character in text if character.isascii() and character.isdecimal()]


def digits_in_picture(reader: Reader, picture: str, label: str) -> Dataset:
    """Return the digits that a reader finds in a picture, with what they really are."""
    _check_label(label)
    digits = reader.read(picture).digits
    if len(digits) != len(label):
        raise DataError("error.hand.digits", path=picture, found=len(digits), label=label, wanted=len(label))
    return Dataset(np.stack([digit.image for digit in digits]), np.array([*map(int, label)], np.uint8))


def digits_of_cell(path: Path, row: int, field: str, label: str) -> Dataset:
    """Return the digits of a cell in the file of a table, with what they really are."""
    _check_label(label)
    return digits_of(read_table(path), row, field, label)


def digits_of_review(path: Path) -> list[Dataset]:
    """Return the digits of each cell that was corrected in review."""
    table = read_table(path)
    cells = corrected_cells(table)
    if not cells:
        raise DataError("error.table.uncorrected", path=path)
    return [digits_of(table, *cell) for cell in cells]


def _check_label(label: str) -> None:
    if not (label.isascii() and label.isdecimal()):
        raise DataError("error.hand.label", label=label)
