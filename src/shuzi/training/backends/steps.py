"""A network, its optimizer and the images, ready to take many steps in one call on any Keras backend.

A call from Python costs more than a step of a small network, so a call carries a chunk of steps.

Two networks share their weights: the one being trained may compute in bfloat16 and use a faster batch normalisation
kernel; the plain one is float32, uses built-in layers only, and is the one that is validated, saved and exported.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from shuzi.synthesis.examples import Examples
from shuzi.training.network import augment
from shuzi.training.network.architectures import build
from shuzi.training.network.optimizers import LAST_LAYERS, build_optimizer
from shuzi.training.recipe import Recipe
from shuzi.training.start import start_from
from shuzi.training.tasks.all_tasks import TASKS

PASS_PIXELS = 1_000 * 28 * 28  # pixels in one forward pass: more would take gigabytes


class Steps(ABC):
    """Takes training steps; each backend is a subclass.

    Parameters
    ----------
    recipe
        Names the network, the loss and the optimizer.
    dataset
        The training examples, kept in memory as uint8.
    """

    def __init__(self, recipe: Recipe, dataset: Examples, normalization: Any = None) -> None:
        self._recipe = recipe
        self._augment = augment.AUGMENTATIONS.get(recipe.augment)
        self._task = TASKS[recipe.task]
        self.model = build(recipe)
        self._learner = self.model
        normalizes = any(isinstance(layer, keras.layers.BatchNormalization) for layer in self.model.layers)
        if recipe.precision != "float32" or normalizes:
            self._learner = build(recipe, normalization, recipe.precision, learning=True)
        if recipe.fine_tunes:
            for layer in self._learner.layers:
                layer.trainable = layer.name.startswith(LAST_LAYERS)
        self._optimizer = build_optimizer(recipe)
        self._optimizer.build(self._learner.trainable_variables)
        self.hold(dataset)
        self._compile(dataset)

    @abstractmethod
    def hold(self, dataset: Examples) -> None:
        """Copy examples to the backend's memory, replacing earlier ones of the same shape."""

    @abstractmethod
    def _compile(self, dataset: Examples) -> None:
        """Prepare the functions that take steps and predict, for examples of that shape."""

    @abstractmethod
    def _take(self, batches: NDArray[np.int32], choices: NDArray[np.float32]) -> tuple[Any, Any]:
        """Run the steps."""

    @abstractmethod
    def _predict(self, images: NDArray[np.uint8]) -> Any:
        """Run the plain network on images with at most `PASS_PIXELS` pixels."""

    def take(self, first: int, batches: NDArray[np.int32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Take one step for each row of `batches`.

        Parameters
        ----------
        first
            The number of the first step, from 0; randomness within a step depends on its number.
        batches
            int32 (steps, batch size), the positions of the images.

        Returns
        -------
        The loss of each batch before its step, and the fraction of it that was correct: float32 (steps,) each.
        """
        count, size = batches.shape
        choices = np.zeros((count, 0, 0), np.float32)
        if self._augment:
            choices = augment.draw(self._recipe.seed, first, first + count, size)
        losses, accuracies = self._take(batches, choices)
        return np.asarray(losses), np.asarray(accuracies)

    def answers(self, images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        """Return all outputs of the network; for digits uint8 (n, 28, 28), the first is the probabilities (n, 10)."""
        count = max(1, PASS_PIXELS // int(np.prod(images.shape[1:])))
        outputs = [self._predict(images[at : at + count]) for at in range(0, len(images), count)]
        each = [piece if isinstance(piece, list | tuple) else [piece] for piece in outputs]
        return [np.concatenate([np.asarray(part) for part in parts]) for parts in zip(*each, strict=True)]

    def evaluate(self, examples: Examples) -> tuple[float, list[NDArray[np.float32]]]:
        """Return the network's accuracy on examples, and all of its outputs."""
        answers = self.answers(examples.images)
        return self._task.accuracy(examples.labels, answers[0]), answers

    def update_model(self) -> None:
        """Copy the trained weights to the plain network."""
        if self._learner is not self.model:
            self.model.set_weights(self._learner.get_weights())

    def start_from(self, model: Path) -> None:
        """Start from the weights of a trained model."""
        start_from(model, self.model)
        if self._learner is not self.model:
            self._learner.set_weights(self.model.get_weights())

    def state(self) -> dict[str, NDArray[Any]]:
        """Return a copy of every number that the next step depends on."""
        return {name: variable.numpy().copy() for name, variable in self._variables().items()}

    def restore(self, state: dict[str, NDArray[Any]]) -> bool:
        """Restore a copied state; return False if it belongs to another network or optimizer."""
        variables, state = self._variables(), {_unnumbered(name): value for name, value in state.items()}
        if variables.keys() != state.keys():
            return False
        if any(not _fits(state[name], variable) for name, variable in variables.items()):
            return False
        for name, variable in variables.items():
            variable.assign(state[name])
        return True

    def _variables(self) -> dict[str, Any]:
        kept = [*self._learner.variables, *self._optimizer.variables]
        return {_unnumbered(f"{index:03d} {variable.path}"): variable for index, variable in enumerate(kept)}

    def _batch(self, images: Any, choices: Any) -> Any:
        """Turn uint8 images into the network's input, augmented if the recipe says so."""
        pixels = ops.cast(images, "float32")
        return self._task.as_input(self._augment(pixels, choices) if self._augment else pixels)

    def _pieces(self, *arrays: Any) -> list[tuple[Any, ...]]:
        """Split a batch into the recipe's towers; each is normalised and trained on separately, in parallel."""
        each = self._recipe.batch_size // self._recipe.towers
        return [tuple(a[n * each : (n + 1) * each] for a in arrays) for n in range(self._recipe.towers)]


def _fits(value: NDArray[Any], variable: Any) -> bool:
    kind = np.dtype(keras.backend.standardize_dtype(variable.dtype)).kind
    return tuple(variable.shape) == value.shape and value.dtype.kind == kind


def _unnumbered(name: str) -> str:
    """Drop the numbers from Keras's layer names: they depend on what else was built in the process."""
    return re.sub(r"_\d+", "", name)
