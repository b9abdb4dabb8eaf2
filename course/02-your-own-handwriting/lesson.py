"""Why a network that reads MNIST fails on a photo of your own digit, and what mends it, step by step."""

import cv2
import numpy as np

import shuzi
from shuzi.ink.components import components, joined
from shuzi.ink.normalize import normalize
from shuzi.ink.paper import ink_map
from shuzi.models.store import find_model
from shuzi.reading.classifier import Classifier
from shuzi.synthesis.pen import distance_fields


def photo(field, draws):
    size, page = draws.integers(120, 200), np.zeros((280, 280))
    distance = cv2.resize(field, (size, size)) / 16 * size / 28
    x, y = draws.integers(0, 280 - size, 2)
    page[y : y + size, x : x + size] = np.clip(2 - distance, 0, 1)
    light = 230 - draws.uniform(60, 130) * np.indices(page.shape)[draws.integers(2)] / 280
    return np.rint(light - 0.7 * light * page).astype(np.uint8)


def squash(picture):
    return picture.reshape(28, 10, 28, 10).mean(axis=(1, 3)).astype(np.uint8)


def frame(ink):
    rows, columns = np.nonzero(ink > 60)
    strokes = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    height, width = (max(1, round(20 / max(strokes.shape) * side)) for side in strokes.shape)
    small = cv2.resize(strokes, (width, height), interpolation=cv2.INTER_AREA)
    y, x = (np.average(place, weights=small) for place in np.indices(small.shape))
    top, left = min(max(round(14 - y), 0), 28 - height), min(max(round(14 - x), 0), 28 - width)
    return np.pad(small, ((top, 28 - height - top), (left, 28 - width - left)))


def number(digits, gap):
    page, x = np.zeros((28, 99), np.uint8), 4
    for digit in digits:
        strokes = digit[:, digit.any(axis=0)]
        page[:, x : x + strokes.shape[1]] |= strokes
        x += strokes.shape[1] + gap
    return page


def cut(page):
    boxes = sorted(joined(components(page).boxes).tolist())
    return np.stack([normalize(page[y : y + height, x : x + width]) for x, y, width, height in boxes])


def letter(character):
    page = cv2.putText(np.full((280, 280), 230, np.uint8), character, (80, 190), cv2.FONT_HERSHEY_SIMPLEX, 5, 30, 12)
    return normalize(ink_map(page))


def show(name, seen, labels, networks):
    for network in networks:
        shares = network.classify(seen)
        right, sure = np.mean(shares.argmax(axis=1) == labels[:200]), np.mean(shares.max(axis=1))
        print("%-8s  %-7s  %5.1f%%  %5.1f%%" % (name, network.card.name, 100 * right, 100 * sure))


if __name__ == "__main__":
    first, shipped = Classifier(find_model("softmax")), Classifier(find_model("default"))
    test, draws = shuzi.load_mnist().test, np.random.default_rng(0)
    photos = [photo(field, draws) for field in distance_fields(test.images[:200])]
    show("MNIST", test.images[:200], test.labels, (first, shipped))
    show("squash", np.stack([squash(each) for each in photos]), test.labels, (first, shipped))
    show("invert", np.stack([squash(255 - each) for each in photos]), test.labels, (first, shipped))
    show("paper", np.stack([squash(ink_map(each)) for each in photos]), test.labels, (first, shipped))
    show("frame", np.stack([frame(ink_map(each)) for each in photos]), test.labels, (first, shipped))
    show("pen", np.stack([normalize(ink_map(each)) for each in photos]), test.labels, (first, shipped))
    for name, gap in (("apart", 3), ("touching", -3)):
        numbers = [(number(test.images[i : i + 3], gap), test.labels[i : i + 3]) for i in range(0, 300, 3)]
        right = [np.array_equal(shipped.classify(cut(page)).argmax(axis=1), answer) for page, answer in numbers]
        print("%-8s  %d / %d" % (name, sum(right), len(right)))
    digits, is_digit = shipped.classify_or_reject(np.stack([*map(letter, "ABCDEFGHJKLMNPRTUVWXYadefhkmnprtuvwxy")]))
    sure, taken = digits.max(axis=1) > 0.9, is_digit > shipped.card.thresholds["not-a-digit"]
    print("letters   %d -> %d / %d" % (sum(sure), sum(taken), len(digits)))
