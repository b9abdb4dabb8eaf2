"""What a training tells its listeners, in the order in which it happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.training.recipes import Recipe

Arrays = Mapping[str, NDArray[Any]]


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
    """The end: the accuracy on `n` images of the part "test", "validation", or "training" where no other was kept.

    The scores were divided by `temperature`; with a confidence below `unsure_below` an answer is not to be trusted.
    """

    step: int
    accuracy: float
    n: int
    part: str
    probabilities: NDArray[np.float32]
    temperature: float
    unsure_below: float


Event = Started | Progress | Validated | Saved | Stopped | Done
Listener = Callable[[Event], None]
