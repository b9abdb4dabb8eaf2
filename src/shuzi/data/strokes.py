"""A packed file or a UNIPEN distribution becomes pen strokes: points, labels and writers.

UNIPEN (I. Guyon, L. Schomaker, R. Plamondon, M. Liberman, S. Janet, ICPR 1994; doi 10.5281/zenodo.1195803, Creative
Commons Attribution 4.0) is not part of the package: users name their own copy.

A distribution is a folder of text files in the format UNIPEN 1.0. A line that begins with a dot and capital letters
is a keyword; everything up to the next one belongs to it. Points come after `.PEN_DOWN`, in the order that `.COORD`
gives. `.SEGMENT` labels some of the strokes, counted from 0 in the file together with its includes. (I. Guyon, UNIPEN
1.0 format definition, 1994.)
"""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.atomic import replacing
from shuzi.data.collection import STROKES
from shuzi.errors import DataError, ShuziError

KINDS = ("digit", "upper", "lower", "symbol", "number")
"""The kinds of samples; a number has two or more characters."""

Pen = NDArray[np.int16]

_KEYWORD = re.compile(r"^\.([A-Z][A-Z_0-9]*)[ \t]*", re.MULTILINE)
_SEGMENT = re.compile(r'(?P<level>\S+)\s+(?P<spans>[\d:,-]+)\s+(?:\S+\s+)?"(?P<label>(?:[^"\\]|\\.)*)"', re.DOTALL)
_NUMBER = re.compile(r"[-+.,/:]?\d[-+.,/:\d]+")
_VALIDATION = 16  # of 100 writers
_DEEPEST = 8  # depth of includes
_MAX_COORDINATE = 2**15 - 1  # of a coordinate stored as int16
# the label of a digit by a validation writer with an even number, and how the SHA-256 of its points starts; seven
# ones of one writer have a long roof
_DOUBTFUL = frozenset({
    "1 0f92058f49e6", "1 3a4798d34b83", "1 75ee0ce07ae8", "1 7a2843019c45", "1 9ddeaf55a456", "1 a3d153a174ec",
    "1 d4744599bca8", "1 ed7b190d69f3", "1 f848b2945dfe", "4 41071863f7c7", "4 5bf0d8d54cb8", "4 b6c589d57a2a",
    "5 5ad2c20a0ee1", "6 4da398666cc0", "6 6013d05e96a7", "8 4e213c1cd4b5", "8 c4b829af59bc",
})  # fmt: skip


@dataclass(frozen=True)
class Strokes:
    """Handwriting samples as points along the path of the pen."""

    # int16 (p, 2): x to the right and y up, in units of the tablet, which differ between donors
    points: NDArray[np.int16]
    # int32 (s + 1,): stroke j, from pen down to pen up, is ``points[strokes[j]:strokes[j + 1]]``
    strokes: NDArray[np.int32]
    items: NDArray[np.int32]  # int32 (n + 1,): sample k is the strokes ``items[k]`` to ``items[k + 1]``
    label: NDArray[np.str_]  # str (n,): what was written
    kind: NDArray[np.str_]  # str (n,): one of `KINDS`
    writer: NDArray[np.int16]  # int16 (n,): the id of its writer
    validation: NDArray[np.bool_]  # bool (n,): held out from training; the same for all samples of a writer

    def __post_init__(self) -> None:
        count = len(self.label)
        if wrong := [name for name in ("kind", "writer", "validation") if getattr(self, name).shape != (count,)]:
            raise DataError("error.strokes.arrays", names=", ".join(wrong))
        ends = ((self.strokes, len(self.points)), (self.items, len(self.strokes) - 1))
        if self.points.ndim != 2 or self.points.shape[1] != 2 or len(self.items) != count + 1:
            raise DataError("error.strokes.arrays", names="points, items")
        for starts, last in ends:
            if len(starts) == 0 or starts[0] != 0 or starts[-1] != last or np.any(np.diff(starts) < 0):
                raise DataError("error.strokes.arrays", names="strokes, items")

    def __len__(self) -> int:
        return len(self.label)

    def sample(self, index: int) -> list[NDArray[np.float32]]:
        """Return the strokes of a sample: float32 (k, 2) each, x to the right and y **down**, both from 0."""
        first, last = int(self.items[index]), int(self.items[index + 1])
        points = self.points[self.strokes[first] : self.strokes[last]].astype(np.float32)
        if not len(points):
            return []
        points[:, 1] *= -1
        points -= points.min(axis=0)
        return np.split(points, self.strokes[first + 1 : last] - self.strokes[first])

    @cached_property
    def size(self) -> NDArray[np.float32]:
        """Width and height of each sample in the tablet's units: float32 (n, 2)."""
        starts = self.strokes[self.items[:-1]]
        filled = self.strokes[self.items[1:]] > starts
        sizes = np.zeros((len(self), 2), np.float32)
        if filled.any():
            high = np.maximum.reduceat(self.points, starts[filled]).astype(np.float32)
            sizes[filled] = high - np.minimum.reduceat(self.points, starts[filled])
        return sizes

    def part(self, wanted: NDArray[np.bool_]) -> Strokes:
        """Return the samples where `wanted`, bool (n,), is true."""
        chosen = np.flatnonzero(wanted)
        spans = [(int(self.items[index]), int(self.items[index + 1])) for index in chosen]
        pieces = [
            (int(self.strokes[stroke]), int(self.strokes[stroke + 1])) for span in spans for stroke in range(*span)
        ]
        points = [self.points[start:end] for start, end in pieces]
        return Strokes(
            points=np.concatenate(points) if points else self.points[:0],
            strokes=np.cumsum([0, *(end - start for start, end in pieces)], dtype=np.int32),
            items=np.cumsum([0, *(end - start for start, end in spans)], dtype=np.int32),
            label=self.label[chosen],
            kind=self.kind[chosen],
            writer=self.writer[chosen],
            validation=self.validation[chosen],
        )

    def divided(self) -> tuple[Strokes, Strokes]:
        """Return the samples to train on, and those of other writers; a DataError if one has no single character."""
        parts = self.part(~self.validation), self.part(self.validation)
        for name, part in zip(("train", "validation"), parts, strict=True):
            if not np.any(part.kind != "number"):
                raise DataError("error.strokes.part", part=name)
        return parts

    def held_out(self, odd: bool) -> Strokes:
        """Return the samples of half of the validation writers: even numbers to choose by, odd ones to report."""
        return self.part(self.validation & (self.writer % 2 == int(odd)))

    def sha256(self) -> str:
        """Return the hash of the arrays' content, independent of the file format."""
        digest = hashlib.sha256()
        for array in fields(self):
            values = getattr(self, array.name)
            content = "\n".join(values.tolist()).encode() if values.dtype.kind == "U" else values.tobytes()
            digest.update(f"{array.name} {len(values)}\n".encode() + content)
        return digest.hexdigest()

    def save(self, path: Path) -> None:
        """Pack the strokes into one compressed .npz file."""
        with replacing(path) as part, part.open("wb") as file:
            np.savez_compressed(file, **{array.name: getattr(self, array.name) for array in fields(self)})


