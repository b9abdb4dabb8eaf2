"""A photograph becomes the place of a sheet without markers on it, by comparison with the blank form.

Features (ORB) that both have give a first place; then blocks of the form are sought around it, which makes it exact
and shows how much of the form is really there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import DataError, PictureError
from shuzi.forms.finding.flat import PAPER, SCALE, flatten, in_photo
from shuzi.ink.boxes import Box
from shuzi.ink.resize import resize
from shuzi.pictures.open import open_picture

_COMPARED = 5.0  # pixels of the blank form to a millimetre when its features are found
_SEARCHED = 1_700  # pixels of a photograph's longer side, at which a sheet that fills it has about as many
_FEATURES, _DISTINCT = 6_000, 0.85  # features of a picture; how much nearer the best match is than the next
_LEAST_MATCHES = 15
_STRAY = 4.0  # pixels that a match may lie off the plane: paper bends
_HALF = 2  # blocks are compared on pictures of half the size
_BLOCK, _STEP = 12.0, 8.0  # millimetres of a block that is compared, and from one to the next
_REACH = (6.0, 2.5)  # millimetres that a block is sought around its place, at first and again
_WIDTHS = (3.0, 2.0, 1.5, 1.0, 0.7, 0.7)  # millimetres off the plane from which a block counts less, round by round
_CORNERED = 60.0  # grey levels: how much a block must differ from itself moved in any direction
_ALIKE = 0.5  # the correlation from which a block is there
_AWAY = 2.0  # millimetres that a block may lie off the plane
_RIM = 1.5  # millimetres from the edge of a field to where only writing is
_LEAST_ALIKE = 0.5  # of the blocks
_LEAST_BLOCKS = 12

Homography = NDArray[np.float64]


class Blank:
    """A blank form, with which filled sheets are compared.

    Parameters
    ----------
    flat
        Its picture, flat, upright and evenly lit, 8 pixels to a millimetre: uint8 (8 * height, 8 * width).
    size
        Width and height of the paper in millimetres.
    boxes
        Those of its fields, in millimetres: what is written in them says nothing of whether it is this form.
    """

    def __init__(self, flat: NDArray[np.uint8], size: tuple[float, float], boxes: Sequence[Box] = ()) -> None:
        self.flat, self.size = flat, size
        self._inside = [
            Box(*(side * SCALE / _HALF for side in box)).pixels(rim=-_RIM * SCALE / _HALF) for box in boxes
        ]
        self._points, self._features = _features(resize(flat, _COMPARED / SCALE))
        self._small = _smaller(flat)
        self._blocks = _cornered(self._small)

    @staticmethod
    def of(picture: bytes, size: tuple[float, float], boxes: Sequence[Box] = ()) -> Blank:
        """Open the picture that is kept beside a spec.

        Raises
        ------
        DataError
            It is no picture, has not the size that the spec says, or shows too little.
        """
        try:
            flat = open_picture(picture)
        except PictureError as problem:
            raise DataError("error.spec.blank", reason=problem) from problem
        wanted = tuple(round(side * SCALE) for side in reversed(size))
        if flat.shape != wanted:
            raise DataError("error.spec.blank_size", width=wanted[1], height=wanted[0])
        found = Blank(flat, size, boxes)
        if not found.distinct:
            raise DataError("error.trace.empty")
        return found

    @property
    def distinct(self) -> bool:
        """Whether so much is printed on it that sheets can be recognised."""
        return len(self._points) >= 4 * _LEAST_MATCHES and len(self._blocks) >= _LEAST_BLOCKS

    def find(self, grey: NDArray[np.uint8], name: str) -> Homography:
        """Find the form on a photograph, at any angle and either way up.

        Parameters
        ----------
        grey
            uint8 (h, w).
        name
            Of the photograph, for errors.

        Returns
        -------
        The homography from millimetres of the paper to pixels: float64 (3, 3).

        Raises
        ------
        PictureError
            The form is not on the photograph, or does not fit well enough to trust the places of its fields.
        """
        homography = self._rough(grey)
        if homography is None:
            raise PictureError("error.form.no_blank", path=name)
        alike = 0.0
        for reach in _REACH:
            there = _smaller(flatten(grey, homography, self.size, name))
            if reach < max(_REACH):  # the fields lie where they should
                self._empty(there)
            homography, alike = self._fitted(there, homography, reach)
        if alike < _LEAST_ALIKE:
            raise PictureError("error.form.poor_fit", path=name, found=alike)
        return homography

    def _rough(self, grey: NDArray[np.uint8]) -> Homography | None:
        """Return the homography that most features agree on; None if too few do."""
        scale = min(1.0, _SEARCHED / max(grey.shape))
        small = resize(grey, scale)
        points, features = _features(small)
        if len(points) < _LEAST_MATCHES:
            return None
        pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(self._features, features, k=2)
        best = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < _DISTINCT * pair[1].distance]
        if len(best) < _LEAST_MATCHES:
            return None
        paper = self._points[[match.queryIdx for match in best]] / _COMPARED
        pixels = points[[match.trainIdx for match in best]] / (small.shape[1] / grey.shape[1])
        stray = _STRAY * grey.shape[1] / small.shape[1]
        cv2.setRNGSeed(0)  # the same photograph gives the same place
        found: Any = cv2.findHomography(paper, pixels, cv2.USAC_MAGSAC, stray, maxIters=5_000, confidence=0.999)
        homography, agree = found
        if homography is None or int(agree.sum()) < _LEAST_MATCHES:
            return None
        return np.asarray(homography, np.float64) if self._possible(homography, grey.shape) else None

    def _possible(self, homography: Homography, shape: tuple[int, ...]) -> bool:
        """Tell whether a sheet can lie so: seen from above, convex, and neither tiny nor far outside the picture."""
        wide, high = self.size
        corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float64)
        depth = np.column_stack([corners, np.ones(4)]) @ homography[2]
        if not (depth.min() > 0 or depth.max() < 0):
            return False
        seen = in_photo(homography, corners).astype(np.float32)
        area = cv2.contourArea(seen, oriented=True)
        return bool(cv2.isContourConvex(seen) and 0.02 < area / (shape[0] * shape[1]) < 4)

    def _empty(self, there: NDArray[np.uint8]) -> None:
        """Take out what is written inside of fields, in place."""
        for inside in self._inside:
            there[inside] = PAPER

    def _fitted(self, there: NDArray[np.uint8], homography: Homography, reach: float) -> tuple[Homography, float]:
        """Move a homography so that blocks of the form lie where they should; return which fraction does."""
        scale = SCALE / _HALF
        side, margin = round(_BLOCK * scale), round(reach * scale)
        padded = cv2.copyMakeBorder(there, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
        moved, alike = [], []
        for x, y in self._blocks:
            block = self._small[y : y + side, x : x + side]
            around = padded[y : y + side + 2 * margin, x : x + side + 2 * margin]
            likeness = cv2.matchTemplate(around, block, cv2.TM_CCOEFF_NORMED)
            _, peak, _, (right, down) = cv2.minMaxLoc(likeness)
            alike.append(peak)
            moved.append((right - margin, down - margin))
        centres = (np.array(self._blocks, np.float64) + side / 2) / scale
        shifts = np.array(moved, np.float64) / scale
        seen = np.array(alike) >= _ALIKE
        if seen.sum() < _LEAST_BLOCKS:
            return homography, 0.0
        correction = _agreed(centres[seen], shifts[seen])
        away = np.linalg.norm(in_photo(correction, centres) - centres - shifts, axis=1)
        return homography @ correction, float((seen & (away <= _AWAY)).mean())


def _agreed(points: NDArray[np.float64], shifts: NDArray[np.float64]) -> Homography:
    """Return the homography that moves points, (n, 2) in millimetres, as most of them say; few may be far off."""
    moved, correction = np.tile(np.median(shifts, axis=0), (len(points), 1)), np.eye(3)
    for width in _WIDTHS:
        away = np.linalg.norm(shifts - moved, axis=1)
        spread = max(width, float(np.median(away)))
        correction = _weighted(points, points + shifts, 1 / (1 + (away / spread) ** 4))
        moved = in_photo(correction, points) - points
    return correction


def _weighted(before: NDArray[np.float64], after: NDArray[np.float64], weights: NDArray[np.float64]) -> Homography:
    """Fit a homography by least squares with weights: the direct linear transform, around the points' middle."""
    middle, scale = before.mean(axis=0), float(before.std())
    (x, y), (u, v) = ((before - middle) / scale).T, ((after - middle) / scale).T
    one, zero = np.ones_like(x), np.zeros_like(x)
    rows = np.concatenate(
        [
            np.stack([x, y, one, zero, zero, zero, -u * x, -u * y], axis=1),
            np.stack([zero, zero, zero, x, y, one, -v * x, -v * y], axis=1),
        ]
    )
    known = rows * np.tile(weights, 2)[:, None]
    found = np.linalg.solve(known.T @ rows + 1e-9 * np.eye(8), known.T @ np.concatenate([u, v]))
    there = np.array([[1 / scale, 0, -middle[0] / scale], [0, 1 / scale, -middle[1] / scale], [0, 0, 1]])
    return np.asarray(np.linalg.inv(there) @ np.append(found, 1.0).reshape(3, 3) @ there)


