"""Ink on paper becomes a picture with the light, lens, sensor and file format of a scanner or phone camera."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]

_MIN_HEIGHT = 11  # the minimum height of a digit in a photo, in pixels
_MAX_MOVE = 0.5  # the largest movement of a corner of a page seen at an angle, as a multiple of that height
_MAX_BLUR = 0.05  # as a fraction of that height: the maximum blur of an unfocused lens


def tilted(
    rng: np.random.Generator, light: NDArray[np.float32], boxes: Boxes, letter: float
) -> tuple[NDArray[np.float32], Boxes]:
    """View a page, float32 (h, w), with boxes (k, 4) at an angle: it is rotated and its far edge is shorter."""
    height, width = light.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turn = rng.normal(0, 0.03)
    middle = np.array([width / 2, height / 2])
    rotation = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    moved = (corners - middle) @ rotation.T + middle + rng.uniform(-_MAX_MOVE, _MAX_MOVE, (4, 2)) * letter
    matrix = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    warped = cv2.warpPerspective(light, matrix, (width, height), flags=cv2.INTER_LINEAR,
                                 borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
    if not len(boxes):
        return np.asarray(warped, np.float32), boxes
    x, y, w, h = boxes.T
    points = np.stack([x, y, x + w, y, x + w, y + h, x, y + h], axis=1).reshape(-1, 1, 2)
    carried = cv2.perspectiveTransform(points.astype(np.float32), matrix).reshape(-1, 4, 2)
    low, high = carried.min(axis=1), carried.max(axis=1)
    return np.asarray(warped, np.float32), np.concatenate([low, high - low], axis=1)


def photograph(rng: np.random.Generator, light: NDArray[np.float32], letter: float, photo: bool) -> NDArray[np.uint8]:
    """Take a picture of a page, float32 (h, w) in [0, 1]: uint8 (h, w) with writing still large enough to read."""
    if rng.random() < (0.5 if photo else 0.25):
        scale = min(1.0, max(rng.uniform(0.45, 0.95), _MIN_HEIGHT / letter))
        small = cv2.resize(light, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        light = np.asarray(cv2.resize(small, light.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
    if rng.random() < (0.5 if photo else 0.3):
        deviation = min(rng.uniform(0.3, 1.3 if photo else 0.9), _MAX_BLUR * letter)
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), deviation), np.float32)
    if photo and rng.random() < 0.1:  # motion blur
        length, turn = int(rng.integers(3, 6)), rng.uniform(0, math.pi)
        kernel = np.zeros((length, length), np.float32)
        reach = (length - 1) / 2
        end = np.array([math.cos(turn), math.sin(turn)]) * reach
        for part in np.linspace(-1, 1, 2 * length):
            kernel[round(reach + part * end[1]), round(reach + part * end[0])] = 1
        light = np.asarray(cv2.filter2D(light, -1, kernel / kernel.sum()), np.float32)
    bright = rng.uniform(110, 255) if photo else rng.uniform(170, 256)
    grey = light * np.float32(bright) + np.float32(rng.uniform(0, 12))
    if rng.random() < 0.6:
        noise = np.zeros(grey.shape, np.int16)
        cv2.setRNGSeed(int(rng.integers(1 << 30)))
        deviation = rng.uniform(0.5, 9 if photo else 5)
        cv2.randn(noise, np.zeros(1), np.array([deviation * 16]))
        grey += noise * np.float32(1 / 16)
    picture = np.asarray(np.clip(grey, 0, 255), np.uint8)
    if rng.random() < (0.5 if photo else 0.15):
        quality = int(rng.integers(25, 90))
        _, file = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
        picture = np.asarray(cv2.imdecode(file, cv2.IMREAD_GRAYSCALE), np.uint8)
    return 255 - picture if rng.random() < 0.08 else picture


def photographed(rng: np.random.Generator, paper: NDArray[np.float32], ink: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Put ink on paper, float32 (h, w) each, and view both through a camera or scanner: uint8 (h, w)."""
    darkness = rng.uniform(0.35, 1.0)
    if rng.random() < 0.3:  # a pencil or a dry pen leaves gaps
        grain = rng.random(ink.shape, np.float32)
        ink = ink * (1 - rng.uniform(0.1, 0.5) * grain)
    light = paper * (1 - darkness * ink)
    if rng.random() < 0.3:
        small = cv2.resize(light, None, fx=(scale := rng.uniform(0.5, 0.9)), fy=scale, interpolation=cv2.INTER_AREA)
        light = np.asarray(cv2.resize(small, light.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
    if rng.random() < 0.4:
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), rng.uniform(0.3, 1.1)), np.float32)
    grey = light * rng.uniform(120, 255)
    if rng.random() < 0.6:
        grey += rng.standard_normal(grey.shape, np.float32) * rng.uniform(0.5, 9)
    return np.clip(np.rint(grey), 0, 255).astype(np.uint8)


def cut_close(
    rng: np.random.Generator, grey: NDArray[np.uint8], ink: NDArray[np.float32], letter: float
) -> NDArray[np.uint8]:
    """Crop a picture close to its ink and extend the rim outwards, as readers do before they detect: uint8 (h, w)."""
    x, y, wide, high = cv2.boundingRect((ink > 0.3).astype(np.uint8))
    if not wide:
        return grey
    rims = rng.uniform(0, 0.25, 4) * letter
    left, top = max(0, round(x - rims[0])), max(0, round(y - rims[1]))
    right, bottom = min(grey.shape[1], round(x + wide + rims[2])), min(grey.shape[0], round(y + high + rims[3]))
    around = (top, grey.shape[0] - bottom, left, grey.shape[1] - right)
    return np.asarray(cv2.copyMakeBorder(grey[top:bottom, left:right], *around, cv2.BORDER_REPLICATE), np.uint8)
