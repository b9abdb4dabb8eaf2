"""A network, its optimizer and the images, ready to take many steps in one call on any Keras backend.

A call from Python costs more than a step of a small network, so a call carries a chunk of steps.

Two networks share their weights: the one being trained may compute in bfloat16 and use a faster batch normalisation
kernel; the plain one is float32, uses built-in layers only, and is the one that is validated, saved and exported.

The changes to each image are drawn in NumPy from the seed and the step, so a resumed run continues exactly and every
Keras backend sees the same images. The changes themselves use Keras 3 operations only.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from shuzi.data.dataset import order
from shuzi.ink.normalize import SIDE
from shuzi.synthesis.examples import Examples, Stream
from shuzi.training.network import build, start_from
from shuzi.training.recipe import Recipe
from shuzi.training.tasks import TASKS

BLOCK = 32
"""The number of steps whose examples are composed as a block."""

_MIDDLE = (SIDE - 1) / 2
AUGMENTATION_STREAM = 1  # the order of the images is drawn from the same seed on another stream

SHIFT = 2.0  # pixels, in either direction
STRETCH = 0.1  # each axis by up to this fraction
_TURN = 10 / 180 * math.pi
_SLANT = 0.1  # pixels sideways per pixel down
_FARTHER = 1.5

CHOICES = 6
"""How many random numbers, each from -1 to 1, decide the changes to one image."""

FIRST_RATE, LAST_RATE = 0.1, 0.01  # fractions of the highest rate

ADAM_S_EPSILON = 1e-8
LAST_LAYERS = ("output", "is_digit", "scores", "boxes")
"""Prefixes of the names of the last layers with weights, which turn features into answers."""

PASS_PIXELS = 1_000 * SIDE**2  # pixels in one forward pass: more would take gigabytes


class Feed(Protocol):
    """Decides which examples each step sees; a resumed run sees the same as an uninterrupted one."""

    examples: Examples
    """The examples that the steps are prepared for."""

    count: int
    """The number of different examples that the training sees."""

    def end(self, step: int) -> int:
        """Return the step before which new examples must be loaded."""

    def batches(self, steps: Steps, start: int, stop: int) -> NDArray[np.int32]:
        """Let the backend hold the examples of some steps; return their positions, int32 (steps, batch size)."""

    def close(self) -> None:
        """End the processes that compose examples, if there are any."""


class Kept:
    """Examples in memory, shuffled again in each epoch."""

    def __init__(self, recipe: Recipe, examples: Examples) -> None:
        self.examples, self.count, self._recipe = examples, len(examples), recipe

    def end(self, step: int) -> int:
        """Return the last step."""
        return max(step, self._recipe.steps)

    def batches(self, steps: Steps, start: int, stop: int) -> NDArray[np.int32]:  # noqa: ARG002 - they are all held
        """Return the positions of the examples."""
        size = self._recipe.batch_size
        return order(self.count, self._recipe.seed, start * size, stop * size).reshape(-1, size)

    def close(self) -> None:
        """Do nothing."""


class Streamed:
    """Examples composed during training."""

    def __init__(self, recipe: Recipe, stream: Stream, step: int) -> None:
        self._recipe, self._stream, self._block = recipe, stream, step // BLOCK
        self.count = recipe.steps * recipe.batch_size
        try:
            self.examples = stream.block(self._block)
        except BaseException:  # the caller cannot close an object whose constructor failed
            stream.close()
            raise

    def end(self, step: int) -> int:
        """Return the end of a block, or the last step."""
        return min((step // BLOCK + 1) * BLOCK, self._recipe.steps)

    def batches(self, steps: Steps, start: int, stop: int) -> NDArray[np.int32]:
        """Hold the block of the steps, and return positions in it, in the order in which they were composed."""
        block, size = start // BLOCK, self._recipe.batch_size
        if block != self._block:
            self._block = block
            steps.hold(self._stream.block(block))
        first = (start - block * BLOCK) * size
        return np.arange(first, first + (stop - start) * size, dtype=np.int32).reshape(-1, size)

    def close(self) -> None:
        """End the processes that compose."""
        self._stream.close()


def draw_choices(seed: int, start: int, stop: int, batch_size: int) -> NDArray[np.float32]:
    """Draw the changes for the steps from `start` to `stop`: float32 (stop - start, batch_size, 6), from -1 to 1."""
    steps = [
        np.random.default_rng([seed, AUGMENTATION_STREAM, step]).random((batch_size, CHOICES), np.float32)
        for step in range(start, stop)
    ]
    return np.stack(steps) * 2 - 1


def squeeze(images: Any, choices: Any) -> Any:
    """Shift and stretch images, float32 (n, 28, 28), along both axes, by choices from -1 to 1, float32 (n, 6)."""
    down = _line(choices[:, 0:1] * SHIFT, 1 + choices[:, 1:2] * STRETCH)
    across = _line(choices[:, 2:3] * SHIFT, 1 + choices[:, 3:4] * STRETCH)
    return ops.matmul(down, ops.matmul(images, ops.transpose(across, (0, 2, 1))))


def affine(images: Any, choices: Any) -> Any:
    """Shift, stretch, rotate and slant; shapes as for `squeeze`."""
    turn = choices[:, 4] * _TURN
    cos, sin = ops.cos(turn), ops.sin(turn)
    tall, wide = ops.exp(choices[:, 1] * STRETCH), ops.exp(choices[:, 3] * STRETCH)
    slant = choices[:, 5] * _SLANT
    row = (cos * tall - sin * slant, -sin * wide, choices[:, 0] * SHIFT)
    column = (sin * tall + cos * slant, cos * wide, choices[:, 2] * SHIFT)
    y, x = np.indices((SIDE, SIDE), np.float32).reshape(2, 1, -1) - np.float32(_MIDDLE)
    return _sampled(images, *(a[:, None] * y + b[:, None] * x + c[:, None] for a, b, c in (row, column)))


def wide(images: Any, choices: Any) -> Any:
    """Go half as far again as `affine`, for networks trained long enough to learn it; shapes as for `squeeze`."""
    return affine(images, choices * _FARTHER)


def _line(shift: Any, stretch: Any) -> Any:
    """Build the matrices (n, 28, 28) that move a column of pixels to new positions, with linear interpolation."""
    positions = np.arange(SIDE, dtype=np.float32)
    source = (positions - np.float32(_MIDDLE)) * stretch + shift + _MIDDLE
    return ops.relu(1 - ops.abs(source[:, :, None] - positions))


def _sampled(images: Any, y: Any, x: Any) -> Any:
    """Sample images (n, 28, 28) at positions (n, 784) relative to the centre, with linear interpolation."""
    frame = SIDE + 2  # an empty border: positions outside the image are read from it
    y, x = (ops.clip(positions + (_MIDDLE + 1), 0, frame - 1.01) for positions in (y, x))
    top, left = ops.floor(y), ops.floor(x)
    below, right = y - top, x - left
    flat = ops.reshape(ops.pad(images, ((0, 0), (1, 1), (1, 1))), (-1,))
    first = ops.arange(ops.shape(images)[0], dtype="int32")[:, None] * (frame * frame)
    corner = first + ops.cast(top, "int32") * frame + ops.cast(left, "int32")

    def row(offset: int) -> Any:
        near, far = ops.take(flat, corner + offset), ops.take(flat, corner + offset + 1)
        return near + (far - near) * right

    upper, lower = row(0), row(frame)
    return ops.reshape(upper + (lower - upper) * below, (-1, SIDE, SIDE))


AUGMENTATIONS: Mapping[str, Callable[[Any, Any], Any]] = {"squeeze": squeeze, "affine": affine, "wide": wide}


class OneCycle(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc] # Keras publishes no types
    """Linear warm-up in a fraction of the steps, then a decay along half a cosine (after Smith, 2018)."""

    def __init__(self, highest: float, steps: int, warm_up: float) -> None:
        self.highest, self.steps, self.warm_up = highest, steps, warm_up

    def __call__(self, step: Any) -> Any:
        """Return the learning rate for a step."""
        progress = (ops.cast(step, "float32") + 0.5) / self.steps
        rising = FIRST_RATE + (1 - FIRST_RATE) * progress / self.warm_up
        fallen = ops.clip((progress - self.warm_up) / (1 - self.warm_up), 0, 1)
        falling = LAST_RATE + (1 - LAST_RATE) * 0.5 * (1 + ops.cos(math.pi * fallen))
        return self.highest * ops.where(progress < self.warm_up, rising, falling)

    def get_config(self) -> dict[str, float]:
        """Return the schedule's settings."""
        return {"highest": self.highest, "steps": self.steps, "warm_up": self.warm_up}


