"""A UNIPEN distribution, a folder of text files in the format UNIPEN 1.0, becomes pen strokes.

A line that begins with a dot and capital letters is a keyword; everything up to the next one belongs to it. Points
come after `.PEN_DOWN`, in the order that `.COORD` gives. `.SEGMENT` labels some of the strokes, counted from 0 in the
file together with its includes. (I. Guyon, UNIPEN 1.0 format definition, 1994.)
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shuzi.data.strokes import DOI, Strokes
from shuzi.errors import DataError

_KEYWORD = re.compile(r"^\.([A-Z][A-Z_0-9]*)[ \t]*", re.MULTILINE)
_SEGMENT = re.compile(r'(?P<level>\S+)\s+(?P<spans>[\d:,-]+)\s+(?:\S+\s+)?"(?P<label>(?:[^"\\]|\\.)*)"', re.DOTALL)
_NUMBER = re.compile(r"[-+.,/:]?\d[-+.,/:\d]+")
_VALIDATION = 16  # of 100 writers
_DEEPEST = 8  # depth of includes
_LARGEST = 2**15 - 1  # of a coordinate stored as int16

Pen = NDArray[np.int16]


@dataclass
class _Page:
    """The content of one file, includes expanded."""

    writer: str
    strokes: list[Pen] = field(default_factory=list)
    segments: list[tuple[str, str, str]] = field(default_factory=list)
    x: int = 0
    y: int = 1


def read_distribution(folder: Path) -> Strokes:
    """Read all characters and numbers of a distribution.

    Parameters
    ----------
    folder
        The folder that holds the distribution's files, at any depth.

    Returns
    -------
    Strokes: digits, letters, symbols, and words that are numbers. Whether a writer is held out for validation depends
    on the writer's name alone.

    Raises
    ------
    DataError
        There are no samples in the folder.
    """
    samples: list[tuple[str, str, str, list[Pen]]] = []
    included: set[Path] = set()
    files = sorted(
        path for path in folder.rglob("*") if path.suffix.lower() in (".dat", ".unp", ".unipen") and path.is_file()
    )
    pages = []
    for path in files:
        page = _Page(writer=path.relative_to(folder).with_suffix("").as_posix())
        _read(path, folder, page, included, 0)
        pages.append((path, page))
    for path, page in pages:
        if path not in included:  # a file that another one includes is read there
            samples += _samples(page)
    if not samples:
        raise DataError("error.strokes.none", path=folder, doi=DOI)
    return _packed(samples)


def _read(path: Path, root: Path, page: _Page, included: set[Path], depth: int) -> None:
    text = path.read_text(encoding="latin-1")
    keywords = list(_KEYWORD.finditer(text))
    for index, keyword in enumerate(keywords):
        end = keywords[index + 1].start() if index + 1 < len(keywords) else len(text)
        content = text[keyword.end() : end]
        match keyword[1]:
            case "COORD":
                names = content.upper().split()
                if "X" in names and "Y" in names:
                    page.x, page.y = names.index("X"), names.index("Y")
            case "WRITER_ID":
                page.writer = content.strip() or page.writer
            case "PEN_DOWN":
                page.strokes.append(_points(content, page))
            case "SEGMENT":
                if segment := _SEGMENT.match(content):
                    page.segments.append((segment["level"].upper(), segment["spans"], segment["label"]))
            case "INCLUDE" if depth < _DEEPEST:
                file = _find(content.strip(), path, root)
                if file is not None and file != path:
                    included.add(file)
                    _read(file, root, page, included, depth + 1)
            case _:
                pass


def _find(name: str, path: Path, root: Path) -> Path | None:
    """Find an included file next to the file that includes it, or in a parent folder, up to the root."""
    above = [path.parent, *path.parent.parents]
    folders = above[: above.index(root) + 1] if root in above else above[:1]
    for folder in folders:
        for file in (folder / name, folder / "include" / name, folder / "data" / name):
            if file.is_file() and file.resolve().is_relative_to(root.resolve()):
                return file
    return None


def _points(content: str, page: _Page) -> Pen:
    """Read the points of a stroke; skip lines without numbers."""
    points = []
    for line in content.splitlines():
        numbers = line.split()
        if len(numbers) <= max(page.x, page.y):
            continue
        try:
            x, y = float(numbers[page.x]), float(numbers[page.y])
        except ValueError:
            continue
        if abs(x) <= _LARGEST and abs(y) <= _LARGEST:
            points.append((round(x), round(y)))
    return np.array(points, np.int16).reshape(-1, 2)


def _samples(page: _Page) -> Iterator[tuple[str, str, str, list[Pen]]]:
    """Yield the label, kind, writer and strokes of each segment of a page."""
    for level, spans, written in page.segments:
        label = re.sub(r"\\(.)", r"\1", written)
        kind = _kind(level, label)
        strokes = _chosen(spans, page.strokes) if kind else []
        if kind and strokes:
            yield label, kind, page.writer, strokes


def _kind(level: str, label: str) -> str:
    """Return one of `strokes.KINDS`, or "" if none fits.

    >>> [_kind("CHARACTER", "7"), _kind("WORD", "5/27"), _kind("WORD", "hello"), _kind("CHARACTER", "é")]
    ['digit', 'number', '', '']
    """
    if level == "CHARACTER" and len(label) == 1 and "!" <= label <= "~":
        if label.isdigit():
            return "digit"
        return "upper" if label.isupper() else "lower" if label.islower() else "symbol"
    return "number" if level == "WORD" and _NUMBER.fullmatch(label) else ""


def _chosen(spans: str, strokes: list[Pen]) -> list[Pen]:
    """Return the strokes that a segment names, such as "0-2,4" or "1:10-2:5" (from a point to a point)."""
    chosen = []
    for piece in spans.split(","):
        start, _, end = piece.partition("-")
        first, _, first_point = start.partition(":")
        last, _, last_point = (end or first).partition(":")
        if not first or not last:
            return []
        for index in range(int(first), min(int(last) + 1, len(strokes))):
            stroke = strokes[index]
            low = int(first_point) if first_point and index == int(first) else 0
            high = int(last_point) + 1 if last_point and index == int(last) else len(stroke)
            if len(stroke[low:high]):
                chosen.append(stroke[low:high])
    return chosen


def _packed(samples: list[tuple[str, str, str, list[Pen]]]) -> Strokes:
    labels, kinds, names, drawn = zip(*samples, strict=True)
    writers = {name: index for index, name in enumerate(dict.fromkeys(names))}
    held = {name: zlib.crc32(name.encode()) % 100 < _VALIDATION for name in writers}
    strokes = [stroke for each in drawn for stroke in each]
    return Strokes(
        points=np.concatenate(strokes),
        strokes=np.cumsum([0, *map(len, strokes)], dtype=np.int32),
        items=np.cumsum([0, *map(len, drawn)], dtype=np.int32),
        label=np.array(labels),
        kind=np.array(kinds),
        writer=np.array([writers[name] for name in names], np.int16),
        validation=np.array([held[name] for name in names], np.bool_),
    )
