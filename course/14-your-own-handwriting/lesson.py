"""Why a network that reads MNIST fails on a photo of your own digit, and what fixes it, step by step."""

import cv2
import numpy as np

import shuzi
from shuzi.ink.normalize import normalize
from shuzi.ink.paper import ink_map
from shuzi.models.store import find_model
from shuzi.reading.recognise.classifier import Classifier
from shuzi.synthesis.pen import distance_fields


def photo(field, draws):
    size, page = draws.integers(120, 200), np.zeros((280, 280))
    distance = cv2.resize(field, (size, size)) / 16 * size / 28
    x, y = draws.integers(0, 280 - size, 2)
    page[y : y + size, x : x + size] = np.clip(2 - distance, 0, 1)
    light = 230 - draws.uniform(60, 130) * np.indices(page.shape)[draws.integers(2)] / 280
    return np.rint(light - 0.7 * light * page).astype(np.uint8)


test, draws = shuzi.load_mnist().test, np.random.default_rng(0)
photos = [photo(field, draws) for field in distance_fields(test.images[:200])]
first, reader = Classifier(find_model("softmax")), Classifier(find_model("default"))


def show(name, images):
    for network in (first, reader):
        y = network.classify(np.stack(images))
        right, sure = np.mean(y.argmax(axis=1) == test.labels[: len(y)]), np.mean(y.max(axis=1))
        print("%-7s %-7s right %5.1f%%  confidence %5.1f%%" % (name, network.card.name, 100 * right, 100 * sure))


show("MNIST", test.images[:200])


def squash(picture):
    return picture.reshape(28, 10, 28, 10).mean(axis=(1, 3)).astype(np.uint8)


show("squash", [squash(each) for each in photos])
show("invert", [squash(255 - each) for each in photos])
show("paper", [squash(ink_map(each)) for each in photos])


def frame(ink):
    rows, columns = np.nonzero(ink > 60)
    strokes = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    height, width = (max(1, round(20 / max(strokes.shape) * side)) for side in strokes.shape)
    small = cv2.resize(strokes, (width, height), interpolation=cv2.INTER_AREA)
    y, x = (np.average(place, weights=small) for place in np.indices(small.shape))
    top, left = min(max(round(14 - y), 0), 28 - height), min(max(round(14 - x), 0), 28 - width)
    return np.pad(small, ((top, 28 - height - top), (left, 28 - width - left)))


show("frame", [frame(ink_map(each)) for each in photos])
show("pen", [normalize(ink_map(each)) for each in photos])
