"""A task is what a network learns to do: it makes samples of a dataset, and tells what is lost, right and sure."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from shuzi.data.dataset import Dataset
from shuzi.synthesis.samples.examples import SHARES, Examples, as_they_are, compose
from shuzi.training.recipe import Recipe

LOOKED_AT = 1 / 32
"""Samples composed to look at, as a share of those learnt from."""

Answers = Callable[[NDArray[np.uint8]], list[NDArray[np.float32]]]
"""All that a network says to images uint8 (n, h, w): one array (n, ...) for each of its outputs."""


class Task(ABC):
    """What a network learns to do.

    A further task is a further subclass, listed in `known.TASKS`; what its model takes in and gives out stands in
    `models.tasks`, since readers need that, too.
    """

    name: ClassVar[str]
    """As recipes and cards call it."""

    samples: ClassVar[str] = ""
    """What is composed of a dataset to learn from, as `compose` calls it; "" for the images as they are."""

    input_shape: ClassVar[tuple[int | None, ...]] = (28, 28)
    """What a network of Keras takes in, without the batch."""

    answers: ClassVar[int]
    """How many outputs, from the first on, hold an answer: numbers of which the largest counts."""

    @abstractmethod
    def loss(self, recipe: Recipe, labels: Any, y: Any) -> Any:
        """Return the loss of a batch: labels (n, ...) as its samples have them, y as the network gives it."""

    @abstractmethod
    def correct(self, labels: Any, y: Any) -> Any:
        """Return what share of each sample the learning network gets right: float32 (n,)."""

    @abstractmethod
    def accuracy(self, labels: NDArray[Any], said: NDArray[np.float32]) -> float:
        """Return the share that a trained network gets right, from its first output."""

    def calibrate(
        self,
        recipe: Recipe,
        answers: Answers,
        write_temperature: Callable[[float], None],
        validation: Dataset,
    ) -> tuple[float, dict[str, float]]:
        """Make what a trained network says of its confidence honest; a task that tells none leaves it as it is.

        Parameters
        ----------
        recipe
            Says how.
        answers
            What the network says now.
        write_temperature
            Divides the network's scores from now on.
        validation
            Images that were not learnt from.

        Returns
        -------
        The temperature that was written, and the thresholds beyond which an answer is not to be trusted.
        """
        return 1.0, {}

    def shares(self, dataset: Dataset) -> int:
        """Return in how many shares samples are composed of a dataset; 0 where nothing is composed."""
        return min(SHARES, len(dataset)) if self.samples else 0

    def learnt_from(self, dataset: Dataset, seed: int, share: float = 1.0) -> Iterator[Examples]:
        """Make of a dataset what is learnt from, one share after the other; of all that, a `share`."""
        if self.samples:
            yield from compose(self.samples, dataset, seed, share)
        else:
            yield as_they_are(dataset)

    def judged_by(self, dataset: Dataset, seed: int) -> Examples:
        """Make of a dataset what a network is judged by while and after it learns."""
        return as_they_are(dataset)

    def shown(self, dataset: Dataset) -> Examples:
        """Make of a dataset, image by image, what two ways of running one network are compared on."""
        return as_they_are(dataset)

    def as_input(self, pixels: Any) -> Any:
        """Turn pixels (n, h, w) into what the network of Keras takes in."""
        return pixels