class Muon(keras.optimizers.Muon):  # type: ignore[misc] # Keras publishes no types
    """Muon (Jordan et al., 2024), for convolution kernels too.

    Muon steps equally far along all directions of a matrix, so that rare directions are learnt as quickly as common
    ones. Keras's own Muon leaves four-dimensional kernels to Adam; here each is flattened to a matrix. Both leave the
    last layers, and everything that is not a matrix, to Adam.
    """

    def _should_use_adamw(self, variable: Any) -> bool:
        if len(variable.shape) != 4:
            return bool(super()._should_use_adamw(variable))
        last = any(name in variable.path for name in self.exclude_layers)
        return last or variable.shape[2] == 1  # the first convolution, which has a single input channel

    def _muon_update_step(self, gradient: Any, variable: Any, lr: Any, m: Any) -> None:
        self.assign_add(m, (gradient - m) * (1 - self.momentum))
        direction = gradient + (m - gradient) * self.momentum if self.nesterov else m
        matrix = ops.reshape(direction, (-1, direction.shape[-1]))
        step = self.lr_adjust(self.zeropower_via_newtonschulz5(matrix, self.ns_steps))
        self.assign_sub(variable, lr * ops.reshape(step, variable.shape))


def build_optimizer(recipe: Recipe) -> Any:
    """Build the optimizer of a recipe."""
    rate: Any = recipe.learning_rate
    if recipe.schedule == "one-cycle":
        rate = OneCycle(recipe.learning_rate, recipe.steps, recipe.warm_up)
    # the name is part of the checkpoint, and Keras would number the second optimizer of a process
    if recipe.optimizer == "sgd":
        return keras.optimizers.SGD(rate, name=recipe.optimizer)
    if recipe.optimizer == "muon":
        return Muon(
            rate,
            adam_beta_1=recipe.beta_1,
            adam_beta_2=recipe.beta_2,
            adam_weight_decay=None,
            weight_decay=None,
            epsilon=ADAM_S_EPSILON,
            exclude_layers=list(LAST_LAYERS),
            name=recipe.optimizer,
        )
    return keras.optimizers.Adam(
        rate, beta_1=recipe.beta_1, beta_2=recipe.beta_2, epsilon=ADAM_S_EPSILON, name=recipe.optimizer
    )


