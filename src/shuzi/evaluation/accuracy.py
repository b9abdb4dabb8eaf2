"""Probabilities and labels become accuracy and mistakes, on images as they are or disturbed, and calibration."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.concepts import negative_log_likelihood
from shuzi.models.card import Score

DISPUTED = (947, 1621, 1901, 2130, 2462, 2597, 2654, 3520, 3558, 5937, 6651, 6783, 8527, 9679, 9729)
"""Test images whose labels most people reject. Headline figures include them; a second score leaves them out."""


@dataclass(frozen=True)
class Mistake:
    """A misread image: its position in the dataset, its label, the answer and the answer's probability."""

    index: int
    label: int
    answer: int
    probability: float


@dataclass(frozen=True)
class Evaluation:
    """A model's results on a labelled dataset."""

    score: Score
    confusion: NDArray[np.int64]  # (10, 10): how many images with the row's label were read as the column's digit
    mistakes: tuple[Mistake, ...]  # all, most confident first

    @property
    def precision(self) -> list[float | None]:
        """For each digit, the fraction of the images read as it that show it; None if none were."""
        return _shares(self.confusion.diagonal(), self.confusion.sum(axis=0))

    @property
    def recall(self) -> list[float | None]:
        """For each digit, the fraction of its images that were read as it; None if there are none."""
        return _shares(self.confusion.diagonal(), self.confusion.sum(axis=1))

    def without(self, left_out: Collection[int]) -> Score:
        """Return the score without some images, given by position."""
        wrong = sum(mistake.index not in left_out for mistake in self.mistakes)
        n = self.score.n - len(left_out)
        return Score(n - wrong, n)

    def as_dict(self, max_mistakes: int = 20) -> dict[str, Any]:
        """Return everything as JSON values, with the most confident mistakes."""
        return self.score.as_dict() | {
            "precision": self.precision,
            "recall": self.recall,
            "confusion": self.confusion.tolist(),
            "mistakes": [dict(vars(mistake)) for mistake in self.mistakes[:max_mistakes]],
        }


def evaluate(probabilities: NDArray[np.float32], labels: NDArray[np.uint8]) -> Evaluation:
    """Compare a model's probabilities (n, 10) with the labels (n,)."""
    answers = probabilities.argmax(axis=1)
    confusion = np.zeros((10, 10), np.int64)
    np.add.at(confusion, (labels, answers), 1)
    wrong = np.flatnonzero(answers != labels)
    surest = wrong[np.argsort(-probabilities[wrong, answers[wrong]], kind="stable")]
    mistakes = tuple(
        Mistake(int(i), int(labels[i]), int(answers[i]), float(probabilities[i, answers[i]])) for i in surest
    )
    return Evaluation(Score(len(labels) - len(wrong), len(labels)), confusion, mistakes)


def _shares(part: NDArray[np.int64], whole: NDArray[np.int64]) -> list[float | None]:
    return [int(p) / int(w) if w else None for p, w in zip(part, whole, strict=True)]


BINS = 15  # of confidence, as in Guo et al. (2017)
SURE = 0.99  # a mistake with such a confidence is a sure one


@dataclass(frozen=True)
class Calibration:
    """How well a model's confidence matches its accuracy."""

    negative_log_likelihood: float  # mean of -log(probability of the correct digit)
    expected_error: float  # ECE: the mean gap between confidence and accuracy over 15 bins (Guo et al., 2017)
    sure_mistakes: int  # with a confidence of 0.99 or more
    coverage: tuple[tuple[float, float], ...]  # (fraction answered, accuracy on those) if only the surest are

    def as_dict(self) -> dict[str, Any]:
        """Return the numbers as JSON values."""
        return {
            "nll": self.negative_log_likelihood,
            "ece": self.expected_error,
            "mistakes_at_0.99": self.sure_mistakes,
            "coverage": [list(pair) for pair in self.coverage],
        }


FRACTIONS = (0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 1.0)


def calibration(probabilities: NDArray[np.float32], labels: NDArray[np.uint8]) -> Calibration:
    """Compare the confidence of probabilities (n, 10) with the labels (n,)."""
    confidence = probabilities.max(axis=1).astype(np.float64)
    right = (probabilities.argmax(axis=1) == labels).astype(np.float64)
    surest_first = np.argsort(-confidence, kind="stable")
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    groups = [bins == index for index in np.unique(bins)]
    gaps = sum(group.sum() * abs(confidence[group].mean() - right[group].mean()) for group in groups)
    answered = [max(1, round(fraction * len(labels))) for fraction in FRACTIONS]
    return Calibration(
        negative_log_likelihood=negative_log_likelihood(probabilities, labels),
        expected_error=float(gaps / len(labels)),
        sure_mistakes=int(np.sum((confidence >= SURE) & (right == 0))),
        coverage=tuple(
            (fraction, float(right[surest_first[:n]].mean())) for fraction, n in zip(FRACTIONS, answered, strict=True)
        ),
    )


Images = NDArray[np.uint8]
Disturbance = Callable[[Images, float, np.random.Generator], Images]


