"""The size of characters relative to digits, and how far they descend below the line."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from shuzi.models.tasks import DIGITS, MARKS

_DESCENDING = "gjpqyJQ,"

# low, middle and high values of the height relative to the digits, from UNIPEN's numbers
_SIZES: Mapping[str, tuple[float, float, float]] = {
    ".": (0.02, 0.06, 0.14),
    ",": (0.15, 0.32, 0.65),
    ":": (0.3, 0.5, 0.85),
    "-": (0.02, 0.08, 0.2),
    "/": (1.1, 1.5, 2.2),
    "(": (0.9, 1.25, 1.7),
    ")": (0.9, 1.25, 1.7),
    "[": (0.9, 1.2, 1.6),
    "]": (0.9, 1.2, 1.6),
    "+": (0.35, 0.6, 0.9),
    "×": (0.3, 0.6, 0.9),
    "=": (0.15, 0.3, 0.5),
    "*": (0.25, 0.5, 0.9),
    "^": (0.2, 0.3, 0.5),
    "<": (0.4, 0.6, 0.9),
    ">": (0.4, 0.6, 0.9),
    "°": (0.2, 0.28, 0.4),
    "✓": (0.6, 1.0, 1.6),
}


def flat_width(character: str) -> float:
    """Return the width of a character that is wider than high, relative to a dash."""
    return {"-": 1.0, "=": 1.2, "~": 1.0, "_": 1.2}.get(character, 0.25)


def relative_height(rng: np.random.Generator, character: str, seen: float) -> float:
    """Return a character's height relative to digits.

    Parameters
    ----------
    rng
        Decides where within the usual range.
    character
        The character.
    seen
        Its height in a recording, relative to digits; 0 if there is none.
    """
    low, usual, high = _SIZES.get(character, (0.6, 0.9, 1.3))
    if character.islower():
        low, usual, high = (0.75, 1.0, 1.5) if character in "bdfhkltgjpqy" else (0.4, 0.62, 0.95)
    if character in DIGITS:
        return float(np.clip(seen, 0.7, 1.4)) if seen else 1.0
    # a mark written alone rarely has the size that it has in a number
    if seen and rng.random() < (0.2 if character in MARKS else 0.7):
        return float(np.clip(seen, low, high))
    return float(np.clip(usual * math.exp(rng.normal(0, 0.2)), low, high))


def drop(rng: np.random.Generator, character: str, height: float, tall: float) -> float:
    """Return how far a character's bottom edge is below the line, in pixels.

    Parameters
    ----------
    rng
        Decides where within the usual range.
    character
        The character.
    height, tall
        The heights of a digit and of the character, in pixels.
    """
    if character in "-=~+×*<>":  # their centre lies about half a digit above the line
        middle = rng.normal(0.75, 0.12) if character == "*" and rng.random() < 0.5 else rng.normal(0.45, 0.12)
        return float(tall / 2 - middle * height)
    if character in "^°":
        return float(tall - rng.normal(1.0, 0.08) * height)
    if character in "/([{)]}":
        return float(max(0.0, tall - height) * rng.uniform(0.2, 0.8))
    if character == ":":
        return float(-rng.uniform(0.0, 0.25) * height)
    if character == ",":
        return float(tall * rng.uniform(0.2, 1.0))
    if character in _DESCENDING:
        return float(0.3 * tall)
    if character == ".":
        return float(rng.normal(0, 0.06) * height)
    return 0.0
