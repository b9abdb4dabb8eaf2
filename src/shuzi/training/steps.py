"""Many training steps in one call: TensorFlow runs the whole loop over batches as one graph.

A call from Python into TensorFlow costs more than a step of a small network, so a call carries a chunk of steps.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from shuzi.data.dataset import Dataset
from shuzi.training.recipes import Recipe

_AT_ONCE = 1_000  # images in one pass when nothing is learnt


class Steps:
    """The network, its optimizer and the training images, ready to take steps.

    Parameters
    ----------
    model
        A Keras model: images float32 (n, 28, 28) to probabilities (n, 10).
    recipe
        Says which loss and which optimizer.
    dataset
        What to learn from; kept in memory as uint8.
    """

    def __init__(self, model: Any, recipe: Recipe, dataset: Dataset) -> None:
        self.model = model
        self._recipe = recipe
        optimizers = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam}
        # the name is part of the saved state, and Keras would number the second optimizer of a process
        self._optimizer = optimizers[recipe.optimizer](recipe.learning_rate, name=recipe.optimizer)
        self._optimizer.build(model.trainable_variables)
        self._images = tf.constant(dataset.images)
        self._labels = tf.constant(dataset.labels)
        chunk = tf.TensorSpec([None, recipe.batch_size], tf.int32)
        self._run = tf.function(self._take, input_signature=[chunk])
        pixels = tf.TensorSpec([None, 28, 28], tf.uint8)
        self._predict = tf.function(lambda images: model(tf.cast(images, tf.float32)), input_signature=[pixels])

    def take(self, batches: NDArray[np.int32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Take one step for each row of `batches`, which holds the positions of a batch's images.

        Parameters
        ----------
        batches
            int32 (steps, batch size).

        Returns
        -------
        The loss of each batch before its step, and the share of it that was right: float32 (steps,) each.
        """
        losses, accuracies = self._run(tf.constant(batches))
        return losses.numpy(), accuracies.numpy()

    def probabilities(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return what the network says now: uint8 (n, 28, 28) becomes float32 (n, 10)."""
        pieces = [
            self._predict(tf.constant(images[start : start + _AT_ONCE])).numpy()
            for start in range(0, len(images), _AT_ONCE)
        ]
        return np.concatenate(pieces)

    def state(self) -> dict[str, NDArray[Any]]:
        """Copy every number that the next step depends on."""
        return {name: variable.numpy().copy() for name, variable in self._variables().items()}

    def restore(self, state: dict[str, NDArray[Any]]) -> bool:
        """Put a copied state back; False when it belongs to another network or optimizer."""
        variables = self._variables()
        if variables.keys() != state.keys():
            return False
        if any(tuple(variable.shape) != state[name].shape for name, variable in variables.items()):
            return False
        for name, variable in variables.items():
            variable.assign(state[name])
        return True

    def _variables(self) -> dict[str, Any]:
        kept = [*self.model.variables, *self._optimizer.variables]
        return {f"{place:03d} {variable.path}": variable for place, variable in enumerate(kept)}

    def _take(self, batches: Any) -> tuple[Any, Any]:
        count = tf.shape(batches)[0]
        losses = tf.TensorArray(tf.float32, count)
        accuracies = tf.TensorArray(tf.float32, count)
        for step in tf.range(count):
            images = tf.cast(tf.gather(self._images, batches[step]), tf.float32)
            labels = tf.gather(self._labels, batches[step])
            loss, accuracy = self._step(images, labels)
            losses = losses.write(step, loss)
            accuracies = accuracies.write(step, accuracy)
        return losses.stack(), accuracies.stack()

    def _step(self, images: Any, labels: Any) -> tuple[Any, Any]:
        label = tf.one_hot(labels, 10)
        with tf.GradientTape() as tape:
            y = self.model(images, training=True)
            loss = -tf.reduce_sum(label * tf.math.log(y + self._recipe.epsilon))
            if self._recipe.loss == "mean":
                loss /= self._recipe.batch_size
        slopes = tape.gradient(loss, self.model.trainable_variables)
        self._optimizer.apply(slopes, self.model.trainable_variables)
        right = tf.equal(tf.argmax(y, axis=1), tf.cast(labels, tf.int64))
        return loss, tf.reduce_mean(tf.cast(right, tf.float32))
