"""A network is a file of numbers: save it, go on from it, and compare every bit with a run that never stopped."""

import numpy as np

import shuzi
from shuzi.data.dataset import order

train, validation = shuzi.load_mnist().train, shuzi.load_mnist().validation


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def beginning():
    return {"w": np.zeros((784, 10)), "b": np.zeros(10), "step": np.array(0)}


def go_on(state, until, rate=0.001):
    w, b = state["w"].copy(), state["b"].copy()
    for step in range(int(state["step"]), until):
        chosen = order(len(train), seed=0, start=64 * step, stop=64 * (step + 1))
        x, label = train.images[chosen].reshape(-1, 784) / 255, np.eye(10)[train.labels[chosen]]
        error = softmax(x @ w + b) - label
        w -= rate * x.T @ error
        b -= rate * error.sum(axis=0)
    return {"w": w, "b": b, "step": np.array(until)}


def accuracy(state):
    y = softmax(validation.images.reshape(-1, 784) / 255 @ state["w"] + state["b"])
    return np.mean(y.argmax(axis=1) == validation.labels)


def compared(one, other):
    return "%d of 7850 numbers differ" % sum(np.sum(one[name] != other[name]) for name in ("w", "b"))


straight = go_on(beginning(), 2000)
print("never stopped  %.4f" % accuracy(straight))

np.savez("half.npz", **go_on(beginning(), 1000))
resumed = go_on(dict(np.load("half.npz")), 2000)
print("stopped        %.4f  %s" % (accuracy(resumed), compared(straight, resumed)))

for rate in (0.00001, 0.001, 0.1):
    print("rate %-7g   %.4f" % (rate, accuracy(go_on(beginning(), 2000, rate))))
