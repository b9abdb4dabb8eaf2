"""Pen strokes become ink, with any pen, at any size; images of digits become fields from which any pen redraws them.

A distance field tells how far every pixel is from the centre line of the nearest stroke. MNIST's strokes are all
about equally thick; those of a mouse, a ballpoint pen or a brush are not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink import normalize
from shuzi.ink.paper import Pixels

FINE = 2
"""Pixels of a distance field per pixel of the image."""

UNIT = 16
"""The value in a field that stands for a distance of one image pixel."""

SIDE, DIGIT = FINE * normalize.SIDE, FINE * normalize.LONGER
"""The side of an image's distance field, and the longer side of a digit in it, in pixels."""

COVERED = 0.3
"""Of full ink: pixels with more are inside a character's box."""

INKED = int(255 * COVERED)
"""The same in levels of 8 bits."""

_PIECE = 2_000  # images thinned at once: 6 MB per array

Ink = NDArray[np.uint8]
"""(h, w), 255 for full coverage."""

Coverage = NDArray[np.float32]
"""The fraction of each pixel covered by ink: (h, w)."""

Line = NDArray[np.float32]
"""The points of a stroke: (k, 2), x to the right and y down."""

Pair = Sequence[float] | NDArray[np.float64]
"""x and y, or width and height, in pixels."""

SHIFT = 3  # fractional bits of a pixel in the points that OpenCV draws
_FINE = 3  # oversampling in both directions
_LIMIT = 1_500  # of a character's longer side, in pixels


