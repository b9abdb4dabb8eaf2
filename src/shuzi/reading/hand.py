"""A few corrected digits of one person change how that person's digits are read, at once and without training.

A corrected digit says what is right, and by how much its logit must rise above that of a wrong answer. Where that
answer is given for a digit that looks alike, both to the network's last hidden layer and pixel by pixel, the logit
rises too, the more alike the more. So an answer is overruled only where it is not much surer than it was for the
digit that a person corrected, and doubted only where it nearly is; all else stays as it is, and `ok` if it was. The
hidden layer alone would not do: to a network that takes a 1 for a 7, it looks like all 7s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shuzi.data.dataset import MAX_EXAMPLES, Dataset
from shuzi.errors import DataError
from shuzi.models.tasks import DIGITS
from shuzi.reading.classifier import Classifier
from shuzi.reading.outcome import choose_text, weigh_texts
from shuzi.reading.recogniser import score_texts
from shuzi.reading.thresholds import (
    BLUR_KERNEL,
    DIGITS_COMPARED_AT_ONCE,
    FAINT_SIMILARITY,
    MAX_LOGIT_OF_ALIKE,
    MIN_LOGGED_PROBABILITY,
    MIN_LOGIT,
    SAME_INK_LOGIT,
    SAME_INK_SIMILARITY,
)
from shuzi.reading.values import Adjustment, Findings, LineTexts, Weights


@dataclass(frozen=True)
class Looks:
    """How digits look."""

    features: NDArray[np.float32]  # the network's last hidden layer, of length 1: float32 (n, k)
    shapes: NDArray[np.float32]  # their blurred pixels less the mean, of length 1: float32 (n, 784)
    logs: NDArray[np.float64]  # the logs of the network's probabilities: float64 (n, 10)

    @staticmethod
    def of(images: NDArray[np.uint8], features: NDArray[np.float32], probabilities: NDArray[np.float32]) -> Looks:
        """Look at images (n, 28, 28) of which features (n, k) and probabilities (n, 10) are known."""
        logs = np.log(np.maximum(probabilities.astype(np.float64), MIN_LOGGED_PROBABILITY))
        return Looks(_normalise(features), _normalise(_blur(images)), logs)

    def at(self, indices: Sequence[int] | NDArray[np.intp]) -> Looks:
        """Return how some of them look."""
        return Looks(self.features[indices], self.shapes[indices], self.logs[indices])


@dataclass(frozen=True)
class Examples:
    """Corrected digits."""

    looks: Looks  # how they look
    labels: NDArray[np.int64]  # what they are: int64 (m,)

    @staticmethod
    def of(classifier: Classifier, examples: Dataset) -> Examples:
        """Look at corrected digits with the network."""
        probabilities, _, features = classifier.classify_with_features(examples.images)
        looks = Looks.of(examples.images, features, probabilities)
        return Examples(looks, examples.labels.astype(np.int64))


def _normalise(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return vectors (n, k) of length 1."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6), np.float32)


def _blur(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Blur images (n, 28, 28), subtract the mean of each, and return them as float32 (n, 784)."""
    rim = len(BLUR_KERNEL) // 2
    padded = np.pad(images.astype(np.float32), ((0, 0), (rim, rim), (rim, rim)))
    side = images.shape[1]
    across = np.sum([weight * padded[:, :, i : i + side] for i, weight in enumerate(BLUR_KERNEL)], axis=0)
    down = np.sum([weight * across[:, i : i + side] for i, weight in enumerate(BLUR_KERNEL)], axis=0)
    flat = np.asarray(down, np.float32).reshape(len(images), side * side)
    return np.asarray(flat - flat.mean(axis=1, keepdims=True), np.float32)


@dataclass(frozen=True)
class Blend:
    """How much corrected digits count; chosen on UNIPEN's writers with even numbers (benchmarks/hand.py)."""

    # the cosine of the last hidden layers from which a corrected digit counts half, and the change in which it
    # comes to count
    near: float = 0.40
    width: float = 0.05
    # the same of the blurred pixels
    shape: float = 0.55
    shape_width: float = 0.03
    # the logit by which the right answer rises above the wrong one for the corrected digit itself
    margin: float = 2.0
    # the limit of this rise: however sure the network was of a wrong answer, what it is surer of elsewhere stays
    max_rise: float = 8.0


ALONE = Blend()
"""How much they count for a single digit."""