def noise(image: Images, strength: float, draws: np.random.Generator) -> Images:
    """Add noise with a standard deviation of `strength` grey levels to one image (28, 28)."""
    return _grey(image + draws.normal(0, strength, image.shape))


def blur(image: Images, strength: float, draws: np.random.Generator) -> Images:
    """Blur with a Gaussian of `strength` pixels."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), strength), np.uint8)


def contrast(image: Images, strength: float, draws: np.random.Generator) -> Images:
    """Reduce the contrast to the fraction `strength`, turning the paper grey."""
    return _grey(image * strength + 96 * (1 - strength))


def rotation(image: Images, strength: float, draws: np.random.Generator) -> Images:
    """Rotate by `strength` degrees in either direction."""
    turned = cv2.getRotationMatrix2D((13.5, 13.5), strength * _sign(draws), 1)
    return np.asarray(cv2.warpAffine(image, turned, (28, 28)), np.uint8)


def shift(image: Images, strength: float, draws: np.random.Generator) -> Images:
    """Shift by `strength` pixels horizontally and vertically, in random directions."""
    moved = np.array([[1, 0, strength * _sign(draws)], [0, 1, strength * _sign(draws)]], np.float64)
    return np.asarray(cv2.warpAffine(image, moved, (28, 28)), np.uint8)


def scale(image: Images, strength: float, draws: np.random.Generator) -> Images:
    """Shrink to the fraction `strength` of the size, or enlarge by as much."""
    factor = strength if _sign(draws) < 0 else 2 - strength
    return np.asarray(cv2.warpAffine(image, cv2.getRotationMatrix2D((13.5, 13.5), 0, factor), (28, 28)), np.uint8)


def thin(image: Images, strength: float, draws: np.random.Generator) -> Images:
    """Remove `strength` pixels from each side of the strokes."""
    return _pen(image, strength, cv2.erode)


def thick(image: Images, strength: float, draws: np.random.Generator) -> Images:
    """Add `strength` pixels to each side of the strokes."""
    return _pen(image, strength, cv2.dilate)


def spatter(image: Images, strength: float, draws: np.random.Generator) -> Images:
    """Splash `strength` drops of ink over the image."""
    splashed = image.copy()
    for x, y in draws.integers(1, 27, (int(strength), 2)):
        cv2.circle(splashed, (int(x), int(y)), 1, int(draws.integers(120, 256)), -1)
    return splashed


def occlusion(image: Images, strength: float, draws: np.random.Generator) -> Images:
    """Cover a square with sides of `strength` pixels, somewhere near the middle, with paper."""
    side = int(strength)
    top, left = draws.integers(4, 24 - side + 1, 2)
    covered = image.copy()
    covered[top : top + side, left : left + side] = 0
    return covered


_WIDER = (0.4, 0.8, 1.2)  # pixels: by so much strokes become thinner or thicker on each side

DISTURBANCES: Mapping[str, tuple[Disturbance, tuple[float, float, float]]] = {
    "noise": (noise, (20, 40, 70)),
    "blur": (blur, (0.7, 1.1, 1.6)),
    "contrast": (contrast, (0.6, 0.35, 0.2)),
    "rotation": (rotation, (10, 20, 30)),
    "shift": (shift, (1, 2, 4)),
    "scale": (scale, (0.9, 0.8, 0.65)),
    "thin": (thin, _WIDER),
    "thick": (thick, _WIDER),
    "spatter": (spatter, (3, 7, 14)),
    "occlusion": (occlusion, (5, 8, 11)),
}
"""The distortions of the images, by strength: mild, medium, strong."""


def disturbed(images: Images, name: str, level: int) -> Images:
    """Degrade images, uint8 (n, 28, 28), in the same way each time; the level is 0 mild, 1 medium or 2 strong."""
    disturb, strengths = DISTURBANCES[name]
    draws = np.random.default_rng([0, list(DISTURBANCES).index(name), level])
    return np.stack([disturb(image, strengths[level], draws) for image in images])


def robustness(
    classify: Callable[[Images], NDArray[np.float32]], images: Images, labels: NDArray[np.uint8]
) -> dict[str, list[float]]:
    """Return a model's accuracy under each disturbance; `classify` takes images to probabilities (n, 10)."""
    accuracies: dict[str, list[float]] = {}
    for name in DISTURBANCES:
        answers = [classify(disturbed(images, name, level)).argmax(axis=1) for level in range(3)]
        accuracies[name] = [float(np.mean(answer == labels)) for answer in answers]
    return accuracies


def _sign(draws: np.random.Generator) -> int:
    return 1 if draws.random() < 0.5 else -1


def _grey(values: NDArray[Any]) -> Images:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def _pen(image: Images, strength: float, change: Callable[..., Any]) -> Images:
    """Change the strokes by fractions of a pixel, on an image enlarged four times."""
    large = cv2.resize(image, (112, 112), interpolation=cv2.INTER_CUBIC)
    side = 2 * round(4 * strength) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(cv2.resize(change(large, kernel), (28, 28), interpolation=cv2.INTER_AREA), np.uint8)
