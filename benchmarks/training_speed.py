"""How long the training loops of convolutional recipes take, compared with rivals in the same run.

    python benchmarks/training_speed.py fast    # against the fastest known small recipe
    python benchmarks/training_speed.py cnn     # with augmentation, without, and the bare compiled step

Loops are timed without importing, loading, building or tracing. `fast` and its rivals each run in their own process,
because TensorFlow's number of threads can be set only once; the rival gets the number that suits it best.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf
from fastest import Fastest, threads
from machine import keep
from turns import Turn, column, compete, quickest, ratios, take_turns

import shuzi
from shuzi.data.dataset import Dataset, order
from shuzi.training.loop import prepare
from shuzi.training.recipe import Recipe, recipe
from shuzi.training.tensorflow_steps import TensorFlowSteps

CHUNK, CHUNKS = 5, 4  # steps of `cnn` per call, as chosen by `train`, and calls per turn


def ours() -> Turn:
    """The whole loop of `fast`, with the round number as its seed."""
    mnist, chosen = shuzi.load_mnist(), recipe("fast")

    def turn(number: int) -> dict[str, float]:
        steps = prepare(chosen.changed(seed=number), mnist.train)
        first = steps.state()
        steps.take(0, np.zeros((1, chosen.batch_size), np.int32))
        steps.restore(first)
        began = time.perf_counter()
        batches = order(len(mnist.train), number, 0, chosen.steps * chosen.batch_size)
        steps.take(0, batches.reshape(-1, chosen.batch_size))
        seconds = time.perf_counter() - began
        steps.update_model()
        answers = steps.probabilities(mnist.test.images).argmax(axis=1)
        del steps
        gc.collect()
        return {"seconds": seconds, "accuracy": float(np.mean(answers == mnist.test.labels))}

    return turn


def rival(precision: str, towers: int, an_operation: int) -> Turn:
    """The whole loop of the fastest known small recipe."""
    threads(an_operation, 2)
    mnist = shuzi.load_mnist()

    def turn(number: int) -> dict[str, float]:
        training = Fastest(mnist.train, number, precision, towers)
        note = {"seconds": training.fit(), "accuracy": training.accuracy(mnist.test)}
        del training
        gc.collect()
        return note

    return turn


class BareSteps(TensorFlowSteps):
    """The same step on one fixed batch: no sampling, no augmentation, no accuracy."""

    def _load(self, dataset: Dataset) -> None:
        size = self._recipe.batch_size
        self._resident = tf.constant(dataset.images[:size], tf.float32), tf.constant(dataset.labels[:size])
        super()._load(dataset)

    def _step(self, batch: Any, choices: Any) -> tuple[Any, Any]:  # noqa: ARG002
        learnt, losses, gradients = [each.value for each in self._learner.trainable_variables], [], []
        for images, labels in self._pieces(*self._resident):
            with tf.GradientTape() as tape:
                losses.append(self._kind.loss(self._recipe, labels, self._learner(images, training=True)))
            gradients.append(tape.gradient(losses[-1], learnt))
        total = [tf.add_n(each) / len(gradients) for each in zip(*gradients, strict=True)]
        self._optimizer.apply(total, self._learner.trainable_variables)
        return tf.add_n(losses), tf.zeros([])


def chunks(chosen: Recipe, data: Dataset) -> Callable[[], None]:
    """Some steps as in `train`, in chunks, including drawing the order and the augmentation."""
    steps, size, done = prepare(chosen, data), chosen.batch_size, 0
    steps.take(0, order(len(data), 0, 0, CHUNK * size).reshape(-1, size))

    def loop() -> None:
        nonlocal done
        for _ in range(CHUNKS):
            steps.take(done, order(len(data), 0, done * size, (done + CHUNK) * size).reshape(-1, size))
            done += CHUNK

    return loop


def bare(chosen: Recipe, data: Dataset) -> Callable[[], None]:
    """The same number of bare steps in one call."""
    steps = BareSteps(chosen.changed(augment="none"), data)
    batches = np.zeros((CHUNK * CHUNKS, chosen.batch_size), np.int32)

    def loop() -> None:
        steps.take(0, batches)

    loop()
    return loop


def measure_fast(rounds: int) -> dict[str, Any]:
    """Time whole loops, with the accuracy they reach."""
    notes = compete(
        {
            "shuzi, fast": ours,
            "float32, an operation on two cores": partial(rival, "float32", 1, 2),
            "float32, half a batch on each core": partial(rival, "float32", 2, 1),
            "bfloat16, an operation on two cores": partial(rival, "bfloat16", 1, 2),
            "bfloat16, half a batch on each core": partial(rival, "bfloat16", 2, 1),
        },
        rounds,
    )
    seconds = column(notes)
    accuracy = column(notes, "accuracy")
    return {
        "what": "the whole loop, without building and tracing; the number of the round is the seed",
        "ratio to the float32 rival": ratios(seconds, quickest(seconds, "float32"))["shuzi, fast"],
        "ratio to the bfloat16 rival": ratios(seconds, quickest(seconds, "bfloat16"))["shuzi, fast"],
        "test accuracy, mean": {name: float(np.mean(values)) for name, values in accuracy.items()},
        "test accuracy, sd": {name: float(np.std(values, ddof=1)) for name, values in accuracy.items()},
        "seconds": seconds,
        "accuracy": accuracy,
    }


def measure_cnn(rounds: int) -> dict[str, Any]:
    """Measure what augmentation and the loop cost."""
    data, chosen = shuzi.load_mnist().train, recipe("cnn")
    seconds = take_turns(
        {
            "with augmentation": chunks(chosen, data),
            "without augmentation": chunks(chosen.changed(augment="none"), data),
            "bare step": bare(chosen, data),
        },
        rounds,
    )
    return {
        "what": f"{CHUNK * CHUNKS} steps of {chosen.batch_size} images",
        "ratios to the bare step": ratios(seconds, "bare step"),
        "ratios to no augmentation": ratios(seconds, "without augmentation"),
        "images a second": {
            name: round(CHUNK * CHUNKS * chosen.batch_size / np.median(times)) for name, times in seconds.items()
        },
        "seconds": seconds,
    }


def main() -> None:
    """Measure and save the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["fast", "cnn"])
    parser.add_argument("--rounds", type=int, default=11)
    given = parser.parse_args()
    measured = measure_fast(given.rounds) if given.what == "fast" else measure_cnn(given.rounds)
    keep(f"speed-{given.what}", {"rounds": given.rounds, **measured})


if __name__ == "__main__":
    main()
