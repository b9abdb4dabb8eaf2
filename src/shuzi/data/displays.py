"""A folder of two .npz files becomes pictures of single digits on displays and counters, to compose lines of.

The wheels are those of water, gas and power meters, many between two digits
(haverland/Tenth-of-step-of-a-meter-digit); the segments those of two displays (Kazuhito00/7segment-display-reader).
Both are Apache-2.0. They are not part of the package: users name their own copy.
"""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shuzi.data.collection import DISPLAYS
from shuzi.errors import DataError

WHEELS, SEGMENTS = "meter_digits.npz", "segment_digits.npz"
"""The two files: `images` with `value` and `source`, and `images` with `label`."""

_METER = 4  # the first parts of a source, a path, that name the meter; others the day and hour of a picture
_HELD_OUT = 4  # one of so many meters, and the last one of so many parts of the segments
_NO_DIGIT = 10  # the first label of segments that is none


@dataclass(frozen=True)
class Displays:
    """Pictures of single digits."""

    wheels: NDArray[np.uint8]  # (n, 48, 32), grey
    values: NDArray[np.float32]  # (n,) from 0.0 to 9.9: at 3.4, the 3 has turned four tenths towards the 4
    meters: NDArray[np.str_]  # (n,) the meter of each wheel
    segments: NDArray[np.uint8]  # (m, 64, 48), grey, dark on light
    labels: NDArray[np.uint8]  # (m,) the digit

    def __len__(self) -> int:
        return len(self.wheels) + len(self.segments)

    def divided(self) -> tuple[Displays, Displays]:
        """Return the digits to train on, and those of meters that are held out."""
        wheels = np.isin(self.meters, np.unique(self.meters)[::_HELD_OUT])
        segments = np.arange(len(self.segments)) >= len(self.segments) * (_HELD_OUT - 1) / _HELD_OUT
        return self._part(~wheels, ~segments), self._part(wheels, segments)

    def _part(self, wheels: NDArray[np.bool_], segments: NDArray[np.bool_]) -> Displays:
        return Displays(
            self.wheels[wheels],
            self.values[wheels],
            self.meters[wheels],
            self.segments[segments],
            self.labels[segments],
        )

    def sha256(self) -> str:
        """Return the hash of the content."""
        digest = hashlib.sha256("\n".join(self.meters.tolist()).encode())
        for array in (self.wheels, self.values, self.segments, self.labels):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def load_displays(path: str | Path | None = None) -> Displays:
    """Load the digits of a folder, or of the one that SHUZI_DISPLAYS names."""
    folder = DISPLAYS.find(path)
    try:
        with np.load(folder / WHEELS) as wheels, np.load(folder / SEGMENTS) as segments:
            is_digit = segments["label"] < _NO_DIGIT
            found = Displays(
                wheels["images"],
                wheels["value"].astype(np.float32),
                np.array(["/".join(name.split("/")[:_METER]) for name in wheels["source"].tolist()]),
                segments["images"][is_digit],
                segments["label"][is_digit],
            )
    except FileNotFoundError as problem:
        raise DISPLAYS.error(DISPLAYS.missing, path=problem.filename) from problem
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as problem:
        raise DataError("error.displays.unreadable", path=folder, reason=problem) from problem
    shapes = [(found.wheels, 32), (found.segments, 48)]
    if any(array.ndim != 3 or array.dtype != np.uint8 or array.shape[2] != wide for array, wide in shapes):
        raise DataError("error.displays.unreadable", path=folder, reason=found.wheels.shape)
    return found
