"""A whole line at once: CTC adds up every path that spells the answer, and a network learns where digits are."""

from itertools import groupby

import numpy as np

import shuzi


def collapse(path):
    return "".join(symbol for symbol, _ in groupby(path)).replace("_", "")


def add_up(p, skip):
    sums = np.zeros_like(p)
    sums[0, :2] = p[0, :2]
    for column in range(1, len(p)):
        sums[column] = sums[column - 1]
        sums[column, 1:] += sums[column - 1, :-1]
        sums[column, 2:] += sums[column - 1, :-2] * skip
        sums[column] *= p[column]
    return sums


def ctc(y, digits):
    stops = np.insert(digits, range(len(digits) + 1), y.shape[1] - 1)
    skip = stops[2:] != stops[:-2]
    p = y[:, stops] + 1e-30
    left = add_up(p, skip)
    right = add_up(p[::-1, ::-1], skip[::-1])[::-1, ::-1]
    total = left[-1, -2] + left[-1, -1]
    label = np.zeros_like(y)
    for stop, symbol in enumerate(stops):
        label[:, symbol] += left[:, stop] * right[:, stop] / p[:, stop] / total
    return -np.log(total), label


def line(digits, gaps):
    page, x = np.zeros((28, 24 * len(digits) + 24), np.uint8), 12
    for digit, gap in zip(digits, gaps, strict=True):
        strokes = digit[:, digit.any(axis=0)]
        page[:, x : x + strokes.shape[1]] |= strokes
        x += strokes.shape[1] + gap
    return page


def forward(pages, w1, b1, w2, b2):
    columns = np.lib.stride_tricks.sliding_window_view(pages, 24, axis=2)[:, :, ::6]
    x = columns.transpose(0, 2, 1, 3).reshape(-1, 28 * 24) / 255
    hidden = np.maximum(x @ w1 + b1, 0)
    powers = np.exp(hidden @ w2 + b2)
    return x, hidden, powers / powers.sum(axis=1, keepdims=True)


data, draws = shuzi.load_mnist(seed=0), np.random.default_rng(0)
w1, w2 = draws.normal(0, 0.05, (28 * 24, 128)), draws.normal(0, 0.05, (128, 11))
network = w1, np.zeros(128), w2, np.zeros(11)
for step in range(1, 3001):
    count = draws.integers(1, 4)
    images, labels = data.train.next_batch(16 * count)
    pages = np.stack([line(digits, draws.integers(-3, 4, count)) for digits in images.reshape(16, count, 28, 28)])
    x, hidden, y = forward(pages, *network)
    losses, label = zip(*map(ctc, y.reshape(16, -1, 11), labels.reshape(16, count)), strict=True)
    out = (y - np.concatenate(label)) / 16
    back = (out @ w2.T) * (hidden > 0)
    for values, slope in zip(network, (x.T @ back, back.sum(axis=0), hidden.T @ out, out.sum(axis=0)), strict=True):
        values -= 0.2 * (1 - step / 3000) * slope
    if step in (1, 10, 100, 300, 1000, 3000):
        print("%4d  loss of a digit %.2f" % (step, np.mean(losses) / count))


def read(page):
    best = forward(page[None], *network)[2].argmax(axis=1)
    return collapse("".join("0123456789_"[symbol] for symbol in best))


answers = ["".join(map(str, data.test.labels[i : i + 3])) for i in range(0, 300, 3)]
for gap in (3, -1, -3):
    pages = [line(data.test.images[i : i + 3], [gap] * 3) for i in range(0, 300, 3)]
    print("gap %2d  read %d" % (gap, sum(read(page) == answer for page, answer in zip(pages, answers, strict=True))))