class Steps(ABC):
    """Takes training steps; each backend is a subclass. The examples are kept in memory as uint8."""

    def __init__(self, recipe: Recipe, dataset: Examples, normalization: Any = None) -> None:
        self._recipe = recipe
        self._augment = AUGMENTATIONS.get(recipe.augment)
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
        """Take a step for each row of positions, int32 (steps, size): losses and correct fractions, float32 each."""
        count, size = batches.shape
        choices = np.zeros((count, 0, 0), np.float32)
        if self._augment:
            choices = draw_choices(self._recipe.seed, first, first + count, size)
        losses, accuracies = self._take(batches, choices)
        return np.asarray(losses), np.asarray(accuracies)

    def answers(self, images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        """Return all outputs of the network; for digits uint8 (n, 28, 28), the first is the probabilities (n, 10)."""
        count = max(1, PASS_PIXELS // int(np.prod(images.shape[1:])))
        outputs = [self._predict(images[at : at + count]) for at in range(0, len(images), count)]
        return joined(outputs)

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
        size = self._recipe.batch_size // self._recipe.towers
        return [tuple(a[n * size : (n + 1) * size] for a in arrays) for n in range(self._recipe.towers)]


def joined(outputs: list[Any]) -> list[NDArray[np.float32]]:
    """Concatenate outputs computed piece by piece; each piece is an array for one output, a list for several."""
    by_piece = [piece if isinstance(piece, list | tuple) else [piece] for piece in outputs]
    return [np.concatenate([np.asarray(part) for part in parts]) for parts in zip(*by_piece, strict=True)]


def _fits(value: NDArray[Any], variable: Any) -> bool:
    kind = np.dtype(keras.backend.standardize_dtype(variable.dtype)).kind
    return tuple(variable.shape) == value.shape and value.dtype.kind == kind


def _unnumbered(name: str) -> str:
    """Drop the numbers from Keras's layer names: they depend on what else was built in the process."""
    return re.sub(r"_\d+", "", name)
