"""Fine-tune a network on the user's digits, mixed with other people's; cross-validation measures the effect.

A tenth of a hundred digits, held out, would show nothing: the 95 % interval of ten answers is too wide. So the
training is repeated without each fifth of the digits in turn, and that fifth is read. The final network has learnt
from all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import numpy as np

from shuzi.data.dataset import Dataset, Splits, order
from shuzi.errors import RecipeError
from shuzi.models.card import DIGIT_FROM, Score
from shuzi.synthesis.examples import Examples, as_they_are
from shuzi.training.events import CrossValidating, Done, Event, Stopped
from shuzi.training.loop import Setup, State, calibrate, compose_examples, learn, never, prepare
from shuzi.training.network import card_of_start
from shuzi.training.recipe import Recipe
from shuzi.training.steps import Kept, Steps
from shuzi.training.tasks import TASKS

MIN_DIGITS = 10
"""The minimum number of digits to learn from."""

ENOUGH = 50
"""The number of digits from which learning pays off; for fewer, use `shuzi hand`."""

FOLDS = 5
"""The number of folds, each of which is read by a network that has learnt from the others."""

_COMPOSED = 1 / 64  # crops composed of other people's digits, as a fraction of those of a whole training
_OTHERS = 2_500  # fraction of MNIST's digits
_OWN = 1 / 3  # fraction of the user's digits in the examples
_CHUNK = 20  # steps in one call: between calls, a person can stop


def fine_tune(
    recipe: Recipe,
    data: Splits,
    state: State | None = None,
    step: int = 0,
    should_stop: Callable[[], bool] = never,
    start: Path | None = None,
) -> Iterator[Event]:
    """Fine-tune a trained network on the user's and others' digits, and cross-validate it; events as of `train`."""
    if start is None or data.others is None:
        raise RecipeError("error.recipe.own", name=recipe.name)
    task, own = TASKS[recipe.task], data.train
    validation = task.evaluation_examples(data.validation, recipe.seed)
    few = Dataset(data.others.images[:_OTHERS], data.others.labels[:_OTHERS])
    others = yield from compose_examples(task, few, recipe.seed, _COMPOSED, should_stop)
    if others is None:
        yield Stopped(step)
        return
    repeats = max(1, round(len(others) * _OWN / (1 - _OWN) / len(own)))
    examples = _mixed(own, repeats, others)
    steps = prepare(recipe, examples)
    steps.start_from(start)
    first = steps.state()
    setup = Setup(recipe, steps, Kept(recipe, examples), validation)
    if not (yield from learn(setup, state, step, should_stop)):
        return
    temperature, thresholds = calibrate(task, recipe, steps, data)
    folds = _CrossValidation(recipe, own, repeats, len(examples), start, first)
    scores = yield from folds.score(steps, validation, thresholds[DIGIT_FROM], should_stop)
    if scores is None:
        yield Stopped(recipe.steps)
        return
    answers, accuracy = steps.answers(own.images), scores["own"].accuracy
    yield Done(recipe.steps, accuracy, "own", as_they_are(own), answers, temperature, thresholds, scores)


def _mixed(own: Dataset, repeats: int, others: Examples) -> Examples:
    """Return the user's digits, repeated to make up a third, followed by the others."""
    images, labels = np.tile(own.images, (repeats, 1, 1)), np.tile(own.labels, repeats)
    return Examples(np.concatenate([images, others.images]), np.concatenate([labels, others.labels.astype(np.uint8)]))


class _CrossValidation:
    """Repeats a training without a fifth of the user's digits at a time.

    Each digit is repeated at the start of the `count` examples; `first` is the backend's state before the first step.
    """

    def __init__(self, recipe: Recipe, own: Dataset, repeats: int, count: int, path: Path, first: State) -> None:
        self._recipe, self._own, self._repeats, self._count = recipe, own, repeats, count
        self._path, self._first = path, dict(first)

    def score(
        self, steps: Steps, validation: Examples, threshold: float, should_stop: Callable[[], bool]
    ) -> Generator[CrossValidating, None, dict[str, Score] | None]:
        """Score the trained network, and the first one as "-before"; None if asked to stop.

        "own": the own digits read correctly and not rejected (below the threshold), each by a network that has not
        learnt it. "validation": MNIST's images read correctly, even if rejected. Steps has the trained network again.
        """
        trained, weights, own = steps.state(), steps.model.get_weights(), self._own
        answered = Score(_answered(steps, validation), len(validation))
        fold_of = np.random.default_rng(self._recipe.seed).permutation(len(own)) % FOLDS
        correct = 0
        for fold in range(FOLDS):
            yield CrossValidating(fold, FOLDS)
            if not self._learn_without(fold_of == fold, steps, should_stop):
                return None
            held_out = Dataset(own.images[fold_of == fold], own.labels[fold_of == fold])
            correct += _read(steps, held_out, threshold)
        steps.restore(self._first)
        steps.update_model()
        before = card_of_start(self._path).thresholds.get(DIGIT_FROM, threshold)
        scores = {
            "own": Score(correct, len(own)),
            "own-before": Score(_read(steps, own, before), len(own)),
            "validation": answered,
            "validation-before": Score(_answered(steps, validation), len(validation)),
        }
        steps.restore(trained)
        steps.model.set_weights(weights)
        return scores

    def _learn_without(self, held_out: np.ndarray, steps: Steps, should_stop: Callable[[], bool]) -> bool:
        """Take all steps from the start without some of the user's digits; return False if asked to stop."""
        usable = np.ones(self._count, np.bool_)
        usable[: self._repeats * len(self._own)] = np.tile(~held_out, self._repeats)
        positions, size = np.flatnonzero(usable).astype(np.int32), self._recipe.batch_size
        steps.restore(self._first)
        for first in range(0, self._recipe.steps, _CHUNK):
            if should_stop():
                return False
            last = min(first + _CHUNK, self._recipe.steps)
            batches = order(len(positions), self._recipe.seed, first * size, last * size).reshape(-1, size)
            steps.take(first, positions[batches])
        steps.update_model()
        return True


def _read(steps: Steps, digits: Dataset, threshold: float) -> int:
    probabilities, is_digit = steps.answers(digits.images)[:2]
    return int(((probabilities.argmax(axis=1) == digits.labels) & (is_digit[:, 0] >= threshold)).sum())


def _answered(steps: Steps, examples: Examples) -> int:
    return round(steps.evaluate(examples)[0] * len(examples))