def distance_fields(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return how far pixels are from a stroke's centre line: uint8 (n, 56, 56), in sixteenths of an image pixel."""
    fields = np.empty((len(images), SIDE, SIDE), np.uint8)
    for start in range(0, len(images), _PIECE):
        piece = images[start : start + _PIECE]
        fine = np.stack([cv2.resize(image, None, fx=FINE, fy=FINE, interpolation=cv2.INTER_CUBIC) for image in piece])
        for index, line in enumerate(thinned(fine > 127)):
            if not line.any():
                fields[start + index] = 255
                continue
            distance = cv2.distanceTransform((~line).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
            fields[start + index] = np.minimum(np.rint(distance * (UNIT / FINE)), 255)
    return fields


def thinned(shapes: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Thin shapes, bool (n, h, w), to lines one pixel wide, connected as they were (Zhang and Suen, 1984)."""
    now = np.pad(shapes, ((0, 0), (1, 1), (1, 1)))
    changing = np.arange(len(now))
    while len(changing):
        part = now[changing]
        before = part.copy()
        for first in (True, False):
            part[:, 1:-1, 1:-1] &= ~_removable(part, first)
        now[changing] = part
        changing = changing[(part != before).any(axis=(1, 2))]
    return np.asarray(now[:, 1:-1, 1:-1])


def _removable(shapes: NDArray[np.bool_], first: bool) -> NDArray[np.bool_]:
    """Find the edge pixels that can be removed in one of the two halves of a pass."""
    n, s = shapes[:, :-2, 1:-1], shapes[:, 2:, 1:-1]
    w, e = shapes[:, 1:-1, :-2], shapes[:, 1:-1, 2:]
    nw, ne = shapes[:, :-2, :-2], shapes[:, :-2, 2:]
    sw, se = shapes[:, 2:, :-2], shapes[:, 2:, 2:]
    around = (n, ne, e, se, s, sw, w, nw)
    neighbours = np.zeros(n.shape, np.uint8)
    turns = np.zeros(n.shape, np.uint8)
    for this, following in zip(around, (*around[1:], n), strict=True):
        neighbours += this
        turns += ~this & following
    open_side = ~(n & e & s) & ~(e & s & w) if first else ~(n & e & w) & ~(n & s & w)
    removable = (neighbours >= 2) & (neighbours <= 6) & (turns == 1) & open_side
    # otherwise all four pixels of an isolated square would be removed at once
    three = np.pad(shapes[:, 1:-1, 1:-1] & (neighbours == 3), ((0, 0), (0, 1), (0, 1)))
    removable &= ~(three[:, :-1, :-1] & three[:, :-1, 1:] & three[:, 1:, :-1] & three[:, 1:, 1:])
    return np.asarray(removable)


@dataclass(frozen=True)
class Pen:
    """A pen."""

    width: float  # the greatest width of its line, in pixels
    nib: float = 1.0  # the smallest width as a fraction of the greatest: 1 is a round tip, less a broad nib
    angle: float = 0.0  # of a broad nib, in radians


def written(strokes: Sequence[Line], pen: Pen) -> tuple[Ink, float, float]:
    """Draw strokes with a pen: return the ink, uint8 (h, w), and the position of its left and top edges."""
    points = np.concatenate(strokes)
    rim = math.ceil(pen.width / 2) + 1
    low, high = np.floor(points.min(axis=0)) - rim, np.ceil(points.max(axis=0)) + rim
    wide, tall = (int(side) for side in np.clip(high - low, 2, _LIMIT))
    sheet = np.zeros((tall * _FINE, wide * _FINE), np.uint8)
    fine = [fixed((stroke - low) * _FINE - 0.5) for stroke in strokes]
    fine = [np.repeat(stroke, 2, axis=0) if len(stroke) == 1 else stroke for stroke in fine]
    thin = pen.width * pen.nib * _FINE
    # OpenCV draws lines an odd number of pixels wide; an even thickness gets one more
    thickness = max(1, 2 * round((thin - 1) / 2))
    level = 255 if thin >= 1 else max(60, round(255 * thin))
    cv2.polylines(sheet, fine, False, level, thickness, cv2.LINE_8, SHIFT)
    reach = pen.width * (1 - pen.nib) * _FINE / 2
    if reach >= 0.5:
        for offset in np.linspace(-1, 1, 2 * math.ceil(reach / max(thickness, 1)) + 2):
            move = np.rint(offset * reach * np.array([math.cos(pen.angle), math.sin(pen.angle)]) * 2**SHIFT)
            moved = [stroke + move.astype(np.int32) for stroke in fine]
            cv2.polylines(sheet, moved, False, level, thickness, cv2.LINE_8, SHIFT)
    ink = np.asarray(cv2.resize(sheet, (wide, tall), interpolation=cv2.INTER_AREA), np.uint8)
    return ink, int(low[0]), int(low[1])


def fixed(points: NDArray[Any]) -> NDArray[np.int32]:
    """Return points (n, 2) as OpenCV draws them, in fractions of a pixel: int32 (n, 1, 2)."""
    return np.asarray(np.rint(points * 2**SHIFT), np.int32).reshape(-1, 1, 2)


def draw(background: Coverage, points: NDArray[np.float64], pen: float) -> None:
    """Draw through points (n, 2), x before y; a pen thinner than a pixel leaves a paler line."""
    drawn = np.zeros(background.shape, np.uint8)  # OpenCV antialiases lines only in 8 bits
    cv2.polylines(drawn, [fixed(points)], False, min(255, round(255 * pen)), max(1, round(pen)), cv2.LINE_AA, SHIFT)
    np.maximum(background, drawn / np.float32(255), out=background)


def ink_box(ink: NDArray[Any], above: float = INKED) -> tuple[int, int, int, int]:
    """Return the x, y, width and height of the pixels above a level of ink (h, w); all are 0 if there are none."""
    x, y, wide, high = cv2.boundingRect((ink > above).astype(np.uint8))
    return x, y, wide, high


def ring(
    picture: NDArray[Any], middle: Pair, axes: Pair, turn: float, end: float, level: float, thickness: int
) -> None:
    """Draw an ellipse from 0 to `end` degrees, turned by `turn` degrees; a thickness of -1 fills it.

    The middle (x, y) and the half axes are in pixels, without their fractions.
    """
    (x, y), (wide, high) = middle, axes
    cv2.ellipse(picture, (int(x), int(y)), (int(wide), int(high)), turn, 0, end, level, thickness, cv2.LINE_AA)


def turned_box(middle: Pair, size: Pair, turn: float) -> NDArray[np.int32]:
    """Return the corners, int32 (4, 2), of a box with a middle (x, y) and a size in pixels, turned by degrees."""
    (x, y), (wide, high) = middle, size
    return np.rint(cv2.boxPoints(((float(x), float(y)), (float(wide), float(high)), turn))).astype(np.int32)


def tight(ink: NDArray[Pixels], above: float = INKED) -> NDArray[Pixels]:
    """Crop ink (h, w) to its pixels above a level; empty if there are none."""
    x, y, wide, high = ink_box(ink, above)
    return ink[y : y + high, x : x + wide]


def lay(sheet: NDArray[Pixels], ink: NDArray[Pixels], x: int, y: int) -> tuple[NDArray[Pixels], int, int]:
    """Lay ink on a sheet, with its top left corner at x, y in pixels; return the part on the sheet and its corner."""
    height, width = sheet.shape
    top, left = min(max(0, y), height), min(max(0, x), width)
    bottom, right = max(top, min(height, y + len(ink))), max(left, min(width, x + ink.shape[1]))
    part = ink[top - y : bottom - y, left - x : right - x]
    np.maximum(sheet[top:bottom, left:right], part, out=sheet[top:bottom, left:right])
    return part, left, top


def hurried(strokes: Sequence[Line], reach: float) -> list[Line]:
    """Round the corners of strokes, as a fast hand does: each point becomes the mean of those around it."""
    return [_hurried(stroke, reach) for stroke in strokes]


def _hurried(stroke: Line, reach: float) -> Line:
    lengths = np.hypot(*np.diff(stroke, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    if len(stroke) < 3 or along[-1] < 2 * reach:
        return stroke
    count = int(np.clip(2 * along[-1] / reach, 8, 200))
    distances, spacing = np.linspace(0, along[-1], count), along[-1] / (count - 1)
    points = np.stack([np.interp(distances, along, coordinates) for coordinates in stroke.T], axis=1)
    half = max(1, round(2.5 * reach / spacing))
    weights = np.exp(-0.5 * (np.arange(-half, half + 1) * spacing / reach) ** 2)
    # reflecting the stroke at its ends keeps them in place
    before, after = 2 * points[0] - points[half:0:-1], 2 * points[-1] - points[-2 : -half - 2 : -1]
    wide = np.concatenate([before, points, after])
    even = np.stack([np.convolve(coordinates, weights / weights.sum(), "valid") for coordinates in wide.T], axis=1)
    return even.astype(np.float32)


def shaken(rng: np.random.Generator, strokes: Sequence[Line], reach: float) -> list[Line]:
    """Vary strokes like a hand that never writes the same twice: points move a little, neighbours similarly."""
    points = np.concatenate(strokes)
    low, size = points.min(axis=0), float(max(np.ptp(points, axis=0).max(), 1e-3))
    waves = rng.normal(0, 3.0, (2, 2, 2))
    phases, tall = rng.uniform(0, 2 * math.pi, (2, 2)), rng.normal(0, reach, (2, 2))
    moved = []
    for stroke in strokes:
        position = (stroke - low) / size
        turns = position @ waves.reshape(2, 4) + phases.ravel()
        moved.append((stroke + (np.sin(turns) * tall.ravel()).reshape(-1, 2, 2).sum(axis=1)).astype(np.float32))
    return moved


def leaning(scale: float, turn: float, wide: float, slant: float) -> NDArray[np.float64]:
    """Return the matrix that widens and slants a shape, turns it by an angle in radians and scales it: (2, 2)."""
    return np.asarray(scale * rotation(turn) @ np.array([[wide, -slant], [0, 1]]))


def rotation(turn: float) -> NDArray[np.float64]:
    """Return the matrix (2, 2) that turns points (x, y) by an angle in radians, clockwise as y points down."""
    return np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])


def framed(matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """Return the affine matrix (2, 3) from a distance field to its frame, and the width and height of the frame."""
    middle = (SIDE / 2, SIDE / 2)
    reach = np.abs(matrix) @ middle
    size = (max(3, math.ceil(2 * reach[0])), max(3, math.ceil(2 * reach[1])))
    return np.column_stack([matrix, np.array(size) / 2 - matrix @ middle]), size


def ink_of_field(
    field: NDArray[np.uint8], matrix: NDArray[np.float64], stray: Coverage, scale: float, pen: float
) -> Coverage:
    """Draw the lines of a field (56, 56) in its frame with a pen of a width in pixels: float32 (h, w), 0 to 1.

    The matrix (2, 3) is that of `framed`, which enlarges `scale` times; `stray`, float32 (h, w, 2), displaces pixels.
    """
    distance = _carried(field, matrix, 255, stray) * (scale * FINE / UNIT)
    return np.asarray(np.clip(max(pen, 1.0) / 2 - distance + 0.5, 0, 1), np.float32)


def ink_of_image(
    image: NDArray[np.uint8], matrix: NDArray[np.float64], stray: Coverage, scale: float, threshold: float
) -> Coverage:
    """Draw an image (28, 28) in its frame, as `ink_of_field` does, with its own strokes: ink above a threshold."""
    fine = np.asarray(cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC), np.uint8)
    soft = max(0.12, 0.05 / scale)
    ink = np.clip((_carried(fine, matrix, 0, stray) / 255 - threshold) / soft + 0.5, 0, 1)
    return np.asarray(ink, np.float32)


def _carried(field: NDArray[np.uint8], matrix: NDArray[np.float64], rim: int, stray: Coverage) -> Coverage:
    """Transform a field to its position on the page, filled with `rim` outside."""
    back = cv2.invertAffineTransform(matrix).astype(np.float32)
    rows, columns = np.indices(stray.shape[:2], np.float32)
    x, y = columns + stray[..., 0], rows + stray[..., 1]
    from_x, from_y = (row[0] * x + row[1] * y + row[2] for row in back)
    constant = cv2.BORDER_CONSTANT
    carried = cv2.remap(field, from_x, from_y, cv2.INTER_LINEAR, borderMode=constant, borderValue=float(rim))
    return np.asarray(carried, np.float32)