def _features(grey: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Return ORB features: their points, float64 (n, 2), and descriptors, uint8 (n, 32)."""
    found: Any = cv2.ORB.create(_FEATURES, fastThreshold=10).detectAndCompute(grey, None)
    points, features = found
    if features is None:
        return np.zeros((0, 2)), np.zeros((0, 32), np.uint8)
    return np.array([point.pt for point in points], np.float64), np.asarray(features, np.uint8)


def _smaller(flat: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.GaussianBlur(resize(flat, 1 / _HALF), (0, 0), 1.0), np.uint8)


def _cornered(small: NDArray[np.uint8]) -> list[tuple[int, int]]:
    """Return the upper left corners of blocks whose place is certain in both directions: not paper, not one line."""
    side, step = (round(length * SCALE / _HALF) for length in (_BLOCK, _STEP))
    along_x = cv2.Sobel(small, cv2.CV_32F, 1, 0) / 4
    along_y = cv2.Sobel(small, cv2.CV_32F, 0, 1) / 4
    found = []
    for y in range(0, small.shape[0] - side + 1, step):
        for x in range(0, small.shape[1] - side + 1, step):
            part = slice(y, y + side), slice(x, x + side)
            dx, dy = along_x[part], along_y[part]
            xx, yy, xy = (dx * dx).mean(), (dy * dy).mean(), (dx * dy).mean()
            least = (xx + yy) / 2 - np.hypot((xx - yy) / 2, xy)
            if least >= _CORNERED:
                found.append((x, y))
    return found
