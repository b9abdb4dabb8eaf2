"""The classification tasks, with and without rejecting non-digits: cross-entropy, accuracy and calibration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops
from numpy.typing import NDArray

from shuzi.data.dataset import Dataset
from shuzi.models.card import DIGIT_FROM, UNSURE_BELOW
from shuzi.models.tasks import CLASSIFY, CLASSIFY_OR_REJECT
from shuzi.synthesis.crops import LOOKS_LIKE, NOT_A_DIGIT
from shuzi.synthesis.examples import joined
from shuzi.training.recipe import Recipe
from shuzi.training.tasks.task import VALIDATION_FRACTION, Answers, Task
from shuzi.training.temperature import fit_temperature, unsure_below

_OF_BEING_A_DIGIT = 0.1  # of the label smoothing: probabilities near certainty must stay distinguishable
_ENOUGH_TO_FIT = 1_000  # the minimum number of validation images to fit a temperature
_LOOK_ALIKE = 0.5  # target probability that a look-alike is a digit
_DIGITS_REFUSED = 0.01  # the fraction of composed digits that may be rejected


class Classify(Task):
    """Which digit an image holds.

    In training, y is float32 (n, 10) with rows adding up to 1, or (n, columns, 10) from a network of several
    independent columns.
    """

    name = CLASSIFY
    answers = 1

    def loss(self, recipe: Recipe, labels: Any, y: Any) -> Any:
        """Return the cross-entropy of a batch, summed or averaged according to the recipe; columns are averaged.

        Parameters
        ----------
        recipe
            Decides between sum and mean, and the label smoothing.
        labels
            uint8 (n,).
        y
            float32 (n, 10) or (n, columns, 10).
        """
        count, columns, labels, y = _by_column(labels, y)
        return _mean(recipe, self._lost(recipe, labels, y) / columns, count)

    def correct(self, labels: Any, y: Any) -> Any:
        """Return 1 for each correctly classified image, else 0: float32 (n,). Columns are averaged."""
        return ops.cast(self._predicted(_averaged(y)) == ops.cast(labels, "int32"), "float32")

    def accuracy(self, labels: NDArray[np.uint8], outputs: NDArray[np.float32]) -> float:
        """Return the fraction of correct answers.

        >>> outputs = np.array([[0.1, 0.9], [0.2, 0.8]], np.float32)
        >>> Classify().accuracy(np.array([1, 0], np.uint8), outputs)
        0.5
        """
        return float(np.mean(outputs.argmax(axis=1) == labels))

    def calibrate(
        self,
        recipe: Recipe,
        answers: Answers,
        write_temperature: Callable[[float], None],
        validation: Dataset,
    ) -> tuple[float, dict[str, float]]:
        """Fit a temperature if the recipe asks for one, and the confidence below which an answer is unsure."""
        probabilities, temperature = answers(validation.images)[0], 1.0
        if recipe.temperature == "fitted" and len(validation) >= _ENOUGH_TO_FIT:
            temperature = fit_temperature(probabilities, validation.labels)
            write_temperature(temperature)
            probabilities = answers(validation.images)[0]
        return temperature, {UNSURE_BELOW: unsure_below(probabilities, validation.labels)}

    def _lost(self, recipe: Recipe, labels: Any, y: Any) -> Any:
        return self._lost_of(recipe, ops.one_hot(labels, 10), y)

    def _lost_of(self, recipe: Recipe, label: Any, y: Any) -> Any:
        """Return the loss for targets (n, 10), where the sum of each row is the image's weight."""
        smoothing = recipe.label_smoothing
        if smoothing:
            label = label * (1 - smoothing) + ops.sum(label, axis=1, keepdims=True) * (smoothing / 10)
        return -ops.sum(label * ops.log(y[:, :10] + recipe.epsilon))

    def _predicted(self, y: Any) -> Any:
        return ops.cast(ops.argmax(y[:, :10], axis=1), "int32")


class ClassifyOrReject(Classify):
    """Which digit an image holds, and whether it holds one at all.

    In training, y is float32 (n, 11) or (n, columns, 11); the last value is the probability that it is a digit.
    `synthesis.crops` defines the labels. A letter that looks like a digit, such as an O, is learnt as a
    digit with probability 0.5, and if it is one, as a 0.
    """

    name = CLASSIFY_OR_REJECT
    samples = "crops"
    answers = 2

    def calibrate(
        self,
        recipe: Recipe,
        answers: Answers,
        write_temperature: Callable[[float], None],
        validation: Dataset,
    ) -> tuple[float, dict[str, float]]:
        """Do the same as `Classify`, and fit the ``is_digit`` probability below which an image is rejected."""
        temperature, thresholds = super().calibrate(recipe, answers, write_temperature, validation)
        cuts = joined(list(self.training_examples(validation, recipe.seed, VALIDATION_FRACTION)))
        digits = cuts.images[cuts.labels < NOT_A_DIGIT]
        return temperature, thresholds | {DIGIT_FROM: float(np.quantile(answers(digits)[1], _DIGITS_REFUSED))}

    def _lost(self, recipe: Recipe, labels: Any, y: Any) -> Any:
        smoothing = recipe.label_smoothing * _OF_BEING_A_DIGIT
        # both rows are all 0 for a non-digit
        label = ops.one_hot(labels, 10) + _LOOK_ALIKE * ops.one_hot(labels - LOOKS_LIKE, 10)
        is_digit = ops.sum(label, axis=1) * (1 - smoothing) + smoothing / 2
        output = y[:, 10]
        yes, no = ops.log(output + recipe.epsilon), ops.log(1 - output + recipe.epsilon)
        return self._lost_of(recipe, label, y) - ops.sum(is_digit * yes + (1 - is_digit) * no)

    def correct(self, labels: Any, y: Any) -> Any:
        """Return the same as `Classify`; a look-alike may be taken for its digit or rejected."""
        alike, predicted = ops.cast(labels, "int32") - LOOKS_LIKE, self._predicted(_averaged(y))
        none_or_alike = ops.logical_or(predicted == NOT_A_DIGIT, predicted == alike)
        right = ops.logical_and(alike >= 0, none_or_alike)
        return ops.maximum(super().correct(labels, y), ops.cast(right, "float32"))

    def _predicted(self, y: Any) -> Any:
        return ops.where(y[:, 10] < 0.5, NOT_A_DIGIT, super()._predicted(y))


def _by_column(labels: Any, y: Any) -> tuple[int, int, Any, Any]:
    """Return the number of images and columns, and labels and y with one row per column of each image."""
    count, columns, labels = labels.shape[0], 1, ops.cast(labels, "int32")
    if len(y.shape) == 3:
        columns = y.shape[1]
        labels, y = ops.repeat(labels, columns, axis=0), ops.reshape(y, (-1, y.shape[2]))
    return count, columns, labels, y


def _averaged(y: Any) -> Any:
    """Average the columns of a network that has several."""
    return ops.mean(y, axis=1) if len(y.shape) == 3 else y


def _mean(recipe: Recipe, total: Any, count: int) -> Any:
    return total / count if recipe.loss == "mean" else total
