"""Why a network that reads MNIST fails on a photo of your own digit, and what fixes it, step by step."""

from pathlib import Path

import cv2
import numpy as np

import shuzi
from shuzi.ink.normalize import normalize
from shuzi.ink.paper import ink_map
from shuzi.pictures.open import open_picture
from shuzi.synthesis.composer import compose_photos

test, mine = shuzi.load_mnist().test, Path("seven.jpg")
seven = open_picture(mine) if mine.exists() else compose_photos(test.images[:1], seed=9)[0]
small = cv2.resize(seven, (28, 28), interpolation=cv2.INTER_AREA)
(y,) = shuzi.load().classify(small[np.newaxis])
print("a 7 is read as", y.argmax(), "with confidence %.2f" % y.max())

photos = compose_photos(test.images[:200])
networks = {name: shuzi.load(name) for name in ("softmax", "default")}


def show(name, images):
    for network, reader in networks.items():
        y = reader.classify(np.stack(images))
        right, sure = np.mean(y.argmax(axis=1) == test.labels[: len(y)]), np.mean(y.max(axis=1))
        print("%-6s %-7s right %5.1f%%  confidence %5.1f%%" % (name, network, 100 * right, 100 * sure))


show("MNIST", test.images[:200])


def squash(picture):
    return cv2.resize(picture, (28, 28), interpolation=cv2.INTER_AREA)


show("squash", [squash(photo) for photo in photos])
show("invert", [squash(255 - photo) for photo in photos])
show("paper", [squash(ink_map(photo)) for photo in photos])


def frame(ink):
    rows, columns = np.nonzero(ink > 60)
    strokes = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    height, width = (max(1, round(20 / max(strokes.shape) * side)) for side in strokes.shape)
    small = cv2.resize(strokes, (width, height), interpolation=cv2.INTER_AREA)
    y, x = (np.average(place, weights=small) for place in np.indices(small.shape))
    top, left = min(max(round(14 - y), 0), 28 - height), min(max(round(14 - x), 0), 28 - width)
    return np.pad(small, ((top, 28 - height - top), (left, 28 - width - left)))


show("frame", [frame(ink_map(photo)) for photo in photos])
show("pen", [normalize(ink_map(photo)) for photo in photos])
