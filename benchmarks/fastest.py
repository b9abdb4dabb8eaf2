"""The fastest known small recipe becomes one compiled graph, for comparison with the recipe `fast`.

Convolution 5x5 to 24 channels, pool, convolution 3x3 to 32, pool, 256 neurons, 10 digits; no batch normalisation.
Adam with betas 0.7 and 0.9, a learning rate that rises to 0.01 and falls again, batches of 256, one epoch. How long
the rate rises is the only choice made here, on the validation images (0.1, 0.25 or 0.4 of the steps, two seeds each).

It is written in pure TensorFlow, with everything that makes it fast there: images in memory, the whole epoch in one
call, fused kernels for the loss and for Adam, and ReLU and bias after pooling, which is equivalent and cheaper.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from shuzi.data.dataset import Dataset, order
from shuzi.training.network import MEAN, SPREAD

BATCH, RATE, BETA_1, BETA_2, EPSILON, WARM_UP = 256, 0.01, 0.7, 0.9, 1e-8, 0.1
_SHAPES = ((5, 5, 1, 24), (24,), (3, 3, 24, 32), (32,), (800, 256), (256,), (256, 10), (10,))
_OWN_STREAM = 2  # so that weights and order are drawn independently


def threads(an_operation: int, side_by_side: int) -> None:
    """Set how many threads share an operation and how many operations run at once, before TensorFlow starts."""
    tf.config.threading.set_intra_op_parallelism_threads(an_operation)
    tf.config.threading.set_inter_op_parallelism_threads(side_by_side)


class Fastest:
    """One training, ready to start.

    Parameters
    ----------
    data
        The training data.
    seed
        Decides the initial weights and the order of the images.
    precision
        "float32", or "bfloat16" for everything up to the last layer.
    towers
        Parts of a batch whose gradients are computed in parallel, then averaged: the same numbers on more threads.
    """

    def __init__(self, data: Dataset, seed: int, precision: str = "float32", towers: int = 1) -> None:
        self._seed, self._towers, self._type = seed, towers, tf.as_dtype(precision)
        self._images, self._labels = tf.constant(data.images), tf.constant(data.labels, tf.int32)
        draws = np.random.default_rng([seed, _OWN_STREAM])
        self._weights = [tf.Variable(_first(shape, draws)) for shape in _SHAPES]
        self._memory = [(tf.Variable(tf.zeros(shape)), tf.Variable(tf.zeros(shape))) for shape in _SHAPES]
        self.steps = len(data) // BATCH
        batches = tf.TensorSpec([None, BATCH], tf.int32)
        self._loop = tf.function(self._steps, input_signature=[batches, tf.TensorSpec([None], tf.float32)])
        self._answer = tf.function(self._logits, input_signature=[tf.TensorSpec([None, 28, 28], tf.uint8)])
        self._warm()

    def fit(self) -> float:
        """Train for one epoch and return the seconds that it took."""
        began = time.perf_counter()
        batches = order(len(self._labels), self._seed, 0, self.steps * BATCH).reshape(-1, BATCH)
        self._loop(tf.constant(batches), tf.constant(_rates(self.steps))).numpy()
        return time.perf_counter() - began

    def accuracy(self, data: Dataset) -> float:
        """Return its current accuracy."""
        pieces = [self._answer(data.images[at : at + 1000]).numpy() for at in range(0, len(data), 1000)]
        return float(np.mean(np.concatenate(pieces).argmax(axis=1) == data.labels))

    def _warm(self) -> None:
        """Compile by taking one step, then restore the state."""
        variables = [*self._weights, *(each for pair in self._memory for each in pair)]
        before = [variable.numpy() for variable in variables]
        self._loop(tf.zeros([1, BATCH], tf.int32), tf.constant(_rates(1)))
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value)

    def _logits(self, images: Any) -> Any:
        *weights, last, last_bias = self._weights
        kernel_1, bias_1, kernel_2, bias_2, dense, bias_3 = (tf.cast(each, self._type) for each in weights)
        x = (tf.cast(images, tf.float32)[..., None] / 255 - MEAN) / SPREAD
        x = tf.nn.conv2d(tf.cast(x, self._type), kernel_1, 1, "VALID")
        x = tf.nn.relu(tf.nn.max_pool2d(x, 2, 2, "VALID") + bias_1)
        x = tf.nn.conv2d(x, kernel_2, 1, "VALID")
        x = tf.nn.relu(tf.nn.max_pool2d(x, 2, 2, "VALID") + bias_2)
        x = tf.nn.relu(tf.reshape(x, [-1, 800]) @ dense + bias_3)
        return tf.cast(x, tf.float32) @ last + last_bias

    def _steps(self, batches: Any, rates: Any) -> Any:
        loss = tf.zeros([])
        for step in tf.range(tf.shape(batches)[0]):
            pieces = [self._slopes(piece) for piece in tf.split(batches[step], self._towers)]
            losses, gradients = zip(*pieces, strict=True)
            total = [tf.add_n(each) / self._towers for each in zip(*gradients, strict=True)]
            self._adam(total if self._towers > 1 else gradients[0], rates[step], tf.cast(step + 1, tf.float32))
            loss = tf.add_n(losses) / self._towers
        return loss

    def _slopes(self, batch: Any) -> tuple[Any, list[Any]]:
        labels = tf.gather(self._labels, batch)
        with tf.GradientTape() as tape:
            logits = self._logits(tf.gather(self._images, batch))
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
        return loss, tape.gradient(loss, self._weights)

    def _adam(self, gradients: list[Any], rate: Any, step: Any) -> None:
        for weights, (mean, square), slope in zip(self._weights, self._memory, gradients, strict=True):
            tf.raw_ops.ResourceApplyAdam(
                var=weights.handle,
                m=mean.handle,
                v=square.handle,
                beta1_power=tf.pow(BETA_1, step),
                beta2_power=tf.pow(BETA_2, step),
                lr=rate,
                beta1=BETA_1,
                beta2=BETA_2,
                epsilon=EPSILON,
                grad=slope,
            )


def _first(shape: tuple[int, ...], draws: np.random.Generator) -> NDArray[np.float32]:
    """Draw weights for ReLU as in He et al. (2015); biases are zero."""
    if len(shape) == 1:
        return np.zeros(shape, np.float32)
    return draws.normal(0, np.sqrt(2 / np.prod(shape[:-1])), shape).astype(np.float32)


def _rates(steps: int) -> NDArray[np.float32]:
    """Rise linearly, then fall linearly to zero."""
    place = (np.arange(steps) + 0.5) / steps
    return (RATE * np.minimum(place / WARM_UP, (1 - place) / (1 - WARM_UP))).astype(np.float32)
