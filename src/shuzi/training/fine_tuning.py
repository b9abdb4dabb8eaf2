"""One's own digits, mixed with other people's, fine-tune a network; cross-validation measures what that brings.

A tenth of a hundred digits, held out, would show nothing: the 95 % interval of ten answers is too wide. So the
training is repeated without each fifth of the digits in turn, and that fifth is read. The network that is kept has
learnt from all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np

from shuzi.data.dataset import Dataset, order
from shuzi.models.score import Score
from shuzi.synthesis.samples.examples import Examples
from shuzi.training.backends.steps import Steps
from shuzi.training.events import CrossValidating
from shuzi.training.recipe import Recipe
from shuzi.training.start import card_of_start

LEAST = 10
"""The smallest number of own digits that can be learnt from."""

ENOUGH = 50
"""The number of own digits from which learning pays off; for fewer there is `shuzi hand`."""

FOLDS = 5
"""The parts of the digits, each of which is read by a network that has learnt from the others."""

SHARE = 1 / 64
"""The fraction of a whole training's crops that other people's digits are composed to."""

_OTHERS = 2_500  # of MNIST's digits
_OWN = 1 / 3  # fraction of own digits among the examples
_CHUNK = 20  # steps in one call: between calls, a person can stop
_REJECTED = "not-a-digit"


def some_of(others: Dataset) -> Dataset:
    """Return as many of other people's digits as fine-tuning takes."""
    return Dataset(others.images[:_OTHERS], others.labels[:_OTHERS])


class FineTuning:
    """A training that starts from a network and teaches it one's own digits.

    Parameters
    ----------
    recipe
        The settings of the training.
    own
        One's own digits.
    others
        Other people's digits and non-digits.
    start
        The .onnx file of the network.

    Attributes
    ----------
    examples
        Own digits, all of them as often as it takes to make up a third, followed by the others.
    """

    def __init__(self, recipe: Recipe, own: Dataset, others: Examples, start: Path) -> None:
        self._recipe, self._own, self._path = recipe, own, start
        self._times = max(1, round(len(others) * _OWN / (1 - _OWN) / len(own)))
        images, labels = np.tile(own.images, (self._times, 1, 1)), np.tile(own.labels, self._times)
        self.examples = Examples(
            np.concatenate([images, others.images]), np.concatenate([labels, others.labels.astype(np.uint8)])
        )

    def begin(self, steps: Steps) -> None:
        """Start from the network."""
        steps.start_from(self._path)
        self._start = steps.state()

    def judge(
        self, steps: Steps, validation: Examples, threshold: float, should_stop: Callable[[], bool]
    ) -> Generator[CrossValidating, None, dict[str, Score] | None]:
        """Score the network that has been learnt, and the one that it started from.

        Parameters
        ----------
        steps
            Those that have been taken.
        validation
            MNIST's validation images.
        threshold
            The probability of being a digit below which the network that has been learnt rejects an image.
        should_stop
            Called between chunks of steps.

        Returns
        -------
        "own": of one's own digits, those that a network reads correctly and does not reject that has not learnt them;
        "own-before": those that the first network reads so. "validation" and "validation-before": the same on MNIST,
        where an answer counts even if it is rejected. None if asked to stop.
        """
        learnt, kept, own = steps.state(), steps.model.get_weights(), self._own
        answered = Score(_answered(steps, validation), len(validation))
        part = np.random.default_rng(self._recipe.seed).permutation(len(own)) % FOLDS
        right = 0
        for fold in range(FOLDS):
            yield CrossValidating(fold, FOLDS)
            if not self._learn_without(part == fold, steps, should_stop):
                return None
            held_out = Dataset(own.images[part == fold], own.labels[part == fold])
            right += _read(steps, held_out, threshold)
        steps.restore(self._start)
        steps.update_model()
        before = card_of_start(self._path).thresholds.get(_REJECTED, threshold)
        scores = {
            "own": Score(right, len(own)),
            "own-before": Score(_read(steps, own, before), len(own)),
            "validation": answered,
            "validation-before": Score(_answered(steps, validation), len(validation)),
        }
        steps.restore(learnt)
        steps.model.set_weights(kept)
        return scores

    def _learn_without(self, held_out: np.ndarray, steps: Steps, should_stop: Callable[[], bool]) -> bool:
        """Take all steps from the start without some of one's own digits; return False if asked to stop."""
        usable = np.ones(len(self.examples), np.bool_)
        usable[: self._times * len(self._own)] = np.tile(~held_out, self._times)
        places, size = np.flatnonzero(usable).astype(np.int32), self._recipe.batch_size
        steps.restore(self._start)
        for first in range(0, self._recipe.steps, _CHUNK):
            if should_stop():
                return False
            last = min(first + _CHUNK, self._recipe.steps)
            batches = order(len(places), self._recipe.seed, first * size, last * size).reshape(-1, size)
            steps.take(first, places[batches])
        steps.update_model()
        return True


def _read(steps: Steps, digits: Dataset, threshold: float) -> int:
    probabilities, is_digit = steps.answers(digits.images)[:2]
    return int(((probabilities.argmax(axis=1) == digits.labels) & (is_digit[:, 0] >= threshold)).sum())


def _answered(steps: Steps, examples: Examples) -> int:
    return round(steps.evaluate(examples)[0] * len(examples))
