"""The training loop: a generator of events. It knows no listener, no terminal and no file."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.data.dataset import Dataset, Splits, order
from shuzi.data.strokes import DOI, OPTION, VARIABLE, Strokes
from shuzi.errors import DataError, RunError, TrainingError
from shuzi.synthesis.samples.examples import SHARES, Examples, as_they_are, compose, joined
from shuzi.training.backends.prepare import prepare
from shuzi.training.backends.steps import Steps
from shuzi.training.events import Composing, Done, Event, Progress, Saved, Started, Stopped, Validated
from shuzi.training.recipes import Recipe
from shuzi.training.temperature import fit_temperature, unsure_below, write_temperature

_GLANCE = 0.1  # seconds: about as long as one call into TensorFlow may take, so that progress is seen
_ENOUGH_TO_FIT = 1_000  # validation images from which on a temperature is worth fitting
_FIRST_IMAGES = 20_000  # about as many as the first chunk may take, before anything is known of the network's speed
_FIRST_STEPS = 10
_LOOKED_AT = 1 / 32  # pictures composed to look at, as a share of those learnt from
_DIGITS_REFUSED = 0.01  # the share of composed digits that may be taken for something else


def never() -> bool:
    """Return False: nobody asks to stop."""
    return False


def train(
    recipe: Recipe,
    data: Splits,
    state: Mapping[str, NDArray[Any]] | None = None,
    step: int = 0,
    should_stop: Callable[[], bool] = never,
) -> Iterator[Event]:
    """Train a network and tell what happens.

    The same recipe and data give the same numbers bit for bit on the same machine with the same versions and
    threads, also when the training was stopped and goes on from a `Saved` event.

    Parameters
    ----------
    recipe
        What to train, and how.
    data
        Learnt from, looked at along the way, judged on.
    state, step
        From a `Saved` event, to go on from there.
    should_stop
        Asked between chunks of steps.

    Yields
    ------
    Composing, when a recipe composes its pictures; Started; Progress every `report_every` steps; Validated; Saved;
    then Done, or Stopped when asked to stop.

    Raises
    ------
    TrainingError
        The loss is no longer a finite number.
    RunError
        The state belongs to another network.
    DataError
        The recipe needs pen strokes, and the data have none.
    """
    learnt, looked_at = yield from _examples(recipe, data)
    steps, count = prepare(recipe, learnt), len(learnt)
    del learnt  # the backend has it now, and composed pages are gigabytes
    model = steps.model
    if state is not None and not steps.restore(dict(state)):
        raise RunError("error.run.state", step=step)
    parameters = sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)
    yield Started(recipe, model, count, parameters, step)

    size, reach = recipe.batch_size, max(1, min(_FIRST_STEPS, _FIRST_IMAGES // recipe.batch_size))
    while step < recipe.steps:
        stop = min(step + reach, _next(step, recipe.validate_every), _next(step, recipe.save_every), recipe.steps)
        batches = order(count, recipe.seed, step * size, stop * size).reshape(-1, size)
        began = time.perf_counter()
        losses, accuracies = steps.take(step, batches)
        reach = _reach(reach, time.perf_counter() - began)
        for done, (loss, accuracy) in enumerate(zip(losses, accuracies, strict=True), start=step + 1):
            if not np.isfinite(loss):
                raise TrainingError("error.training.loss", step=done, loss=loss, rate=recipe.learning_rate)
            if done % recipe.report_every == 0:
                yield Progress(done, float(loss), float(accuracy))
        step = stop
        if step % recipe.validate_every == 0 or step == recipe.steps:
            steps.settle()
            accuracy, answers = steps.evaluate(looked_at)
            if step == recipe.steps and not all(np.all(np.isfinite(each)) for each in answers):
                raise TrainingError("error.training.loss", step=step, loss=np.nan, rate=recipe.learning_rate)
            yield Validated(step, accuracy, _weights(model))
        stopping = step < recipe.steps and should_stop()
        if step % recipe.save_every == 0 or step == recipe.steps or stopping:
            yield Saved(step, steps.state())
        if stopping:
            yield Stopped(step)
            return
    steps.settle()
    temperature, thresholds = _calibrate(recipe, steps, data.validation)
    judges, part = looked_at, recipe.judged_on
    if recipe.judged_on == "test":
        judges = as_they_are(data.test)
    if data.train is (data.test if recipe.judged_on == "test" else data.validation):
        part = "training"
    accuracy, answers = steps.evaluate(judges)
    yield Done(step, accuracy, part, judges, answers, temperature, thresholds)


def _examples(recipe: Recipe, data: Splits) -> Generator[Event, None, tuple[Examples, Examples]]:
    """Return what is learnt from, and what is looked at along the way."""
    if recipe.examples == "mnist":
        return as_they_are(data.train), as_they_are(data.validation)
    shares: list[Examples] = []
    total = min(SHARES, len(data.train))
    learnt_from, looked_at = _recorded(recipe, data)
    for share in compose(recipe.examples, data.train, recipe.seed, recorded=learnt_from):
        shares.append(share)
        yield Composing(len(shares), total)
    if recipe.examples == "crops":
        return joined(shares), as_they_are(data.validation)
    composed = compose(recipe.examples, data.validation, recipe.seed, _LOOKED_AT, looked_at)
    return joined(shares), joined(list(composed))


def _recorded(recipe: Recipe, data: Splits) -> tuple[tuple[Strokes, bool] | None, tuple[Strokes, bool] | None]:
    """Return the pen strokes to learn from and those to look at, for a recipe that needs any."""
    if not recipe.needs_strokes:
        return None, None
    if data.strokes is None:
        raise DataError("error.strokes.needed", option=OPTION, variable=VARIABLE, doi=DOI)
    return (data.strokes, False), (data.strokes, True)


def _next(step: int, every: int) -> int:
    return (step // every + 1) * every


def _reach(reach: int, seconds: float) -> int:
    """Let a chunk grow while it is quick and shrink when it is slow; its length changes no number."""
    if seconds < _GLANCE / 2:
        return reach * 2
    return max(1, reach // 2) if seconds > _GLANCE * 2 else reach


def _calibrate(recipe: Recipe, steps: Steps, validation: Dataset) -> tuple[float, dict[str, float]]:
    """Return the temperature, once it is written into the network, and beyond what an answer is not to be trusted."""
    if recipe.examples in ("pages", "lines"):
        return 1.0, {}
    probabilities, temperature = steps.probabilities(validation.images), 1.0
    if recipe.temperature == "fitted" and len(validation) >= _ENOUGH_TO_FIT:
        temperature = fit_temperature(probabilities, validation.labels)
        write_temperature(steps.model, temperature)
        probabilities = steps.probabilities(validation.images)
    thresholds = {"unsure": unsure_below(probabilities, validation.labels)}
    if recipe.examples == "crops":
        cuts = joined(list(compose(recipe.examples, validation, recipe.seed, _LOOKED_AT)))
        digits = Examples(cuts.images[cuts.labels < 10], cuts.labels[cuts.labels < 10])
        thresholds["not-a-digit"] = float(np.quantile(steps.answers(digits.images)[1], _DIGITS_REFUSED))
    return temperature, thresholds


def _weights(model: Any) -> dict[str, NDArray[Any]]:
    return {variable.path: variable.numpy().copy() for variable in model.trainable_variables}