IN_NUMBERS = Blend(near=0.70, shape=0.70, margin=2.0, max_rise=12.0)
"""How much they count in whole numbers, where neighbours and the line recogniser speak too: there, what is less alike
makes more readings wrong than right (benchmarks/hand_numbers.py)."""


class Correction(NamedTuple):
    """The evidence of corrected digits about a digit."""

    digit: int  # what it is rather than the answer
    alike: float  # how much the corrected digit counts, 0 to 1
    logit: float  # the log of how much more probable it is than the answer


class CorrectedClassifier(Classifier):
    """A classifier that also knows corrected digits of one person.

    It is used like the one without them, `uncorrected`, which must output its features (ModelError). Too many
    examples are a DataError.
    """

    def __init__(self, classifier: Classifier, examples: Dataset) -> None:
        if len(examples) > MAX_EXAMPLES:
            raise DataError("error.hand.many", n=len(examples), max=MAX_EXAMPLES)
        vars(self).update(vars(classifier))  # the same loaded model
        self.uncorrected: Classifier = (
            classifier.uncorrected if isinstance(classifier, CorrectedClassifier) else classifier
        )
        # what the classifier knew before does not count
        self._examples = Examples.of(self.uncorrected, examples) if len(examples) else None

    def classify_or_reject(self, images: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the probabilities (n, 10), and for each image the probability that it is a digit: float32 (n,)."""
        if self._examples is None:
            return super().classify_or_reject(images)
        probabilities, is_digit, features = self.classify_with_features(images)
        looks = Looks.of(images, features, probabilities)
        return apply_corrections(probabilities, is_digit, looks, self._examples, ALONE)

    def corrections(self, images: NDArray[np.uint8], answers: Sequence[int]) -> list[Correction | None]:
        """Return the correction of each answer about images (n, 28, 28); None where no example contradicts it."""
        if self._examples is None or not len(images):
            return [None] * len(images)
        probabilities, _, features = self.classify_with_features(images)
        looks = Looks.of(images, features, probabilities)
        return find_corrections(looks, np.array(answers, np.int64), self._examples, IN_NUMBERS)


def find_corrections(
    looks: Looks, answers: NDArray[np.int64], examples: Examples, blend: Blend
) -> list[Correction | None]:
    """Return for each of n digits what it is rather than its answer; None where nothing speaks against that.

    An example speaks against an answer that the network prefers to its label, or against any other if the network
    reads the example correctly: then somebody else had misread it. It says nothing where an example that is labelled
    with the answer is as much alike.

    Examples
    --------
    >>> side = np.zeros((1, 28, 28), np.uint8)
    >>> side[0, 4:24, 13:15] = 255
    >>> taken_for_7 = np.full((1, 10), 0.01, np.float32)
    >>> taken_for_7[0, 7] = 0.91
    >>> looks = Looks.of(side, np.ones((1, 4), np.float32), taken_for_7)
    >>> examples = Examples(looks, np.array([1]))
    >>> [find_corrections(looks, np.array([answer]), examples, Blend())[0] for answer in (7, 1)]
    [Correction(digit=1, alike=1.0, logit=3.0), None]
    """
    corrections: list[Correction | None] = []
    for first in range(0, len(answers), DIGITS_COMPARED_AT_ONCE):
        indices = np.arange(first, min(first + DIGITS_COMPARED_AT_ONCE, len(answers)))
        corrections += _corrections_at_once(looks.at(indices), answers[indices], examples, blend)
    return corrections


def _corrections_at_once(
    looks: Looks, answers: NDArray[np.int64], examples: Examples, blend: Blend
) -> list[Correction | None]:
    near = looks.features.astype(np.float64) @ examples.looks.features.T
    shape = looks.shapes.astype(np.float64) @ examples.looks.shapes.T
    alike = sigmoid_of_each((near - blend.near) / blend.width) * sigmoid_of_each(
        (shape - blend.shape) / blend.shape_width
    )
    same = (near >= SAME_INK_SIMILARITY) & (shape >= SAME_INK_SIMILARITY)
    alike[same] = 1.0
    labels, logs = examples.labels, examples.looks.logs
    own = np.take_along_axis(logs, labels[:, None], axis=1)  # (m, 1)
    gaps = (logs - own)[:, answers].T  # (n, m)
    agrees = labels == answers[:, None]
    speaks = ~agrees & ((gaps > 0) | (logs.argmax(axis=1) == labels))
    speaks &= alike > np.where(agrees, alike, 0.0).max(axis=1, keepdims=True)
    rows = np.arange(len(answers))
    before = looks.logs[:, labels] - looks.logs[rows, answers][:, None]
    logits = before + alike * np.minimum(np.maximum(gaps, 0.0) + blend.margin, blend.max_rise)
    logits = np.where(
        same, np.maximum(logits, SAME_INK_LOGIT), np.minimum(logits, np.maximum(before, MAX_LOGIT_OF_ALIKE))
    )
    strength = np.where(speaks & (alike >= FAINT_SIMILARITY) & (logits >= MIN_LOGIT), logits, -np.inf)
    best = strength.argmax(axis=1)
    return [
        Correction(int(labels[example]), float(alike[row, example]), float(strength[row, example]))
        if np.isfinite(strength[row, example])
        else None
        for row, example in enumerate(best)
    ]


def apply_corrections(
    probabilities: NDArray[np.float32],
    is_digit: NDArray[np.float32],
    looks: Looks,
    examples: Examples,
    blend: Blend,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Move probability from wrong answers to right ones where corrected digits, at least one, look alike.

    `probabilities` and `is_digit` are the network's, float32 (n, 10) and (n,), for digits with these looks; so is
    what is returned.
    """
    answers = probabilities.argmax(axis=1)
    moved, digit = probabilities.astype(np.float64), is_digit.astype(np.float64)
    for row, correction in enumerate(find_corrections(looks, answers, examples, blend)):
        if correction is None:
            continue
        both = moved[row, correction.digit] + moved[row, answers[row]]
        fraction = sigmoid_of_each(np.float64(correction.logit))
        moved[row, correction.digit], moved[row, answers[row]] = both * fraction, both * (1 - fraction)
        # what resembles a corrected digit is a digit
        digit[row] = max(digit[row], correction.alike)
    return moved.astype(np.float32), digit.astype(np.float32)


def sigmoid_of_each(logits: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    """Return the probabilities of logits, without overflow.

    >>> sigmoid_of_each(np.array([0.0, 1e9])).tolist()
    [0.5, 1.0]
    """
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -500, 500))), np.float64)


