"""An ink map becomes boxes: connected components, joined into digits and put into reading order."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import itemgetter

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box, union

SOLID = 60
"""Ink below this is the pale edge of a stroke, or paper."""

SPECK = 0.12  # a component smaller than this fraction of the largest, in both directions, is a speck
LEAST_WRITING = 0.03  # of the picture's longer side
WRITTEN = 0.12  # of a frame's height: anything this tall inside it is writing
MOST_COMPARED = 20_000_000  # pairs: with more, what is inside the smaller hollow components is not looked for
SAME_LINE = 0.35  # of the shorter box's height: boxes that overlap vertically by this much share a line


@dataclass(frozen=True)
class Components:
    """The connected components of ink in a picture.

    Parameters
    ----------
    boxes
        int32 (k, 4): x, y, width, height.
    areas
        int32 (k,): ink pixels in each.
    specks
        int32 (m, 4): the boxes of those too small to be digits, such as points.
    """

    boxes: NDArray[np.int32]
    areas: NDArray[np.int32]
    specks: NDArray[np.int32] = field(default_factory=lambda: np.empty((0, 4), np.int32))


def components(ink: NDArray[np.uint8]) -> Components:
    """Find the connected components of ink, without ruled lines and frames around other components.

    Parameters
    ----------
    ink
        uint8 (h, w), paper 0, ink up to 255.

    Examples
    --------
    >>> ink = np.zeros((20, 40), np.uint8)
    >>> ink[2:18, 4:8] = ink[2:18, 20:24] = 255
    >>> components(ink).boxes.tolist()
    [[4, 2, 4, 16], [20, 2, 4, 16]]
    """
    count, _, stats, _ = cv2.connectedComponentsWithStats((ink >= SOLID).astype(np.uint8), connectivity=8)
    if count == 1:
        return Components(np.empty((0, 4), np.int32), np.empty(0, np.int32))
    pieces = stats[1:].astype(np.int32)
    pieces = pieces[~_printed(pieces, ink.shape)]
    longest = pieces[:, 2:4].max(axis=1)
    large = longest >= SPECK * longest.max()
    return Components(pieces[large, :4], pieces[large, 4], pieces[~large, :4])


def _printed(pieces: NDArray[np.int32], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Mark ruled lines, and frames or rings around other components; nothing if that would leave no writing."""
    x, y, width, height, area = pieces.T
    # a 1 is also such a line, but it seldom spans the picture
    lines = ((width >= 8 * height) & (width >= 0.3 * shape[1])) | (
        (height >= 8 * width) & (height >= 0.95 * shape[0])
    )
    hollow = np.flatnonzero((area < 0.1 * width * height) & ~lines)
    # a page of writing has a hundred times fewer
    hollow = hollow[np.argsort(-height[hollow], kind="stable")][: MOST_COMPARED // len(pieces)]
    for frame in hollow:
        inside = (x > x[frame]) & (y > y[frame])
        inside &= (x + width < x[frame] + width[frame]) & (y + height < y[frame] + height[frame])
        lines[frame] = bool(np.any(height[inside] >= WRITTEN * height[frame]))
    rest = np.maximum(width, height)[~lines]
    # a 1 among specks is not ruling: what remains must be large enough to be writing
    return lines if rest.size and rest.max() >= LEAST_WRITING * max(shape) else np.zeros(len(pieces), np.bool_)


def is_one_piece(ink: NDArray[np.uint8]) -> bool:
    """Tell whether all solid ink touches, across gaps of one pixel, as a thin pen leaves in a small picture.

    Parameters
    ----------
    ink
        uint8 (h, w), paper 0, ink up to 255.

    Examples
    --------
    >>> ink = np.zeros((20, 40), np.uint8)
    >>> ink[2:9, 5] = ink[10:18, 5] = 255
    >>> is_one_piece(ink)
    True
    >>> ink[2:18, 8] = 255
    >>> is_one_piece(ink)
    False
    """
    solid = cv2.dilate((ink >= SOLID).astype(np.uint8), np.ones((2, 2), np.uint8))
    return cv2.connectedComponents(solid, connectivity=8)[0] == 2  # the paper is one


def joined(boxes: NDArray[np.int32], near: float = 0.0) -> NDArray[np.int32]:
    """Join boxes that lie above each other, such as the two strokes of a 5: int32 (k, 4) becomes fewer.

    Boxes in any position are also joined if the gap between them is less than `near` times the taller one's height.

    Examples
    --------
    >>> joined(np.array([[10, 10, 20, 30], [12, 2, 22, 5], [50, 10, 5, 30]], np.int32)).tolist()
    [[10, 2, 24, 38], [50, 10, 5, 30]]
    """
    left = [box.astype(np.int64) for box in boxes]
    first = 0
    while first < len(left):
        for second in range(first + 1, len(left)):
            if _are_one_digit(left[first], left[second]) or _are_near(left[first], left[second], near):
                left[first] = union(left[first], left.pop(second))
                first = -1
                break
        first += 1
    return np.array(left, np.int32).reshape(-1, 4)


def in_reading_order(boxes: Sequence[Box]) -> list[list[int]]:
    """Group boxes into lines from top to bottom, each from left to right; return their indices.

    >>> in_reading_order([Box(30, 2, 10, 20), Box(5, 0, 10, 20), Box(8, 40, 10, 20)])
    [[1, 0], [2]]
    """
    lines: list[list[int]] = []
    starts: list[_Starts] = []
    # the bottom and the index of each line; nothing whose middle is lower reaches a line that ends above its top
    bottoms: list[tuple[float, int]] = []
    for index in sorted(range(len(boxes)), key=lambda index: boxes[index].y + boxes[index].height / 2):
        box = boxes[index]
        fitting = []
        for bottom, line in bottoms[bisect_right(bottoms, box.y, key=itemgetter(0)) :]:
            near = boxes[starts[line].nearest(box.x)]
            if _shared_height(near, box) >= SAME_LINE:
                fitting.append((abs(near.x - box.x), line, bottom))
        if fitting:
            # sloping lines also fit at their far ends, so the nearest neighbour decides
            _, line, bottom = min(fitting)
            del bottoms[bisect_left(bottoms, (bottom, line))]
        else:
            line, bottom = len(lines), box.bottom
            lines.append([])
            starts.append(_Starts())
        lines[line].append(index)
        starts[line].add(box.x, index)
        insort(bottoms, (max(bottom, box.bottom), line))
    return [sorted(line, key=lambda index: boxes[index].x + boxes[index].width / 2) for line in lines]


class _Starts:
    """The left edges of a line's boxes, in order, so that the nearest one is found without looking at all."""

    def __init__(self) -> None:
        self._edges: list[float] = []
        self._boxes: list[tuple[int, int]] = []  # the turn and the index of the box

    def add(self, x: float, index: int) -> None:
        """Add a box; of several with one left edge, the first counts."""
        at = bisect_left(self._edges, x)
        if self._edges[at : at + 1] != [x]:
            self._edges.insert(at, x)
            self._boxes.insert(at, (len(self._edges), index))

    def nearest(self, x: float) -> int:
        """Return the index of the box whose left edge is nearest; of two, the one that was added first."""
        at = bisect_left(self._edges, x)
        neighbours = range(max(0, at - 1), min(at + 1, len(self._edges)))
        return min((abs(self._edges[i] - x), *self._boxes[i]) for i in neighbours)[2]


def _shared_height(upper: Box, lower: Box) -> float:
    both = min(upper.bottom, lower.bottom) - max(upper.y, lower.y)
    return both / max(min(upper.height, lower.height), 1e-6)


def _are_one_digit(first: NDArray[np.int64], second: NDArray[np.int64]) -> bool:
    """Tell whether one box covers most of the other's width and is close to it, as strokes of one digit are."""
    across = min(first[0] + first[2], second[0] + second[2]) - max(first[0], second[0])
    if across < 0.5 * min(first[2], second[2]):
        return False
    apart = max(first[1], second[1]) - min(first[1] + first[3], second[1] + second[3])
    return bool(apart < 0.35 * max(first[3], second[3]))


def _are_near(first: NDArray[np.int64], second: NDArray[np.int64], near: float) -> bool:
    gap = np.maximum(first[:2], second[:2]) - np.minimum(first[:2] + first[2:], second[:2] + second[2:])
    return bool(gap.max() < near * max(first[3], second[3]))