def load_strokes(path: str | Path | None = None) -> Strokes:
    """Load pen strokes from a packed .npz file or a UNIPEN distribution, or from what SHUZI_STROKES names."""
    file = STROKES.find(path)
    if file.is_dir():
        return read_distribution(file)
    if not file.is_file():
        raise STROKES.error(STROKES.missing, path=file)
    return _unpacked(file)


def _unpacked(path: Path) -> Strokes:
    arrays: dict[str, NDArray[Any]] = {}
    try:
        # NumPy does not close a file that is not an archive
        with path.open("rb") as file, np.load(file, allow_pickle=False) as packed:
            for array in fields(Strokes):
                arrays[array.name] = packed[array.name]
    except KeyError as problem:
        raise DataError("error.strokes.lacks", path=path, name=array.name) from problem
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as problem:
        # NumPy's message for other files is about pickles, which are never read
        reason = getattr(problem, "strerror", None) or ShuziError("picture.broken")
        raise DataError("error.strokes.unreadable", path=path, reason=reason) from problem
    types = {"points": np.int16, "strokes": np.int32, "items": np.int32, "writer": np.int16, "validation": np.bool_}
    for name, dtype in types.items():
        if arrays[name].dtype != dtype:
            raise DataError("error.strokes.arrays", names=name)
    return Strokes(**arrays)


@dataclass
class _Page:
    """The content of one file, includes expanded."""

    writer: str
    strokes: list[Pen] = field(default_factory=list)
    segments: list[tuple[str, str, str]] = field(default_factory=list)
    x: int = 0
    y: int = 1


def read_distribution(folder: Path) -> Strokes:
    """Read the digits, letters, symbols and numbers of a distribution; writers are held out by their names."""
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
        raise STROKES.error("error.strokes.none", path=folder)
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
        if abs(x) <= _MAX_COORDINATE and abs(y) <= _MAX_COORDINATE:
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
    """Return one of `strokes.KINDS`, or "" if none fits."""
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
    strokes = [stroke for sample in drawn for stroke in sample]
    return Strokes(
        points=np.concatenate(strokes),
        strokes=np.cumsum([0, *map(len, strokes)], dtype=np.int32),
        items=np.cumsum([0, *map(len, drawn)], dtype=np.int32),
        label=np.array(labels),
        kind=np.array(kinds),
        writer=np.array([writers[name] for name in names], np.int16),
        validation=np.array([held[name] for name in names], np.bool_),
    )


def clear_strokes(strokes: Strokes) -> Strokes:
    """Leave out the digits with doubtful labels, for the reasons of `mnist.clear_images`."""
    clear = [strokes.kind[index] != "digit" or not _is_doubtful(strokes, index) for index in range(len(strokes))]
    return strokes.part(np.array(clear, np.bool_))


def _is_doubtful(strokes: Strokes, index: int) -> bool:
    content = b"".join(stroke.tobytes() for stroke in strokes.sample(index))
    return f"{strokes.label[index]} {hashlib.sha256(content).hexdigest()[:12]}" in _DOUBTFUL
