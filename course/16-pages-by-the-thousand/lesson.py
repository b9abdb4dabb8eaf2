"""Pages by the thousand: digits scattered over paper with their labels for nothing, and a detector that learns."""

import cv2
import numpy as np

import shuzi

mnist, draws = shuzi.load_mnist(seed=0), np.random.default_rng(0)


def compose(images, labels, height=40, width=80):
    page, x = np.zeros((height, width), np.uint8), draws.integers(0, 12)
    cells = np.full((height // 4, width // 4), 10)
    for image, label in zip(images, labels, strict=True):
        left, top, wide, high = cv2.boundingRect(image)
        tall = int(draws.integers(16, 25))
        slim = max(3, round(wide * tall / high))
        if x + slim > width:
            break
        y = draws.integers(0, height - tall + 1)
        strokes = cv2.resize(image[top : top + high, left : left + wide], (slim, tall), interpolation=cv2.INTER_AREA)
        page[y : y + tall, x : x + slim] |= strokes
        cells[(y + tall // 2) // 4, (x + slim // 2) // 4] = label
        x = max(0, x + slim + draws.integers(-4, 13))
    return page, cells


def around(page):
    return np.lib.stride_tricks.sliding_window_view(np.pad(page, 12), (28, 28))[::4, ::4]


def examples(page, cells):
    centres = cells < 10
    near = cv2.dilate(np.uint8(centres), np.ones((3, 3))) > 0
    empty = draws.permutation(np.argwhere(~near))[:6]
    rows, columns = np.concatenate([np.argwhere(centres), empty]).T
    return around(page)[rows, columns].reshape(-1, 784), cells[rows, columns]


def forward(x, w1, b1, w2, b2):
    hidden = np.maximum(x @ w1 + b1, 0)
    powers = np.exp(hidden @ w2 + b2)
    return hidden, powers / powers.sum(axis=1, keepdims=True)


def detect(page):
    windows = around(page)
    y = forward(windows.reshape(-1, 784) / np.float32(255), *network)[1].reshape(*windows.shape[:2], 11)
    there = 1 - y[:, :, 10]
    spots = np.argwhere((there > 0.5) & (there == cv2.dilate(there, np.ones((3, 3)))))
    return sorted((4 * column + 2, 4 * row + 2, int(y[row, column, :10].argmax())) for row, column in spots)


def exam(name):
    for gap in (3, -1, -3):
        right = 0
        for first in range(0, 300, 3):
            page, x = np.zeros((40, 100), np.uint8), 4
            for digit in mnist.test.images[first : first + 3]:
                strokes = digit[:, digit.any(axis=0)]
                page[6:34, x : x + strokes.shape[1]] |= strokes
                x += strokes.shape[1] + gap
            right += [digit for *_, digit in detect(page)] == mnist.test.labels[first : first + 3].tolist()
        print("%-6s  gap %2d  read %d" % (name, gap, right))


w1, w2 = draws.normal(0, 0.05, (784, 128)), draws.normal(0, 0.05, (128, 11))
network = [values.astype(np.float32) for values in (w1, np.zeros(128), w2, np.zeros(11))]
exam("before")
taught = [examples(*compose(*mnist.train.next_batch(draws.integers(1, 6)))) for _ in range(4000)]
windows, labels = (np.concatenate(part) for part in zip(*taught, strict=True))
for step in range(3000):
    chosen = draws.integers(0, len(windows), 128)
    x, label = windows[chosen] / np.float32(255), np.eye(11, dtype=np.float32)[labels[chosen]]
    hidden, y = forward(x, *network)
    out = (y - label) / 128
    back = (out @ network[2].T) * (hidden > 0)
    for values, slope in zip(network, (x.T @ back, back.sum(axis=0), hidden.T @ out, out.sum(axis=0)), strict=True):
        values -= 0.3 * (1 - step / 3000) * slope
exam("after")
