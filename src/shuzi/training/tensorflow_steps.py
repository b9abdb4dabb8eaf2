"""Training steps on TensorFlow: a chunk is one graph with a loop over its batches."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from shuzi.processes.cores import cores
from shuzi.synthesis.examples import Examples
from shuzi.training.recipe import Recipe
from shuzi.training.steps import CHOICES, Steps


class FusedBatchNormalization(keras.layers.BatchNormalization):  # type: ignore[misc] # Keras publishes no types
    """Batch normalisation with TensorFlow's fused kernel, which is a third faster on a CPU."""

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Normalise a batch, of images (n, h, w, channels) or of rows (n, features)."""
        if not (training and self.trainable):
            return super().call(inputs, training=training, mask=mask)
        rows = len(inputs.shape) == 2
        x = inputs[:, None, None, :] if rows else inputs
        y, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=x,
            scale=self.gamma.value,
            offset=self.beta.value,
            mean=tf.zeros([0]),
            variance=tf.zeros([0]),
            epsilon=self.epsilon,
            is_training=True,
        )
        for kept, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
            kept.value.assign_sub((kept.value - now) * (1 - self.momentum))
        return y[:, 0, 0, :] if rows else y


class TensorFlowSteps(Steps):
    """Training steps as a TensorFlow graph. The towers of a batch run in parallel, one per core."""

    def __init__(self, recipe: Recipe, dataset: Examples) -> None:
        _one_core_an_operation()
        tf.config.experimental.enable_op_determinism()
        super().__init__(recipe, dataset, FusedBatchNormalization)

    def hold(self, dataset: Examples) -> None:
        """Copy examples to TensorFlow's memory."""
        self._images = tf.constant(dataset.images)
        self._labels = tf.constant(dataset.labels)

    def _compile(self, dataset: Examples) -> None:
        # arguments, not captured: TensorFlow never frees a graph with a loop, nor what it has captured
        held = [tf.TensorSpec(tensor.shape, tensor.dtype) for tensor in (self._images, self._labels)]
        batches = tf.TensorSpec([None, self._recipe.batch_size], tf.int32)
        choices = tf.TensorSpec(
            [None, *([self._recipe.batch_size, CHOICES] if self._augment else [0, 0])], tf.float32
        )
        # autograph writes Python files into the temporary folder, and a killed process leaves them there
        self._run = tf.function(self._loop, input_signature=[*held, batches, choices], autograph=False)
        pixels = tf.TensorSpec([None, *dataset.images.shape[1:]], tf.uint8)
        self._answer = tf.function(
            lambda images: self.model(self._task.as_input(tf.cast(images, tf.float32))),
            input_signature=[pixels],
            autograph=False,
        )

    def _take(self, batches: NDArray[np.int32], choices: NDArray[np.float32]) -> tuple[Any, Any]:
        losses, accuracies = self._run(self._images, self._labels, tf.constant(batches), tf.constant(choices))
        return losses.numpy(), accuracies.numpy()

    def _predict(self, images: NDArray[np.uint8]) -> Any:
        return tf.nest.map_structure(np.asarray, self._answer(tf.constant(images)))

    def _loop(self, images: Any, labels: Any, batches: Any, choices: Any) -> tuple[Any, Any]:
        count = tf.shape(batches)[0]

        def take(step: Any, losses: Any, accuracies: Any) -> tuple[Any, Any, Any]:
            batch = batches[step]
            loss, accuracy = self._step(tf.gather(images, batch), tf.gather(labels, batch), choices[step])
            return step + 1, losses.write(step, loss), accuracies.write(step, accuracy)

        nothing = tf.TensorArray(tf.float32, count), tf.TensorArray(tf.float32, count)
        _, losses, accuracies = tf.while_loop(lambda step, *_: step < count, take, (tf.constant(0), *nothing))
        return losses.stack(), accuracies.stack()

    def _step(self, images: Any, labels: Any, choices: Any) -> tuple[Any, Any]:
        learnt = self._learner.trainable_variables
        towers = [self._tower(*piece) for piece in self._pieces(images, labels, choices)]
        losses, correct, gradients = zip(*towers, strict=True)
        factor = 1 / len(towers) if self._recipe.loss == "mean" else 1.0
        total = gradients[0]
        if len(towers) > 1:
            total = [tf.add_n(gradient) * factor for gradient in zip(*gradients, strict=True)]
        self._optimizer.apply(total, learnt)
        return tf.add_n(losses) * factor, tf.add_n(correct) / self._recipe.batch_size

    def _tower(self, images: Any, labels: Any, choices: Any) -> tuple[Any, Any, list[Any]]:
        batch = self._batch(images, choices)
        with tf.GradientTape() as tape:
            y = self._learner(batch, training=True)
            loss = self._task.loss(self._recipe, labels, y)
        gradients = tape.gradient(loss, [variable.value for variable in self._learner.trainable_variables])
        return loss, tf.reduce_sum(self._task.correct(labels, y)), gradients


def _one_core_an_operation() -> None:
    """Run each operation on one core, several in parallel: faster for small operations, and no sum is reordered."""
    try:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(cores())
    except RuntimeError:
        return
