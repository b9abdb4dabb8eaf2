"""A table on a photograph becomes a flat picture of it, in which its lines are level and upright."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.forms.finding.tables.spacing import Settled

LEVEL = 0.006
"""The slope up to which a line is level."""

RIM = 30
"""Pixels around the flattened table."""

_FLAT, _LEAST_FLAT = 1_500, 700  # pixels of the longer side of the flattened table, at most and at least
_LONG, _MOST_POINTS = 30, 20_000  # pixels of a line that tells how lines lie, and how many of all tell it
_STEEPEST = 0.12  # pixels that such lines fall in each, at most


@dataclass(frozen=True)
class FlatTable:
    """A table that was found.

    Parameters
    ----------
    lit
        The flattened table: uint8 (h, w), paper 255.
    to_photo
        The homography from there to the photograph: float64 (3, 3).
    table
        Where its lines cross.
    is_drawn
        Whether its lines are as people draw them, so that numbers may go across.
    certain_rows, certain_columns
        Whether all of them are surely between lines.
    """

    lit: NDArray[np.uint8]
    to_photo: NDArray[np.float64]
    table: Settled
    is_drawn: bool = False
    certain_rows: bool = True
    certain_columns: bool = True


def flatten(
    grey: NDArray[np.uint8], corners: NDArray[np.float64], finest: float = math.inf
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Turn a table upright, with a margin, and return it with the homography from there to the photograph.

    Parameters
    ----------
    grey
        The photograph: uint8 (h, w).
    corners
        Of the table, clockwise from the upper left: x and y, float64 (4, 2).
    finest
        Pixels of the result to a pixel of the photograph, at most.
    """
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    wide, high = max(sides[0], sides[2]), max(sides[1], sides[3])
    longer = min(max(finest * float(max(wide, high)), _LEAST_FLAT), _FLAT)
    wide, high = (round(float(side * longer / max(wide, high))) for side in (wide, high))
    right, low = RIM + wide, RIM + high
    target = np.array([[RIM, RIM], [right, RIM], [right, low], [RIM, low]], np.float32)
    matrix = cv2.getPerspectiveTransform(target, corners.astype(np.float32))
    size = (wide + 2 * RIM, high + 2 * RIM)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    flat = cv2.warpPerspective(grey, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(flat, np.uint8), np.asarray(matrix, np.float64)


def slope_of(ink: NDArray[np.uint8]) -> float:
    """Return by how many rows most lines that are nearly level descend from column to column."""
    long = cv2.morphologyEx(np.ascontiguousarray(ink), cv2.MORPH_OPEN, np.ones((1, _LONG), np.uint8))
    y, x = np.nonzero(long)
    step = max(1, len(x) // _MOST_POINTS)
    x, y = x[::step], y[::step]
    steepest = round(_STEEPEST * ink.shape[1])
    slopes = np.arange(-steepest, steepest + 1, 4) / ink.shape[1]
    sharp = [
        (np.bincount((y - slope * x + steepest).round().astype(int) // 2) ** 2).sum() for slope in slopes.tolist()
    ]
    return float(slopes[int(np.argmax(sharp))]) if len(x) else 0.0


def rectangle_around(hull: NDArray[np.float64], matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the corners, on the photograph, of a rectangle around a hull on the plane that is mapped to there."""
    points = cv2.perspectiveTransform(hull[None], np.linalg.inv(matrix))[0]
    (left, top), (right, low) = points.min(axis=0), points.max(axis=0)
    rectangle = np.array([[left, top], [right, top], [right, low], [left, low]])
    return np.asarray(cv2.perspectiveTransform(rectangle[None], matrix)[0], np.float64)


def fans(corners: NDArray[np.float64]) -> float:
    """Return by how much the slopes of opposite sides differ, of corners (4, 2) clockwise from the upper left."""
    top, right, low, left = np.roll(corners, -1, axis=0) - corners
    rows, columns = abs(top[1] / top[0] - low[1] / low[0]), abs(right[0] / right[1] - left[0] / left[1])
    return float(max(rows, columns))


def rectangle_to(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the homography that maps an upright rectangle to corners (4, 2)."""
    left, right = corners[[0, 3], 0].mean(), corners[[1, 2], 0].mean()
    top, low = corners[[0, 1], 1].mean(), corners[[2, 3], 1].mean()
    flat = np.array([[left, top], [right, top], [right, low], [left, low]], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(flat, corners.astype(np.float32)), np.float64)
