"""The training loop: a generator of events. It knows no listener, no terminal and no file."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.data.dataset import Splits, order
from shuzi.data.strokes import DOI, OPTION, VARIABLE
from shuzi.errors import DataError, RunError, TrainingError
from shuzi.synthesis.samples.examples import Examples, joined
from shuzi.training.backends.prepare import prepare
from shuzi.training.events import Composing, Done, Event, Progress, Saved, Started, Stopped, Validated
from shuzi.training.recipe import Recipe
from shuzi.training.tasks.known import TASKS
from shuzi.training.tasks.task import Task
from shuzi.training.temperature import write_temperature

_GLANCE = 0.1  # seconds: about as long as one call into TensorFlow may take, so that progress is seen
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
    start: Path | None = None,
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
    start
        The .onnx file of a model whose weights are the first ones, where there is no state.

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
    task = TASKS[recipe.task]
    if recipe.needs_strokes and data.train.strokes is None:
        raise DataError("error.strokes.needed", option=OPTION, variable=VARIABLE, doi=DOI)
    looked_at = task.judged_by(data.validation, recipe.seed)
    # a finished training is only exported again, and to compose what it learnt from would take minutes
    over = step >= recipe.steps and bool(task.samples)
    learnt = looked_at if over else (yield from _learnt_from(task, recipe, data))
    steps, count = prepare(recipe, learnt), len(learnt)
    del learnt  # the backend has it now, and composed pages are gigabytes
    model = steps.model
    if state is not None and not steps.restore(dict(state)):
        raise RunError("error.run.state", step=step)
    if state is None and start is not None:
        steps.start_from(start)
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
    temperature, thresholds = task.calibrate(
        recipe, steps.answers, partial(write_temperature, model), data.validation
    )
    judges = task.judged_by(data.test, recipe.seed) if recipe.judged_on == "test" else looked_at
    accuracy, answers = steps.evaluate(judges)
    part = "training" if data.by_heart else recipe.judged_on
    yield Done(step, accuracy, part, judges, answers, temperature, thresholds)


def _learnt_from(task: Task, recipe: Recipe, data: Splits) -> Generator[Event, None, Examples]:
    """Return what is learnt from; while it is composed, tell how far that has come."""
    shares: list[Examples] = []
    total = task.shares(data.train)
    for share in task.learnt_from(data.train, recipe.seed):
        shares.append(share)
        if total:
            yield Composing(len(shares), total)
    return shares[0] if len(shares) == 1 else joined(shares)


def _next(step: int, every: int) -> int:
    return (step // every + 1) * every


def _reach(reach: int, seconds: float) -> int:
    """Let a chunk grow while it is quick and shrink when it is slow; its length changes no number."""
    if seconds < _GLANCE / 2:
        return reach * 2
    return max(1, reach // 2) if seconds > _GLANCE * 2 else reach


def _weights(model: Any) -> dict[str, NDArray[Any]]:
    return {variable.path: variable.numpy().copy() for variable in model.trainable_variables}
