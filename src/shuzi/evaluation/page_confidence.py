"""Fit the confidence in the numbers of photographed pages, from composed photographs that were read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from shuzi.data.dataset import Dataset
from shuzi.data.registers import Cells
from shuzi.data.strokes import Strokes
from shuzi.evaluation.line_confidence import fit_logistic, ok_from
from shuzi.reading.decide.decide_thresholds import PAGE_FEATURE, PAGE_OK
from shuzi.reading.decide.page_text import FEATURES, LineFeatures, PageScale, gather_features
from shuzi.reading.reader import Reader
from shuzi.reading.report.result import without_marks
from shuzi.reading.values import PageLine
from shuzi.synthesis.papers import by_magnitude
from shuzi.synthesis.photographs import ANY, EDGES, Conditions, Photograph, WrittenLine, compose
from shuzi.synthesis.texts import target
from shuzi.synthesis.writers import Writers

LineRead = tuple[LineFeatures, bool]
"""The features of a line that was read, and whether its digits are right."""

PHOTOGRAPHS = 1_200
"""Photographs that are read to fit the confidence, a tenth of the composed pages."""

_TEXTS = (("ten", 0.35), ("number", 0.35), ("amount", 0.1), ("date", 0.06), ("decimal", 0.1), ("time", 0.04))
_SIDES = 600, 1_600  # pixels of a photograph's longer side
_LETTERS = 14.0, 45.0  # digits are that many times lower than the photograph
_HARD = 0.25  # fraction of the photographs that are as bad as those of a training
_ON_LINE = 0.5  # of a digit's height: how far the middle of what is read may be from the middle of what is written
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


def fit_page(read: Sequence[LineRead]) -> dict[str, float]:
    """Fit the weights of the features, and the confidence from which a number is ok.

    Returns
    -------
    The numbers in the form of `PageScale.of`.

    Examples
    --------
    >>> clear, faint = (LineFeatures(raw, *[0.0] * (len(FEATURES) - 1)) for raw in (6.0, -1.0))
    >>> scale = PageScale.of(fit_page([(clear, True)] * 900 + [(faint, False), (faint, True)] * 50))
    >>> scale.confidence(clear) > 0.98, round(scale.confidence(faint), 1)
    (True, 0.5)
    """
    x = np.array([[*features, 1.0] for features, _ in read], np.float64)
    right = np.array([is_right for _, is_right in read], np.float64)
    scale = np.maximum(x.std(axis=0), 1e-6)
    scale[-1] = 1.0
    weights = fit_logistic(x / scale, right, np.zeros(x.shape[1])) / scale
    numbers = {
        PAGE_FEATURE + name: float(weight) for name, weight in zip((*FEATURES, "constant"), weights, strict=True)
    }
    told = PageScale.of(numbers | {PAGE_OK: 1.0})
    confidence = np.array([told.confidence(features) for features, _ in read])
    confidence = np.floor(confidence * _LEVELS) / _LEVELS
    return numbers | {PAGE_OK: ok_from(confidence, right.astype(np.bool_))}


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
