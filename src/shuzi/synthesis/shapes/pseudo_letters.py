"""A random generator becomes pseudo-letters: characters of no real script, whose strokes start on each other.

A network that has seen only a few alphabets takes letters of others for digits. Invented letters, no two alike, force
it to learn what digits look like (for strokes and how they connect, see Lake et al., 2015).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

_HOW_MANY = (0.14, 0.3, 0.3, 0.18, 0.08)  # probability of one stroke, two, three, ...
_ON_ANOTHER = 0.65  # fraction of strokes that start on an earlier one
_AT_AN_END = 0.5  # fraction of those that start at one of its ends
_UPRIGHT = 0.6  # fraction of straight strokes that are horizontal, vertical or at 45 degrees
_SHAKE = 0.02  # of the character's height: standard deviation of the hand's errors
_LEAST = 0.3  # minimum ratio of width to length along the principal axes; a narrower character could be a 1


def character(rng: np.random.Generator) -> list[Points]:
    """Invent a character.

    Parameters
    ----------
    rng
        The source of randomness.

    Returns
    -------
    Its strokes, each float64 (n, 2): the points that a pen passes, x before y, from 0 to 1 along the longer side.

    Examples
    --------
    >>> strokes = character(np.random.default_rng(0))
    >>> all(stroke.shape[1] == 2 and len(stroke) > 1 for stroke in strokes)
    True
    >>> float(np.concatenate(strokes).min()), float(np.ptp(np.concatenate(strokes), axis=0).max())
    (0.0, 1.0)
    """
    while True:
        count = 1 + int(rng.choice(len(_HOW_MANY), p=_HOW_MANY))
        strokes: list[Points] = []
        for _ in range(count):
            stroke = _winding(rng) if count == 1 else _KINDS[int(rng.choice(len(_KINDS), p=_OFTEN))](rng)
            strokes.append(stroke - stroke[0] + _beginning(rng, strokes))
        points = np.concatenate(strokes)
        thin, long = np.linalg.eigvalsh(np.cov(points.T))
        if thin >= _LEAST**2 * long:
            low = points.min(axis=0)
            return [(stroke - low) / np.ptp(points, axis=0).max() for stroke in strokes]


def _beginning(rng: np.random.Generator, strokes: list[Points]) -> Points:
    """Choose a starting point, on an earlier stroke or anywhere."""
    if not strokes or rng.random() >= _ON_ANOTHER:
        return np.asarray(rng.uniform(0, 1, 2))
    other = strokes[int(rng.integers(len(strokes)))]
    if rng.random() < _AT_AN_END:
        return np.asarray(other[0 if rng.random() < 0.5 else -1])
    return np.asarray(other[int(rng.integers(len(other)))])


def _straight(rng: np.random.Generator) -> Points:
    turn = rng.integers(8) * math.pi / 4 + rng.normal(0, 0.1) if rng.random() < _UPRIGHT else rng.uniform(0, 7)
    reach = rng.uniform(0.25, 1.0)
    return _through(rng, np.array([[0, 0], [math.cos(turn) * reach, math.sin(turn) * reach]]), smooth=True)


def _angular(rng: np.random.Generator) -> Points:
    """Turn sharply one or more times, as in L, Z, N or W."""
    return _through(rng, _walk(rng, int(rng.integers(2, 5)), (0.9, 2.6)), smooth=False)


def _curved(rng: np.random.Generator) -> Points:
    return _through(rng, _walk(rng, int(rng.integers(2, 5)), (0.3, 1.8)), smooth=True)


def _arc(rng: np.random.Generator) -> Points:
    turn = rng.uniform(0, 7) + np.linspace(0, rng.uniform(2, 6.8), 24) * rng.choice((-1, 1))
    return np.stack([np.cos(turn), np.sin(turn)], axis=1) * rng.uniform(0.1, 0.5, 2)


def _ring(rng: np.random.Generator) -> Points:
    turn = rng.uniform(0, 7) + np.linspace(0, 2 * math.pi, 20)
    return np.stack([np.cos(turn), np.sin(turn)], axis=1) * rng.uniform(0.05, 0.2)


def _spiral(rng: np.random.Generator) -> Points:
    radius = np.linspace(0, 1, 40)[:: int(rng.choice((-1, 1)))]
    turn = rng.uniform(0, 7) + radius * rng.uniform(7, 14) * rng.choice((-1, 1))
    return np.stack([np.cos(turn), np.sin(turn)], axis=1) * (rng.uniform(0.2, 0.5, 2) * (0.15 + radius[:, None]))


def _winding(rng: np.random.Generator) -> Points:
    """Draw a whole character in one stroke, with more turns than a digit has."""
    kind = rng.random()
    if kind < 0.3:
        return _spiral(rng)
    return _through(rng, _walk(rng, int(rng.integers(5, 9)), (0.6, 2.4)), smooth=kind < 0.7)


def _walk(rng: np.random.Generator, count: int, turns: tuple[float, float]) -> Points:
    """Take steps of different lengths, turning left or right between them."""
    turn = np.cumsum([rng.uniform(0, 7), *(rng.uniform(*turns, count - 1) * rng.choice((-1, 1), count - 1))])
    steps = np.stack([np.cos(turn), np.sin(turn)], axis=1) * rng.uniform(0.25, 0.8, (count, 1))
    return np.vstack([np.zeros((1, 2)), np.cumsum(steps, axis=0)])


def _through(rng: np.random.Generator, corners: Points, smooth: bool) -> Points:
    """Draw a slightly shaky line through points, smoothed by Chaikin's (1974) corner cutting if `smooth`."""
    middles = (corners[1:] + corners[:-1]) / 2
    line = np.insert(corners, np.arange(1, len(corners)), middles, axis=0) + rng.normal(0, _SHAKE, 2)
    line = line + rng.normal(0, _SHAKE, line.shape)
    for _ in range(3 if smooth else 0):
        near, far = 0.75 * line[:-1] + 0.25 * line[1:], 0.25 * line[:-1] + 0.75 * line[1:]
        line = np.vstack([line[:1], np.stack([near, far], axis=1).reshape(-1, 2), line[-1:]])
    return line


_KINDS: tuple[Callable[[np.random.Generator], Points], ...] = (_straight, _angular, _curved, _arc, _ring, _spiral)
_OFTEN = (0.36, 0.16, 0.22, 0.16, 0.07, 0.03)
