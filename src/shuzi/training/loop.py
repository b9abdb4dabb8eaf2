"""The training loop: a generator of events. It knows no listeners, terminal or files."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from shuzi.data.dataset import Dataset, Splits
from shuzi.errors import RecipeError, RunError, TrainingError
from shuzi.synthesis.examples import Examples, joined
from shuzi.training.events import Composing, Done, Event, Progress, Saved, Started, Stopped, Validated
from shuzi.training.network import write_temperature
from shuzi.training.recipe import Recipe
from shuzi.training.steps import BLOCK, Feed, Kept, Steps, Streamed
from shuzi.training.tasks import TASKS, Task

State = Mapping[str, NDArray[Any]]
"""Every number that the next step depends on, by name."""

_CALL_SECONDS = 0.1  # target duration of one call to the backend, so that progress stays visible
_FIRST_IMAGES = 20_000  # size of the first chunk, before the network's speed is known
_FIRST_STEPS = 10


def never() -> bool:
    """Return False: never ask to stop."""
    return False


@dataclass(frozen=True)
class Setup:
    """A network and its examples."""

    recipe: Recipe
    steps: Steps  # the backend, with the initial weights
    feed: Feed  # decides which examples each step sees
    validation: Examples


def train(
    recipe: Recipe,
    data: Splits,
    state: State | None = None,
    step: int = 0,
    should_stop: Callable[[], bool] = never,
    start: Path | None = None,
) -> Iterator[Event]:
    """Train a network, yielding Composing, if pictures are composed; the events of `learn`; Done unless stopped.

    The same recipe and data give the same numbers, bit for bit, on the same machine with the same versions and
    threads, even if the run was stopped and resumed from the state and step of a `Saved` event. Otherwise the initial
    weights may come from a model, the .onnx file `start`. Recipes that fine-tune belong to `fine_tuning.fine_tune`.
    """
    _check_data(recipe, data)
    task = TASKS[recipe.task]
    validation = task.evaluation_examples(data.validation, recipe.seed)
    feed = yield from _feed(task, recipe, data, validation, step, should_stop)
    if feed is None:
        yield Stopped(step)
        return
    with closing(feed):
        steps = prepare(recipe, feed.examples)
        del feed.examples  # the backend has its own copy, and composed pages take gigabytes
        if state is None and start is not None:
            steps.start_from(start)
        if not (yield from learn(Setup(recipe, steps, feed, validation), state, step, should_stop)):
            return
    temperature, thresholds = calibrate(task, recipe, steps, data)
    final = task.evaluation_examples(data.test, recipe.seed) if recipe.judged_on == "test" else validation
    accuracy, answers = steps.evaluate(final)
    part = "training" if data.unsplit else recipe.judged_on
    yield Done(recipe.steps, accuracy, part, final, answers, temperature, thresholds)


def learn(
    setup: Setup, state: State | None, step: int, should_stop: Callable[[], bool]
) -> Generator[Event, None, bool]:
    """Take the remaining steps of a recipe; return whether the last was taken, or the training was asked to stop.

    Yield Started; Progress every `report_every` steps; Validated; Saved; and Stopped if asked to stop. After the last
    step the plain network has the trained weights.
    """
    recipe, steps, feed = setup.recipe, setup.steps, setup.feed
    if state is not None and not steps.restore(dict(state)):
        raise RunError("error.run.state", step=step)
    parameters = sum(int(np.prod(variable.shape)) for variable in steps.model.trainable_variables)
    yield Started(recipe, steps.model, feed.count, parameters, step)
    chunk = max(1, min(_FIRST_STEPS, _FIRST_IMAGES // recipe.batch_size))
    while step < recipe.steps:
        # run all steps up to the next validation, checkpoint or block in one call
        stop = min(step + chunk, _next(step, recipe.validate_every), _next(step, recipe.save_every), feed.end(step))
        batches = feed.batches(steps, step, stop)
        began = time.perf_counter()
        losses, accuracies = steps.take(step, batches)
        chunk = _resized(chunk, time.perf_counter() - began)
        yield from _progress(recipe, step, losses, accuracies)
        step = stop
        is_last = step == recipe.steps
        if step % recipe.validate_every == 0 or is_last:
            yield _validated(setup, step)
        stopping = not is_last and should_stop()
        if step % recipe.save_every == 0 or is_last or stopping:
            yield Saved(step, steps.state())
        if stopping:
            yield Stopped(step)
            return False
    steps.update_model()
    return True


def compose_examples(
    task: Task, dataset: Dataset, seed: int, fraction: float, should_stop: Callable[[], bool]
) -> Generator[Composing, None, Examples | None]:
    """Compose a task's training examples, or a fraction of them, from a dataset; return None if asked to stop."""
    parts: list[Examples] = []
    total = task.parts(dataset)
    for part in task.training_examples(dataset, seed, fraction):
        parts.append(part)
        if total:
            yield Composing(len(parts), total)
            if should_stop():
                return None
    return parts[0] if len(parts) == 1 else joined(parts)


