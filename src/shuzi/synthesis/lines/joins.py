"""Join digits as a fast hand does without lifting the pen: connected zeros, or strokes to the next digit."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from shuzi.models.tasks import DIGITS
from shuzi.synthesis.lines.crossings import Inks, lay_over
from shuzi.synthesis.lines.handwriting import Ink, written
from shuzi.synthesis.lines.layout import INKED
from shuzi.synthesis.lines.writers import Hand

_FAR = 0.6  # fraction of the height: a wider gap is not bridged
_STEP = 3  # points between the ends of a stroke, and its ends


def join(rng: np.random.Generator, text: str, inks: Inks, hand: Hand, zeros_only: bool) -> Inks:
    """Connect neighbouring digits with strokes.

    Parameters
    ----------
    rng
        Decides the strokes.
    text, inks
        The characters and their ink.
    hand
        Who wrote them.
    zeros_only
        Connect zeros only, at their tops; else most digits, from the right edge of one to the left edge of the next.

    Returns
    -------
    The ink with the strokes, each added to the digit that it comes from.
    """
    joined = list(inks)
    for index, (character, following) in enumerate(pairwise(text)):
        if (
            character not in DIGITS
            or following not in DIGITS
            or (zeros_only and character + following != "00")
            or rng.random() < 0.2
        ):
            continue
        start, end = (_top(inks[index]), _top(inks[index + 1])) if zeros_only else (
            _side(inks[index], right=True), _side(inks[index + 1], right=False))  # fmt: skip
        if abs(end[0] - start[0]) > (2 if zeros_only else _FAR) * hand.height:
            continue
        middle = (start + end) / 2 + np.array([0.0, rng.uniform(-0.05, 0.15) * hand.height])
        weights = np.linspace(0, 1, 2 * _STEP)[:, None]
        curve = (1 - weights) ** 2 * start + 2 * weights * (1 - weights) * middle + weights**2 * end
        ink, left, top = written([curve.astype(np.float32)], hand.pen)
        joined[index] = lay_over(joined[index], ink, int(left), int(top))
    return joined


def _top(character: tuple[Ink, int, int, bool]) -> NDArray[np.float64]:
    """Return the middle of the highest ink."""
    ink, x, y, _ = character
    rows = np.flatnonzero((ink > INKED).any(axis=1))
    row = int(rows[0]) if len(rows) else 0
    columns = np.flatnonzero(ink[row] > INKED)
    return np.array([x + (columns.mean() if len(columns) else 0.0), y + row])


def _side(character: tuple[Ink, int, int, bool], right: bool) -> NDArray[np.float64]:
    """Return the middle of the ink that is furthest to one side."""
    ink, x, y, _ = character
    columns = np.flatnonzero((ink > INKED).any(axis=0))
    column = int(columns[-1 if right else 0]) if len(columns) else 0
    rows = np.flatnonzero(ink[:, column] > INKED)
    return np.array([x + column, y + (rows.mean() if len(rows) else 0.0)])
