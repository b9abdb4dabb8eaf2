"""Find, then read: pieces of ink are digits until digits touch; then a detector has to find them."""

import numpy as np

import shuzi
from shuzi.ink.normalize import normalize
from shuzi.models.store import find_model
from shuzi.reading.classifier import Classifier


def pieces(ink):
    piece_of = np.zeros(ink.shape, int)
    count = 0
    for start in zip(*np.nonzero(ink), strict=True):
        if piece_of[start]:
            continue
        count += 1
        piece_of[start], waiting = count, [start]
        while waiting:
            row, column = waiting.pop()
            for place in [(row + y, column + x) for y in (-1, 0, 1) for x in (-1, 0, 1)]:
                inside = 0 <= place[0] < ink.shape[0] and 0 <= place[1] < ink.shape[1]
                if inside and ink[place] and not piece_of[place]:
                    piece_of[place] = count
                    waiting.append(place)
    return piece_of


def boxes(ink):
    piece_of = pieces(ink)
    found = []
    for number in range(1, piece_of.max() + 1):
        rows, columns = np.nonzero(piece_of == number)
        if len(rows) >= 10:
            found.append((columns.min(), rows.min(), columns.max() + 1, rows.max() + 1))
    return sorted(found)


def number(digits, gap):
    page, x = np.zeros((28, 99), np.uint8), 4
    for digit in digits:
        strokes = digit[:, digit.any(axis=0)]
        page[:, x : x + strokes.shape[1]] |= strokes
        x += strokes.shape[1] + gap
    return page


classifier = Classifier(find_model("default"))


def read(page):
    cut = [normalize(page[top:bottom, left:right]) for left, top, right, bottom in boxes(page > 0)]
    return "".join(map(str, classifier.classify(np.stack(cut)).argmax(axis=1)))


test = shuzi.load_mnist().test
answers = ["".join(map(str, test.labels[i : i + 3])) for i in range(0, 300, 3)]
reader = shuzi.load()
for gap in (3, -1, -3):
    pages = [number(test.images[i : i + 3], gap) for i in range(0, 300, 3)]
    ours = sum(read(page) == answer for page, answer in zip(pages, answers, strict=True))
    photos = [255 - np.pad(page, 20) for page in pages]
    theirs = sum(reader.read(photo).digits_text == answer for photo, answer in zip(photos, answers, strict=True))
    print("gap %2d  pieces %3d  shuzi %3d" % (gap, ours, theirs))
