"""What a training tells its listeners, in the order in which it happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.synthesis.samples.examples import Examples
from shuzi.training.recipe import Recipe

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Composing:
    """So many shares, of all there are, of the pictures that are learnt from have been composed."""

    done: int
    of: int


@dataclass(frozen=True)
class Started:
    """The network stands; `step` is 0, or where a stopped training goes on."""

    recipe: Recipe
    model: Any
    images: int
    parameters: int
    step: int


@dataclass(frozen=True)
class Progress:
    """The batch of this step: its loss before the step was taken, and the share of it that was right."""

    step: int
    loss: float
    accuracy: float


@dataclass(frozen=True)
class Validated:
    """A look at the validation images, and the weights at that moment by name."""

    step: int
    accuracy: float
    weights: Arrays


@dataclass(frozen=True)
class Saved:
    """Everything from which the training can go on after this step, bit for bit."""

    step: int
    state: Arrays


@dataclass(frozen=True)
class Stopped:
    """Somebody asked the training to stop; a Saved of the same step came just before."""

    step: int


@dataclass(frozen=True)
class Done:
    """The end: the accuracy on the part "test", "validation", or "training" where no other was kept.

    `answers` are all that the network said to the images of `judges`. The scores were divided by `temperature`; an
    answer beyond one of the `thresholds` is not to be trusted.
    """

    step: int
    accuracy: float
    part: str
    judges: Examples
    answers: list[NDArray[np.float32]]
    temperature: float
    thresholds: Mapping[str, float]

    @property
    def n(self) -> int:
        """How many images it was judged by."""
        return len(self.judges)


Event = Composing | Started | Progress | Validated | Saved | Stopped | Done
Listener = Callable[[Event], None]
