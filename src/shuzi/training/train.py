"""The training loop: a generator of events. It knows no listener, no terminal and no file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.data.dataset import Dataset, Splits, order
from shuzi.errors import RunError, TrainingError
from shuzi.training.calibrate import fit_temperature, unsure_below, write_temperature
from shuzi.training.events import Done, Event, Progress, Saved, Started, Stopped, Validated
from shuzi.training.recipes import Recipe
from shuzi.training.steps import Steps, prepare

_GLANCE = 0.1  # seconds: about as long as one call into TensorFlow may take, so that progress is seen
_ENOUGH_TO_FIT = 1_000  # validation images from which on a temperature is worth fitting
_FIRST_IMAGES = 20_000  # about as many as the first chunk may take, before anything is known of the network's speed
_FIRST_STEPS = 10


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
    Started; Progress every `report_every` steps; Validated; Saved; then Done, or Stopped when asked to stop.

    Raises
    ------
    TrainingError
        The loss is no longer a finite number.
    RunError
        The state belongs to another network.
    """
    steps = prepare(recipe, data.train)
    model = steps.model
    if state is not None and not steps.restore(dict(state)):
        raise RunError("error.run.state", step=step)
    parameters = sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)
    yield Started(recipe, model, len(data.train), parameters, step)

    size, reach = recipe.batch_size, max(1, min(_FIRST_STEPS, _FIRST_IMAGES // recipe.batch_size))
    while step < recipe.steps:
        stop = min(step + reach, _next(step, recipe.validate_every), _next(step, recipe.save_every), recipe.steps)
        batches = order(len(data.train), recipe.seed, step * size, stop * size).reshape(-1, size)
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
            accuracy, probabilities = _accuracy(steps, data.validation)
            if step == recipe.steps and not np.all(np.isfinite(probabilities)):
                raise TrainingError("error.training.loss", step=step, loss=np.nan, rate=recipe.learning_rate)
            yield Validated(step, accuracy, _weights(model))
        stopping = step < recipe.steps and should_stop()
        if step % recipe.save_every == 0 or step == recipe.steps or stopping:
            yield Saved(step, steps.state())
        if stopping:
            yield Stopped(step)
            return
    steps.settle()
    temperature, unsure_below = _calibrate(recipe, steps, data.validation)
    judges = data.test if recipe.judged_on == "test" else data.validation
    accuracy, probabilities = _accuracy(steps, judges)
    part = "training" if judges is data.train else recipe.judged_on
    yield Done(step, accuracy, len(judges), part, probabilities, temperature, unsure_below)


def _next(step: int, every: int) -> int:
    return (step // every + 1) * every


def _reach(reach: int, seconds: float) -> int:
    """Let a chunk grow while it is quick and shrink when it is slow; its length changes no number."""
    if seconds < _GLANCE / 2:
        return reach * 2
    return max(1, reach // 2) if seconds > _GLANCE * 2 else reach


def _calibrate(recipe: Recipe, steps: Steps, validation: Dataset) -> tuple[float, float]:
    """Return the temperature, once it is written into the network, and the confidence below which it is unsure."""
    probabilities, temperature = steps.probabilities(validation.images), 1.0
    if recipe.temperature == "fitted" and len(validation) >= _ENOUGH_TO_FIT:
        temperature = fit_temperature(probabilities, validation.labels)
        write_temperature(steps.model, temperature)
        probabilities = steps.probabilities(validation.images)
    return temperature, unsure_below(probabilities, validation.labels)


def _accuracy(steps: Steps, dataset: Dataset) -> tuple[float, NDArray[np.float32]]:
    probabilities = steps.probabilities(dataset.images)
    return float(np.mean(probabilities.argmax(axis=1) == dataset.labels)), probabilities


def _weights(model: Any) -> dict[str, NDArray[Any]]:
    return {variable.path: variable.numpy().copy() for variable in model.trainable_variables}
