"""The arithmetic of the course's first network, which TensorFlow and the page are held to."""

import numpy as np

from shuzi.concepts import EPSILON, softmax


def one_hot(digits, classes=10):
    return np.eye(classes, dtype=np.float32)[np.asarray(digits)]


def squared_error(labels, outputs):
    return np.sum((np.asarray(labels, float) - np.asarray(outputs, float)) ** 2, axis=-1)


def cross_entropy(labels, outputs):
    return -np.sum(np.asarray(labels) * np.log(np.asarray(outputs) + EPSILON), axis=-1)


def descend(slope, start, learning_rate, steps):
    places = [start]
    for _ in range(steps):
        places.append(places[-1] - learning_rate * slope(places[-1]))
    return places


def network_step(w, b, x, labels, learning_rate=0.001):
    """Train y = softmax(x·w + b) by one step on the summed cross-entropy: the new w, the new b, the loss before."""
    y = softmax(x @ w + b)
    loss = float(np.sum(cross_entropy(labels, y)))
    through_log = -labels / (y + EPSILON)
    through_softmax = y * (through_log - np.sum(through_log * y, axis=-1, keepdims=True))
    return w - learning_rate * (x.T @ through_softmax), b - learning_rate * through_softmax.sum(axis=0), loss
