"""A stack of filled sheets as a copier's feeder scans it: PDFs of both sides, with the usual mishaps."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import fpdf
import numpy as np
import pypdfium2
from numpy.typing import NDArray
from sheets import FINE, Hands, fill

from shuzi.forms.layout import pages_of
from shuzi.forms.sheet import make_sheet
from shuzi.forms.spec import Spec, read_spec

Texts = Mapping[tuple[int, str], str]

BOXES = 4
"""Boxes in a field. A row has two fields, a sheet ten rows by default."""

_DPI = 150
_TURNED, _DOUBLED, _MISSING, _FOREIGN = 0.1, 0.03, 0.03, 0.02  # fractions of the sheets
_IN_A_FILE = 100  # pages before the feeder is refilled


@dataclass
class Stack:
    """The true contents of a stack.

    Parameters
    ----------
    texts
        The texts written on each sheet in the stack, by sheet number.
    missing
        The numbers of missing sheets, between the first and the last.
    doubled
        The numbers of sheets scanned twice.
    foreign, blank
        The names of pages from other forms, and of blank pages.
    """

    texts: dict[int, Texts] = field(default_factory=dict)
    missing: list[int] = field(default_factory=list)
    doubled: list[int] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    blank: list[str] = field(default_factory=list)


def spec_of(title: str, rows: int) -> str:
    """Return a spec of so many rows of two fields."""
    fields = "".join(f'[[fields]]\nname = "{name}"\nboxes = {BOXES}\n' for name in "ab")
    return f'title = "{title}"\nrows = {rows}\n{fields}'


def compose(
    folder: Path, count: int, hands: Hands, seed: int = 0, rows: int = 10, in_a_file: int = _IN_A_FILE
) -> Stack:
    """Write a spec and a stack of its sheets into a folder: `spec.toml` and `scans/`.

    Parameters
    ----------
    folder
        Where to write.
    count
        The number of printed sheets.
    hands
        Digits to fill them with.
    seed
        Determines everything random.
    rows
        Rows of a sheet.
    in_a_file
        Pages of a PDF.
    """
    rng = np.random.default_rng([34, seed])
    (folder / "scans").mkdir(parents=True)
    (folder / "spec.toml").write_text(spec_of("Stack", rows), encoding="utf-8")
    spec = read_spec(folder / "spec.toml")
    other = folder / "other.toml"
    other.write_text(spec_of("Other", rows), encoding="utf-8")
    make_sheet(spec, folder / "sheets.pdf", count)
    make_sheet(read_spec(other), folder / "other.pdf", 1)
    inner = rng.permutation(np.arange(2, count))
    many = [max(1, round(part * count)) for part in (_MISSING, _DOUBLED, _FOREIGN)]
    stack = Stack(missing=sorted(inner[: many[0]].tolist()), doubled=sorted(inner[many[0] : sum(many[:2])].tolist()))
    order = [number for number in range(1, count + 1) if number not in stack.missing]
    order += stack.doubled + [0] * many[2]  # 0 is a page of another form
    rng.shuffle(order)
    writer = _Feeder(folder / "scans", in_a_file)
    for number in order:
        front = _front(rng, folder, spec, number, stack, hands)
        upside_down = rng.random() < _TURNED or number == order[0]
        name = writer.add(np.ascontiguousarray(front[::-1, ::-1]) if upside_down else front)
        if number == 0:
            stack.foreign.append(name)
        stack.blank.append(writer.add(scanned(rng, np.ones((round(297 * FINE), round(210 * FINE)), np.float32))))
    writer.close()
    return stack


def _front(
    rng: np.random.Generator, folder: Path, spec: Spec, number: int, stack: Stack, hands: Hands
) -> NDArray[np.uint8]:
    if number == 0:
        return scanned(rng, _printed(folder / "other.pdf", 1))
    (page,) = pages_of(spec)
    if number not in stack.texts:
        stack.texts[number] = dict(_texts(rng, spec))
    # a sheet that is scanned twice is the same sheet
    own = np.random.default_rng([34, number])
    paper = fill(own, _printed(folder / "sheets.pdf", number), page.fields, stack.texts[number], hands)
    return scanned(rng, paper)


def _texts(rng: np.random.Generator, spec: Spec) -> Iterator[tuple[tuple[int, str], str]]:
    for row in range(spec.rows):
        for column in spec.fields:
            yield (row, column.name), str(rng.integers(10 ** (BOXES - 1), 10**BOXES))


def _printed(path: Path, number: int) -> NDArray[np.float32]:
    with pypdfium2.PdfDocument(path) as pdf:
        page = pdf[number - 1].render(scale=FINE * 25.4 / 72, grayscale=True).to_numpy()
    return np.array(page, np.float32).reshape(page.shape[:2]) / 255


def scanned(rng: np.random.Generator, paper: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Scan a page: a little askew, with grain, dust and the shadow of an edge; uint8 (h, w) at 150 dots per inch."""
    scale = _DPI / 25.4 / FINE
    small = cv2.resize(paper, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    high, wide = small.shape
    matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), float(rng.normal(0, 0.7)), 1.0)
    matrix[:, 2] += rng.normal(0, 4, 2)
    turned = cv2.warpAffine(small, matrix, (wide, high), borderMode=cv2.BORDER_CONSTANT, borderValue=1.0)
    for _ in range(rng.integers(6)):
        x, y = int(rng.integers(wide)), int(rng.integers(high))
        turned[y : y + 2, x : x + 2] *= 0.4
    turned[:, : int(rng.integers(4))] *= 0.6
    grey = turned * rng.uniform(225, 250) + rng.normal(0, rng.uniform(1, 3), turned.shape)
    return np.asarray(np.clip(grey, 0, 255), np.uint8)


class _Feeder:
    """Writes pages as JPEG into PDFs of a fixed number of pages."""

    def __init__(self, folder: Path, in_a_file: int) -> None:
        self._folder, self._most = folder, in_a_file
        self._files, self._pages = 0, 0
        self._begin()

    def _begin(self) -> None:
        self._files, self._pages = self._files + 1, 0
        self._pdf = fpdf.FPDF(unit="mm", format="A4")
        self._path = self._folder / f"scan{self._files}.pdf"

    def add(self, page: NDArray[np.uint8]) -> str:
        """Add a page and return its name as shuzi calls it."""
        if self._pages == self._most:
            self.close()
            self._begin()
        _, file = cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, 80])
        self._pdf.add_page()
        self._pdf.image(io.BytesIO(file.tobytes()), 0, 0, 210, 297)
        self._pages += 1
        return f"{self._path}#{self._pages}"

    def close(self) -> None:
        """Write the file."""
        self._pdf.output(str(self._path))
