"""An image of a digit becomes pen strokes: its centre line, traced from end to end."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.synthesis.pen import thinned

FINE = 6
"""Pixels of the thinned shape per pixel of the image: a hand is finer than 28x28."""

_APART = 20  # fine pixels between two points of the pen
_SPUR = 10  # shorter strokes are spurs left by thinning, not handwriting
_AROUND = ((0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, -1), (-1, 1))  # straight neighbours first

Place = tuple[int, int]
Stroke = list[tuple[float, float]]


def strokes_of(image: NDArray[np.uint8]) -> list[Stroke]:
    """Turn an image into strokes of a pen.

    Parameters
    ----------
    image
        uint8 (28, 28), ink 255.

    Returns
    -------
    The points (x, y) of each stroke, in pixels of the image.

    Examples
    --------
    >>> image = np.zeros((28, 28), np.uint8)
    >>> image[4:24, 12:15] = 255
    >>> (stroke,) = strokes_of(image)
    >>> all(12 < x < 15 for x, _ in stroke), sorted(round(y) // 8 for _, y in (stroke[0], stroke[-1]))
    (True, [0, 2])
    """
    fine = cv2.resize(image, None, fx=FINE, fy=FINE, interpolation=cv2.INTER_CUBIC)
    (line,) = thinned(np.pad(fine > 127, 1)[None])
    left = {(int(x), int(y)) for y, x in np.argwhere(line)}
    whole = frozenset(left)
    strokes = []
    while left:
        stroke = _walk(_beginning(left, whole), left, whole)
        if len(stroke) > _SPUR or not strokes:
            strokes.append([((x - 0.5) / FINE, (y - 0.5) / FINE) for x, y in _sparse(stroke)])
    return strokes


def _near(place: Place, places: set[Place] | frozenset[Place]) -> list[Place]:
    return [near for across, down in _AROUND if (near := (place[0] + across, place[1] + down)) in places]


def _beginning(left: set[Place], whole: frozenset[Place]) -> Place:
    """Start at the end of a line, else where a line leaves older strokes, else anywhere; the highest such point."""

    def rank(place: Place) -> tuple[bool, bool, int]:
        isolated = len(_near(place, left)) <= 1
        joins = any(near not in left for near in _near(place, whole))
        return not (isolated and not joins), not joins, place[1]

    return min(left, key=rank)


def _walk(start: Place, left: set[Place], whole: frozenset[Place]) -> list[Place]:
    """Continue as straight as possible to the end; join a loop or a branch to whatever it meets."""
    stroke = [near for near in _near(start, whole) if near not in left][:1]
    here: Place | None = start
    while here is not None:
        left.discard(here)
        stroke.append(here)
        before = stroke[-min(len(stroke), 8)]
        heading = (here[0] - before[0], here[1] - before[1])
        options = _near(here, left)
        here = max(options, key=lambda to: _straightness(stroke[-1], to, heading)) if options else None
    behind = set(stroke[-4:])
    met = [near for near in _near(stroke[-1], whole) if near not in behind]
    return stroke + met[:1]


def _straightness(here: Place, to: Place, heading: tuple[int, int]) -> float:
    across, down = to[0] - here[0], to[1] - here[1]
    return (across * heading[0] + down * heading[1]) / float(np.hypot(across, down))


def _sparse(stroke: list[Place]) -> list[Place]:
    return [*stroke[:-1:_APART], stroke[-1]]
