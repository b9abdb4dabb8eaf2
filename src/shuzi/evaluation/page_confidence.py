"""Fit the confidence in the numbers of photographed pages, from composed photographs that were read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from shuzi.data.dataset import Dataset
from shuzi.data.registers import Cells
from shuzi.data.strokes import Strokes
from shuzi.data.tables import Labelled
from shuzi.evaluation.line_confidence import ok_from
from shuzi.reading.decide.candidate_confidence import logit
from shuzi.reading.decide.page_text import LineFeatures, PageScale, Tree, gather_features
from shuzi.reading.reader import Reader
from shuzi.reading.recognise.hand import sigmoid_of_each
from shuzi.reading.report.result import without_marks
from shuzi.reading.values import PageLine
from shuzi.synthesis.backgrounds import by_magnitude
from shuzi.synthesis.lines.collection import Writers
from shuzi.synthesis.lines.texts import target
from shuzi.synthesis.photographs import ANY, EDGES, Conditions, Photograph, WrittenLine, compose

LineRead = tuple[LineFeatures, bool]
"""The features of a line that was read, and whether its digits are right."""

PHOTOGRAPHS = 1_200
"""Photographs that are read to fit the confidence, a tenth of the composed pages."""

_TEXTS = (("ten", 0.35), ("number", 0.35), ("amount", 0.1), ("date", 0.06), ("decimal", 0.1), ("time", 0.04))
_SIDES = 600, 1_600  # pixels of a photograph's longer side
_LETTERS = 14.0, 45.0  # digits are that many times lower than the photograph
_HARD = 0.25  # fraction of the photographs that are as bad as those of a training
_ON_LINE = 0.5  # of a digit's height: how far the middle of what is read may be from the middle of what is written
_TREES, _RATE, _LEAF = 40, 0.25, 25  # trees, how far each goes, and the fewest lines of a leaf
_QUANTILES = np.linspace(0.02, 0.98, 33)  # of a feature: where it may be asked
_PULL = 1.0  # towards no change, as strong as a line or two
_PARTS = 5  # of the lines: what is ok is told by trees that were fitted to the others
_LEVELS = 1_000  # to which confidences are rounded where `ok` begins


def read_photographs(reader: Reader, digits: Dataset, strokes: Strokes, seed: int, count: int) -> Iterator[LineRead]:
    """Compose photographs of pages, read them, and yield each number that was read.

    Parameters
    ----------
    reader
        Reads them; it has a line detector.
    digits, strokes
        Images and pen strokes that no model was trained on.
    seed
        The seed of the photographs.
    count
        How many photographs.
    """
    rng, writers = np.random.default_rng([seed, 2]), Writers(digits.images, digits.labels, strokes)
    for _ in range(count):
        side = by_magnitude(rng, *_SIDES)
        shape = round(side), round(side * rng.uniform(0.65, 0.9))
        letter = side / by_magnitude(rng, *_LETTERS)
        usual = Conditions(edge=str(rng.choice([*EDGES])), texts=_TEXTS, images=0.3, usual=True)
        hard = rng.random() < _HARD
        photo = compose(rng, writers, shape, letter, replace(ANY, texts=_TEXTS) if hard else usual)
        seen = reader.recognise(photo.grey)
        for line in seen.page:
            if (found := gather_features(line, seen)) is not None:
                outcome, features = found
                written = _written_at(line, photo)
                yield features, written is not None and without_marks(written.text) == without_marks(outcome.texts[0])


def read_cells(reader: Reader, cells: Cells) -> Iterator[LineRead]:
    """Read the cells of registers, and yield each number that was read where one is written."""
    for index in range(len(cells)):
        seen = reader.recognise(cells.picture(index))
        left, top, right, bottom = cells.boxes[index].tolist()
        for line in seen.page:
            x, y = (np.array(line.line.start) + line.line.end) / 2
            if left < x < right and top < y < bottom and (found := gather_features(line, seen)) is not None:
                outcome, features = found
                yield features, without_marks(target(cells.texts[index])) == without_marks(outcome.texts[0])


def read_pictures(reader: Reader, pictures: Iterable[Labelled]) -> Iterator[LineRead]:
    """Read pictures of one number or none, and yield each number that was read on a line of its own."""
    for picture in pictures:
        seen = reader.recognise(picture.path)
        for line in seen.page:
            if (found := gather_features(line, seen)) is not None:
                outcome, features = found
                yield features, without_marks(picture.label) == without_marks(outcome.texts[0])


def fit_page(read: Sequence[LineRead]) -> dict[str, float]:
    """Fit the weights of the features, and the confidence from which a number is ok.

    Returns
    -------
    The numbers in the form of `PageScale.of`.

    Examples
    --------
    >>> clear, faint = (LineFeatures(raw, *[0.0] * 12) for raw in (6.0, -1.0))
    >>> scale = PageScale.of(fit_page([(clear, True)] * 900 + [(faint, False), (faint, True)] * 50))
    >>> scale.confidence(clear) > 0.98, round(scale.confidence(faint), 1)
    (True, 0.5)
    """
    x = np.array([features for features, _ in read], np.float64)
    right = np.array([is_right for _, is_right in read], np.bool_)
    # what is ok is told by trees that did not learn from the line
    part = np.arange(len(read)) % _PARTS
    logits = np.zeros(len(read))
    for index in range(_PARTS):
        trees = fit_trees(x[part != index], right[part != index])
        logits[part == index] = [sum(tree.value(row) for tree in trees) for row in x[part == index].tolist()]
    confidence = np.floor(sigmoid_of_each(logits) * _LEVELS) / _LEVELS
    return PageScale(fit_trees(x, right), ok_from(confidence, right)).numbers


def fit_trees(x: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[Tree, ...]:
    """Fit trees one after the other, each to what those before it leave (J. Friedman, 2001, with Newton's steps).

    Parameters
    ----------
    x
        float64 (n, k): the features.
    right
        bool (n,): what is to be told from them.
    """
    thresholds = [(k, at) for k in range(x.shape[1]) for at in np.unique(np.quantile(x[:, k], _QUANTILES)).tolist()]
    below = np.stack([x[:, k] < at for k, at in thresholds], axis=1).astype(np.float32)
    logits, trees = np.full(len(x), logit(float(right.mean()))), list[Tree]()
    start = float(logits[0])  # is added to the first tree
    for _ in range(_TREES):
        p = sigmoid_of_each(logits)
        slopes, curves = (right - p).astype(np.float32), (p * (1 - p)).astype(np.float32)
        first = _split(below, slopes, curves, np.ones(len(x), np.bool_))
        sides = [below[:, first] > 0, below[:, first] == 0]
        questions = [first, *(_split(below, slopes, curves, side) for side in sides)]
        leaves = []
        for side, question in zip(sides, questions[1:], strict=True):
            for leaf in (side & (below[:, question] > 0), side & (below[:, question] == 0)):
                step = _RATE * float(slopes[leaf].sum() / (curves[leaf].sum() + _PULL))
                leaves.append(round(step + start, 4))
                logits[leaf] += step
        trees.append(Tree(*(value for question in questions for value in thresholds[question]), *leaves))
        start = 0.0
    return tuple(trees)


def _split(
    below: NDArray[np.float32], slopes: NDArray[np.float32], curves: NDArray[np.float32], node: NDArray[np.bool_]
) -> int:
    """Return the index of the threshold that divides a node best; both sides keep `_LEAF` lines, if any does."""
    inside = node.astype(np.float32)
    of_all = [inside * values for values in (slopes, curves)] + [inside]
    slope, curve, count = (np.stack([own @ below, own.sum() - own @ below]) for own in of_all)
    gain = (slope**2 / (curve + _PULL)).sum(axis=0)
    return int(np.argmax(np.where(count.min(axis=0) >= _LEAF, gain, -1.0)))


def _written_at(line: PageLine, photo: Photograph) -> WrittenLine | None:
    """Return what is written where a line was read; None if nothing is, or several lines are."""
    start, end = np.array(line.line.start), np.array(line.line.end)
    at = []
    for written in photo.lines:
        middle = written.corners.mean(axis=0)
        along = end - start
        position = float(np.clip((middle - start) @ along / max(float(along @ along), 1e-6), 0, 1))
        if np.hypot(*(start + position * along - middle)) < _ON_LINE * written.height:
            at.append(written)
    return at[0] if len(at) == 1 else None