def correct(seen: Findings, classifier: CorrectedClassifier, weights: Weights) -> Findings:
    """Let corrected digits speak about the lines of a page."""
    return replace(seen, texts=tuple(_correct_line(line, seen, classifier, weights) for line in seen.texts))


def _correct_line(line: LineTexts, seen: Findings, classifier: CorrectedClassifier, weights: Weights) -> LineTexts:
    """Add the texts that corrected digits speak for, and raise their probabilities as much as these say."""
    best = choose_text(line, weights, seen.ink)
    text = best.texts[0]
    positions = [position for position, character in enumerate(text) if character in DIGITS]
    if not positions:
        return line
    images = np.stack([best.characters[position].image for position in positions])
    of_digits = classifier.corrections(images, [int(text[position]) for position in positions])
    corrections = [
        (index, position, correction)
        for index, (position, correction) in enumerate(zip(positions, of_digits, strict=True))
        if correction
    ]
    if not corrections:
        return line
    singly = [_correct_text(text, [(position, correction)]) for _, position, correction in corrections]
    totals = weigh_texts(line, weights, [text, *singly])
    adjustments = []
    for (index, _, correction), total in zip(corrections, (totals[1:] - totals[0]).tolist(), strict=True):
        # between what the line says and what the corrected digit says
        logit = max(correction.alike * (correction.logit - total), 0.0)
        adjustments.append(Adjustment(index, correction.digit, logit))
    likely = _correct_text(
        text, [(position, correction) for _, position, correction in corrections if correction.logit > 0]
    )
    more = [new for new in dict.fromkeys([*singly, likely]) if new not in line.texts]
    if more:
        scores = np.concatenate([line.scores, score_texts(line, more)])
        line = replace(line, texts=(*line.texts, *more), scores=scores)
    return replace(line, adjustments=tuple(adjustments), adjusted_length=len(positions))


def _correct_text(text: str, corrections: Iterable[tuple[int, Correction]]) -> str:
    """Return a text with its digits at some positions corrected."""
    characters = list(text)
    for position, correction in corrections:
        characters[position] = str(correction.digit)
    return "".join(characters)
