"""A task is what a network learns to do: its examples, loss, accuracy and calibration."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from shuzi.data.dataset import Dataset
from shuzi.synthesis.examples import PARTS, Examples, Stream, as_they_are, compose
from shuzi.training.recipe import Recipe

VALIDATION_FRACTION = 1 / 32
"""The number of examples composed for validation, as a fraction of those for training."""

Answers = Callable[[NDArray[np.uint8]], list[NDArray[np.float32]]]
"""Runs a network on images uint8 (n, h, w): one array (n, ...) for each of its outputs."""


class Task(ABC):
    """A task that a network learns.

    To add a task, add a subclass and list it in `all_tasks.TASKS`. Its inputs and outputs are declared in
    `models.tasks`, since readers need them too.
    """

    name: ClassVar[str]
    """The task's name in recipes and cards."""

    samples: ClassVar[str] = ""
    """The kind of examples to compose from a dataset, as named in `compose`; "" uses the images unchanged."""

    input_shape: ClassVar[tuple[int | None, ...]] = (28, 28)
    """The input shape of a Keras network, without the batch."""

    answers: ClassVar[int]
    """How many outputs, starting with the first, hold an answer: values of which the largest counts."""

    @abstractmethod
    def loss(self, recipe: Recipe, labels: Any, y: Any) -> Any:
        """Return the loss of a batch: labels (n, ...) as in the examples, y as the network outputs it."""

    @abstractmethod
    def correct(self, labels: Any, y: Any) -> Any:
        """Return the fraction of each example that is correct in training: float32 (n,)."""

    @abstractmethod
    def accuracy(self, labels: NDArray[Any], outputs: NDArray[np.float32]) -> float:
        """Return the accuracy of a trained network, from its first output."""

    def calibrate(
        self,
        recipe: Recipe,
        answers: Answers,
        write_temperature: Callable[[float], None],
        validation: Dataset,
    ) -> tuple[float, dict[str, float]]:
        """Calibrate a trained network's confidence; a task without confidence changes nothing.

        Parameters
        ----------
        recipe
            Decides whether to fit a temperature.
        answers
            Runs the network as it is now.
        write_temperature
            Divides the network's logits from now on.
        validation
            The validation split.

        Returns
        -------
        The temperature that was written, and the thresholds beyond which an answer is not to be trusted.
        """
        return 1.0, {}

    def parts(self, dataset: Dataset) -> int:
        """Return in how many parts examples are composed from a dataset; 0 if nothing is composed."""
        return min(PARTS, len(dataset)) if self.samples else 0

    def training_examples(self, dataset: Dataset, seed: int, fraction: float = 1.0) -> Iterator[Examples]:
        """Yield the training examples part by part, or a `fraction` of them."""
        if self.samples:
            yield from compose(self.samples, dataset, seed, fraction)
        else:
            yield as_they_are(dataset)

    def stream(self, dataset: Dataset, seed: int, rows: int, blocks: int) -> Stream:
        """Start composing training examples ahead of a training, `blocks` of `rows` rows; not for all tasks."""
        raise NotImplementedError

    def evaluation_examples(self, dataset: Dataset, seed: int) -> Examples:
        """Make the examples for validation during training and for the final accuracy."""
        return as_they_are(dataset)

    def comparison_examples(self, dataset: Dataset) -> Examples:
        """Make the examples, image by image, for comparing two ways of running one network."""
        return as_they_are(dataset)

    def as_input(self, pixels: Any) -> Any:
        """Turn pixels (n, h, w) into the Keras network's input: no layer adds a channel to a variable size."""
        return pixels[..., None] if len(self.input_shape) == 3 else pixels
