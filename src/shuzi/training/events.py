"""The events of a training run, in the order in which listeners receive them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.models.card import Score
from shuzi.synthesis.examples import Examples
from shuzi.training.recipe import Recipe

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Composing:
    """`done` of `of` parts of the training pictures have been composed."""

    done: int
    of: int


@dataclass(frozen=True)
class CrossValidating:
    """The training is repeated without some of the user's digits; `done` of `of` repetitions are over."""

    done: int
    of: int


@dataclass(frozen=True)
class Started:
    """The network is built; `step` is 0, or the step from which the run resumes."""

    recipe: Recipe
    model: Any
    images: int
    parameters: int
    step: int


@dataclass(frozen=True)
class Progress:
    """The loss of this step's batch before the step, and the fraction of the batch that was correct."""

    step: int
    loss: float
    accuracy: float


@dataclass(frozen=True)
class Validated:
    """The accuracy on the validation split, and the current weights by name."""

    step: int
    accuracy: float
    weights: Arrays


@dataclass(frozen=True)
class Saved:
    """A checkpoint: all the state needed to resume after this step, bit for bit."""

    step: int
    state: Arrays


@dataclass(frozen=True)
class Stopped:
    """The run was asked to stop; a `Saved` of the same step came just before, unless it was still composing."""

    step: int


@dataclass(frozen=True)
class Done:
    """The end: the accuracy on the split `part`: "test", "validation", or "training" if nothing was held out.

    After fine-tuning, `part` is "own", and `more` has the scores that `fine_tuning` explains.

    `answers` are all of the network's outputs for `examples`. The logits were divided by `temperature`; an answer
    beyond one of the `thresholds` is not to be trusted.
    """

    step: int
    accuracy: float
    part: str
    examples: Examples
    answers: list[NDArray[np.float32]]
    temperature: float
    thresholds: Mapping[str, float]
    more: Mapping[str, Score] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """The number of evaluated examples."""
        return len(self.examples)


Event = Composing | CrossValidating | Started | Progress | Validated | Saved | Stopped | Done
Listener = Callable[[Event], None]
