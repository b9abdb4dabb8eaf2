"""A packed file or a UNIPEN distribution becomes pen strokes: points, labels and writers.

UNIPEN (I. Guyon, L. Schomaker, R. Plamondon, M. Liberman, S. Janet, ICPR 1994; doi 10.5281/zenodo.1195803, Creative
Commons Attribution 4.0) is not part of the package: users name their own copy.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.atomic import replacing
from shuzi.errors import DataError, ShuziError

DOI = "10.5281/zenodo.1195803"
"""Where UNIPEN is published."""

OPTION, VARIABLE = "--strokes", "SHUZI_STROKES"
"""The option and the environment variable that name the file of strokes."""

CITATION = (
    "I. Guyon, L. Schomaker, R. Plamondon, M. Liberman, S. Janet: UNIPEN project of on-line data exchange and "
    f"recognizer benchmarks, ICPR 1994; doi {DOI}; CC BY 4.0"
)
"""How a card cites them as training data."""

KINDS = ("digit", "upper", "lower", "symbol", "number")
"""The kinds of samples; a number has two or more characters."""


@dataclass(frozen=True)
class Strokes:
    """Handwriting samples as points along the path of the pen.

    Parameters
    ----------
    points
        int16 (p, 2): x to the right and y up, in units of the tablet, which differ between donors.
    strokes
        int32 (s + 1,): stroke j, from pen down to pen up, is ``points[strokes[j]:strokes[j + 1]]``.
    items
        int32 (n + 1,): sample k is the strokes ``items[k]`` to ``items[k + 1]``.
    label
        str (n,): what was written.
    kind
        str (n,): one of `KINDS`.
    writer
        int16 (n,): the id of its writer.
    validation
        bool (n,): held out from training; the same for all samples of a writer.

    Raises
    ------
    DataError
        The arrays do not match each other.

    Examples
    --------
    >>> one = Strokes(
    ...     np.array([[0, 40], [2, 0]], np.int16), np.array([0, 2], np.int32), np.array([0, 1], np.int32),
    ...     np.array(["1"]), np.array(["digit"]), np.array([7], np.int16), np.array([False]))
    >>> len(one), [stroke.tolist() for stroke in one.sample(0)]
    (1, [[[0.0, 0.0], [2.0, 40.0]]])
    """

    points: NDArray[np.int16]
    strokes: NDArray[np.int32]
    items: NDArray[np.int32]
    label: NDArray[np.str_]
    kind: NDArray[np.str_]
    writer: NDArray[np.int16]
    validation: NDArray[np.bool_]

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

    def held_out(self, odd: bool) -> Strokes:
        """Return the samples of half of the validation writers: even numbers to choose by, odd ones to report."""
        return self.part(self.validation & (self.writer % 2 == int(odd)))

    def sha256(self) -> str:
        """Return the hash of the arrays' content, independent of the file format."""
        digest = hashlib.sha256()
        for field in fields(self):
            values = getattr(self, field.name)
            content = "\n".join(values.tolist()).encode() if values.dtype.kind == "U" else values.tobytes()
            digest.update(f"{field.name} {len(values)}\n".encode() + content)
        return digest.hexdigest()

    def save(self, path: Path) -> None:
        """Pack the strokes into one compressed .npz file."""
        with replacing(path) as part, part.open("wb") as file:
            np.savez_compressed(file, **{field.name: getattr(self, field.name) for field in fields(self)})


def load_strokes(path: str | Path | None = None) -> Strokes:
    """Load pen strokes.

    Parameters
    ----------
    path
        A packed .npz file, or the folder of a UNIPEN distribution; None: what SHUZI_STROKES names.

    Returns
    -------
    Strokes.

    Raises
    ------
    DataError
        No path is given, nothing is there, or it cannot be read.
    """
    named = path or os.environ.get(VARIABLE)
    if not named:
        raise DataError("error.strokes.needed", option=OPTION, variable=VARIABLE, doi=DOI)
    file = Path(named)
    if file.is_dir():
        from shuzi.data.unipen import read_distribution

        return read_distribution(file)
    if not file.is_file():
        raise DataError("error.strokes.missing", path=file, option=OPTION, variable=VARIABLE, doi=DOI)
    return _unpacked(file)


def _unpacked(path: Path) -> Strokes:
    arrays: dict[str, NDArray[Any]] = {}
    try:
        # NumPy does not close a file that is not an archive
        with path.open("rb") as file, np.load(file, allow_pickle=False) as packed:
            for field in fields(Strokes):
                arrays[field.name] = packed[field.name]
    except KeyError as problem:
        raise DataError("error.strokes.lacks", path=path, name=field.name) from problem
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as problem:
        # NumPy's message for other files is about pickles, which are never read
        reason = getattr(problem, "strerror", None) or ShuziError("picture.broken")
        raise DataError("error.strokes.unreadable", path=path, reason=reason) from problem
    types = {"points": np.int16, "strokes": np.int32, "items": np.int32, "writer": np.int16, "validation": np.bool_}
    for name, dtype in types.items():
        if arrays[name].dtype != dtype:
            raise DataError("error.strokes.arrays", names=name)
    return Strokes(**arrays)
