"""A model and test images become its accuracy on those images degraded in ten ways, at three strengths each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

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


DISTURBANCES: Mapping[str, tuple[Disturbance, tuple[float, float, float]]] = {
    "noise": (noise, (20, 40, 70)),
    "blur": (blur, (0.7, 1.1, 1.6)),
    "contrast": (contrast, (0.6, 0.35, 0.2)),
    "rotation": (rotation, (10, 20, 30)),
    "shift": (shift, (1, 2, 4)),
    "scale": (scale, (0.9, 0.8, 0.65)),
    "thin": (thin, (0.4, 0.8, 1.2)),
    "thick": (thick, (0.4, 0.8, 1.2)),
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