def calibrate(task: Task, recipe: Recipe, steps: Steps, data: Splits) -> tuple[float, dict[str, float]]:
    """Calibrate a trained network on the validation split; return its temperature and its thresholds."""
    return task.calibrate(recipe, steps.answers, partial(write_temperature, steps.model), data.validation)


def prepare(recipe: Recipe, dataset: Examples) -> Steps:
    """Build the training steps for Keras's backend; raise a RecipeError if it is not supported."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        from shuzi.training.tensorflow_steps import TensorFlowSteps

        return TensorFlowSteps(recipe, dataset)
    if backend == "jax":
        from shuzi.training.jax_steps import JaxSteps

        return JaxSteps(recipe, dataset)
    raise RecipeError("error.recipe.choice", name="KERAS_BACKEND", value=backend, choices="tensorflow, jax")


def _check_data(recipe: Recipe, data: Splits) -> None:
    for collection in recipe.needs:
        if getattr(data.train, collection.part) is None:
            raise collection.error(collection.needed)
    if recipe.fine_tunes:
        raise RecipeError("error.recipe.own", name=recipe.name)


def _feed(
    task: Task, recipe: Recipe, data: Splits, validation: Examples, step: int, should_stop: Callable[[], bool]
) -> Generator[Event, None, Feed | None]:
    """Return the feed of examples for the steps, or None if asked to stop while composing them."""
    if step >= recipe.steps and task.samples:
        # a finished run is only exported again, and composing its training examples would take minutes
        return Kept(recipe, validation)
    if recipe.composed == "during":
        rows = recipe.batch_size * min(BLOCK, recipe.steps)
        return Streamed(recipe, task.stream(data.train, recipe.seed, rows, -(-recipe.steps // BLOCK)), step)
    examples = yield from compose_examples(task, data.train, recipe.seed, 1.0, should_stop)
    return None if examples is None else Kept(recipe, examples)


def _progress(
    recipe: Recipe, step: int, losses: NDArray[np.float32], accuracies: NDArray[np.float32]
) -> Iterator[Progress]:
    """Yield the reports due after `step`; raise a TrainingError at a loss that is not finite."""
    for taken, (loss, accuracy) in enumerate(zip(losses, accuracies, strict=True), start=step + 1):
        if not np.isfinite(loss):
            raise TrainingError("error.training.loss", step=taken, loss=loss, rate=recipe.learning_rate)
        if taken % recipe.report_every == 0:
            yield Progress(taken, float(loss), float(accuracy))


def _validated(setup: Setup, step: int) -> Validated:
    recipe, steps = setup.recipe, setup.steps
    steps.update_model()
    accuracy, answers = steps.evaluate(setup.validation)
    if step == recipe.steps and not all(np.all(np.isfinite(output)) for output in answers):
        raise TrainingError("error.training.loss", step=step, loss=np.nan, rate=recipe.learning_rate)
    weights = {variable.path: variable.numpy().copy() for variable in steps.model.trainable_variables}
    return Validated(step, accuracy, weights)


def _next(step: int, every: int) -> int:
    return (step // every + 1) * every


def _resized(chunk: int, seconds: float) -> int:
    """Adjust the chunk length to the target duration of a call; it does not affect the results."""
    if seconds < _CALL_SECONDS / 2:
        return chunk * 2
    return max(1, chunk // 2) if seconds > _CALL_SECONDS * 2 else chunk
