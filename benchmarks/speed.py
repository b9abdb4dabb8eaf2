"""How long the softmax training and the start of the command take, compared with rivals in the same run.

    python benchmarks/speed.py

The rivals take turns. The loop is timed without importing, loading or building.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf
from machine import keep
from turns import ratios, take_turns

import shuzi
from shuzi.concepts import softmax
from shuzi.data.dataset import Dataset, order
from shuzi.training.loop import prepare, train
from shuzi.training.recipe import recipe

ROUNDS = 11
RECIPE = recipe("softmax")


def in_numpy(data: Dataset) -> Callable[[], None]:
    """The lesson's loop in pure NumPy, in float32."""
    batches = order(len(data), 0, 0, RECIPE.steps * RECIPE.batch_size).reshape(RECIPE.steps, -1)

    def loop() -> None:
        w, b = np.zeros((784, 10), np.float32), np.zeros(10, np.float32)
        for batch in batches:
            x = data.images[batch].reshape(-1, 784).astype(np.float32) / 255
            labels, y = np.eye(10, dtype=np.float32)[data.labels[batch]], softmax(x @ w + b)
            float(-np.sum(labels * np.log(y + RECIPE.epsilon)))
            through_log = -labels / (y + RECIPE.epsilon)
            through_softmax = y * (through_log - np.sum(through_log * y, axis=-1, keepdims=True))
            w -= RECIPE.learning_rate * (x.T @ through_softmax)
            b -= RECIPE.learning_rate * through_softmax.sum(axis=0)

    return loop


def naive(data: Dataset) -> Callable[[], None]:
    """One call from Python into a compiled TensorFlow step per batch, as in the lesson's code."""
    w, b = tf.Variable(tf.zeros([784, 10])), tf.Variable(tf.zeros([10]))
    batches = order(len(data), 0, 0, RECIPE.steps * RECIPE.batch_size).reshape(RECIPE.steps, -1)

    @tf.function
    def step(x: Any, label: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = -tf.reduce_sum(label * tf.math.log(tf.nn.softmax(x @ w + b) + RECIPE.epsilon))
        slope_w, slope_b = tape.gradient(loss, [w, b])
        w.assign_sub(RECIPE.learning_rate * slope_w)
        b.assign_sub(RECIPE.learning_rate * slope_b)
        return loss

    def loop() -> None:
        for batch in batches:
            x = tf.reshape(tf.cast(data.images[batch], tf.float32) / 255, [-1, 784])
            float(step(x, tf.one_hot(data.labels[batch], 10)))

    loop()
    return loop


def chunks(data: Dataset) -> Callable[[], None]:
    """Only the steps of `shuzi train`: 100 per call."""
    steps = prepare(RECIPE, data)
    batches = order(len(data), 0, 0, RECIPE.steps * RECIPE.batch_size).reshape(-1, 100, RECIPE.batch_size)
    steps.take(0, batches[0])

    def loop() -> None:
        for number, chunk in enumerate(batches):
            steps.take(100 * number, chunk)

    return loop


def whole_training(mnist: Any) -> Callable[[], None]:
    """Everything that `shuzi train` does from the first event to the last: build, trace, validate, checkpoint."""

    def loop() -> None:
        for _ in train(RECIPE, mnist):
            pass

    return loop


def process(*command: str) -> Callable[[], None]:
    """A whole process."""
    return lambda: subprocess.run([sys.executable, *command], check=True, capture_output=True) and None  # type: ignore[func-returns-value]


def main() -> None:
    """Measure and save the result."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    mnist = shuzi.load_mnist()
    ours = chunks(mnist.train)  # first, since it sets TensorFlow's threads, for the naive loop too
    loop = take_turns(
        {
            "numpy": in_numpy(mnist.train),
            "naive tensorflow": naive(mnist.train),
            "shuzi, steps alone": ours,
            "shuzi, whole training": whole_training(mnist),
        },
        ROUNDS,
    )
    starts = take_turns(
        {
            "python": process("-c", "pass"),
            "python -c 'import numpy'": process("-c", "import numpy"),
            "shuzi --help": process("-m", "shuzi", "--help"),
            "shuzi data info": process("-m", "shuzi", "data", "info"),
        },
        ROUNDS,
    )
    keep(
        "speed-softmax",
        {
            "what": "2,000 steps of 64 images",
            "ratios to numpy": ratios(loop, "numpy"),
            "seconds": loop,
            "start, ratios to python": ratios(starts, "python"),
            "start, seconds": starts,
        },
    )


if __name__ == "__main__":
    main()
