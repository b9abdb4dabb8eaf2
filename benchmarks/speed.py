"""How long the softmax training and the start of the command take, beside others in the same run.

    python benchmarks/speed.py

The rivals take turns, round after round, so that a machine that slows down slows all of them. Times are wall-clock
seconds; what counts is the ratio of the medians. The loop is timed without importing, loading or building.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf
from machine import keep

import shuzi
from shuzi.concepts import network_step, one_hot
from shuzi.data.dataset import Dataset, order
from shuzi.training.recipes import recipe
from shuzi.training.steps import prepare
from shuzi.training.train import train

ROUNDS = 11
RECIPE = recipe("softmax")


def in_numpy(data: Dataset) -> Callable[[], None]:
    """The loop of the lesson in NumPy alone, by `concepts.network_step` in float32."""
    batches = order(len(data), 0, 0, RECIPE.steps * RECIPE.batch_size).reshape(RECIPE.steps, -1)

    def loop() -> None:
        w, b = np.zeros((784, 10), np.float32), np.zeros(10, np.float32)
        for batch in batches:
            x = data.images[batch].reshape(-1, 784).astype(np.float32) / 255
            w, b, _ = network_step(w, b, x, one_hot(data.labels[batch]))

    return loop


def naive(data: Dataset) -> Callable[[], None]:
    """One call from Python into a compiled TensorFlow step for each batch, as the lesson's code does."""
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
    """The steps of `shuzi train` alone: 100 in one call, nothing else."""
    steps = prepare(RECIPE, data)
    batches = order(len(data), 0, 0, RECIPE.steps * RECIPE.batch_size).reshape(-1, 100, RECIPE.batch_size)
    steps.take(0, batches[0])

    def loop() -> None:
        for number, chunk in enumerate(batches):
            steps.take(100 * number, chunk)

    return loop


def whole_training(mnist: Any) -> Callable[[], None]:
    """All that `shuzi train` does from the first event to the last: building, tracing, validating, checkpoints."""

    def loop() -> None:
        for _ in train(RECIPE, mnist):
            pass

    return loop


def take_turns(rivals: dict[str, Callable[[], None]]) -> dict[str, list[float]]:
    """Time each rival once a round."""
    seconds: dict[str, list[float]] = {name: [] for name in rivals}
    for number in range(ROUNDS):
        for name, rival in rivals.items():
            began = time.perf_counter()
            rival()
            seconds[name].append(round(time.perf_counter() - began, 4))
        print(f"round {number + 1}:", {name: times[-1] for name, times in seconds.items()}, flush=True)
    return seconds


def process(*command: str) -> Callable[[], None]:
    """A whole process."""
    return lambda: subprocess.run([sys.executable, *command], check=True, capture_output=True) and None  # type: ignore[func-returns-value]


def ratios(seconds: dict[str, list[float]], base: str) -> dict[str, float]:
    """Return each median as a multiple of the base's."""
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    return {name: round(median / medians[base], 2) for name, median in medians.items()}


def main() -> None:
    """Measure and keep."""
    mnist = shuzi.load_mnist()
    ours = chunks(mnist.train)  # first, since it sets the threads that TensorFlow starts with, for the naive loop too
    loop = take_turns(
        {
            "numpy": in_numpy(mnist.train),
            "naive tensorflow": naive(mnist.train),
            "shuzi, steps alone": ours,
            "shuzi, whole training": whole_training(mnist),
        }
    )
    starts = take_turns(
        {
            "python": process("-c", "pass"),
            "python -c 'import numpy'": process("-c", "import numpy"),
            "shuzi --help": process("-m", "shuzi", "--help"),
            "shuzi data info": process("-m", "shuzi", "data", "info"),
        }
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
