"""The training loop: a generator of events. It knows no listeners, terminal or files."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.data.dataset import Splits
from shuzi.data.registers import cells
from shuzi.data.strokes import DOI, OPTION, VARIABLE
from shuzi.errors import DataError, RecipeError, RunError, TrainingError
from shuzi.synthesis.samples.examples import Examples, as_they_are, joined
from shuzi.synthesis.samples.stream import Stream
from shuzi.training.backends.prepare import prepare
from shuzi.training.events import Composing, Done, Event, Progress, Saved, Started, Stopped, Validated
from shuzi.training.feed import BLOCK, Feed, Kept, Streamed
from shuzi.training.fine_tuning import SHARE, FineTuning, some_of
from shuzi.training.recipe import Recipe
from shuzi.training.tasks.known import TASKS
from shuzi.training.tasks.task import Task
from shuzi.training.temperature import write_temperature

_CALL_SECONDS = 0.1  # target duration of one call to the backend, so that progress stays visible
_FIRST_IMAGES = 20_000  # size of the first chunk, before the network's speed is known
_FIRST_STEPS = 10


def never() -> bool:
    """Return False: never ask to stop."""
    return False


def train(
    recipe: Recipe,
    data: Splits,
    state: Mapping[str, NDArray[Any]] | None = None,
    step: int = 0,
    should_stop: Callable[[], bool] = never,
    start: Path | None = None,
) -> Iterator[Event]:
    """Train a network, yielding events.

    The same recipe and data give the same numbers, bit for bit, on the same machine with the same versions and
    threads, even if the run was stopped and resumed from a `Saved` event.

    Parameters
    ----------
    recipe
        The settings of the run.
    data
        The training, validation and test splits.
    state, step
        From a `Saved` event, to resume there.
    should_stop
        Called between chunks of steps, and between parts of the examples while they are composed.
    start
        The .onnx file of a model to take the initial weights from, unless there is a state.

    Yields
    ------
    Composing, if the recipe composes its pictures; Started; Progress every `report_every` steps; Validated; Saved;
    CrossValidating, if it fine-tunes; then Done, or Stopped if asked to stop.

    Raises
    ------
    TrainingError
        The loss is not finite.
    RunError
        The state belongs to a different network.
    DataError
        The recipe needs pen strokes or registers and the data has none.
    RecipeError
        The recipe fine-tunes, and there is no model to start from or the data has no other people's digits.
    """
    task = TASKS[recipe.task]
    if recipe.needs_strokes and data.train.strokes is None:
        raise DataError("error.strokes.needed", option=OPTION, variable=VARIABLE, doi=DOI)
    if recipe.needs_registers and data.train.cells is None:
        raise DataError("error.registers.needed", option=cells.OPTION, variable=cells.VARIABLE, source=cells.SOURCE)
    if recipe.fine_tunes and (start is None or data.others is None):
        raise RecipeError("error.recipe.own", name=recipe.name)
    validation = task.evaluation_examples(data.validation, recipe.seed)
    # a finished run is only exported again, and composing its training examples would take minutes
    over = step >= recipe.steps and bool(task.samples) and not recipe.fine_tunes
    training = validation if over else (yield from _training_examples(task, recipe, data, should_stop))
    if training is None:
        yield Stopped(step)
        return
    tuning = None
    if isinstance(training, Examples) and recipe.fine_tunes and start is not None:
        tuning = FineTuning(recipe, data.train, training, start)
        training = tuning.examples
    feed: Feed = Kept(recipe, training) if isinstance(training, Examples) else Streamed(recipe, training, step)
    with closing(feed):
        steps, count = prepare(recipe, feed.examples), feed.count
        del training, feed.examples  # the backend has its own copy, and composed pages take gigabytes
        model = steps.model
        if tuning is not None:
            tuning.begin(steps)
        elif state is None and start is not None:
            steps.start_from(start)
        if state is not None and not steps.restore(dict(state)):
            raise RunError("error.run.state", step=step)
        parameters = sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)
        yield Started(recipe, model, count, parameters, step)

        chunk = max(1, min(_FIRST_STEPS, _FIRST_IMAGES // recipe.batch_size))
        while step < recipe.steps:
            stop = min(
                step + chunk, _next(step, recipe.validate_every), _next(step, recipe.save_every), feed.end(step)
            )
            batches = feed.batches(steps, step, stop)
            began = time.perf_counter()
            losses, accuracies = steps.take(step, batches)
            chunk = _resized(chunk, time.perf_counter() - began)
            for done, (loss, accuracy) in enumerate(zip(losses, accuracies, strict=True), start=step + 1):
                if not np.isfinite(loss):
                    raise TrainingError("error.training.loss", step=done, loss=loss, rate=recipe.learning_rate)
                if done % recipe.report_every == 0:
                    yield Progress(done, float(loss), float(accuracy))
            step = stop
            if step % recipe.validate_every == 0 or step == recipe.steps:
                steps.update_model()
                accuracy, answers = steps.evaluate(validation)
                if step == recipe.steps and not all(np.all(np.isfinite(each)) for each in answers):
                    raise TrainingError("error.training.loss", step=step, loss=np.nan, rate=recipe.learning_rate)
                yield Validated(step, accuracy, _weights(model))
            stopping = step < recipe.steps and should_stop()
            if step % recipe.save_every == 0 or step == recipe.steps or stopping:
                yield Saved(step, steps.state())
            if stopping:
                yield Stopped(step)
                return
    steps.update_model()
    temperature, thresholds = task.calibrate(
        recipe, steps.answers, partial(write_temperature, model), data.validation
    )
    if tuning is not None:
        scores = yield from tuning.judge(steps, validation, thresholds["not-a-digit"], should_stop)
        if scores is None:
            yield Stopped(step)
            return
        own = as_they_are(data.train)
        yield Done(
            step, scores["own"].accuracy, "own", own, steps.answers(own.images), temperature, thresholds, scores
        )
        return
    final = task.evaluation_examples(data.test, recipe.seed) if recipe.judged_on == "test" else validation
    accuracy, answers = steps.evaluate(final)
    part = "training" if data.unsplit else recipe.judged_on
    yield Done(step, accuracy, part, final, answers, temperature, thresholds)


def _training_examples(
    task: Task, recipe: Recipe, data: Splits, should_stop: Callable[[], bool]
) -> Generator[Event, None, Examples | Stream | None]:
    """Return the training examples, or None if asked to stop; yield progress events while composing them."""
    if recipe.composed == "during":
        return task.stream(data.train, recipe.seed, recipe.batch_size * BLOCK)
    parts: list[Examples] = []
    source, fraction = (data.train, 1.0) if data.others is None else (some_of(data.others), SHARE)
    total = task.parts(source)
    for part in task.training_examples(source, recipe.seed, fraction):
        parts.append(part)
        if total:
            yield Composing(len(parts), total)
            if should_stop():
                return None
    return parts[0] if len(parts) == 1 else joined(parts)


def _next(step: int, every: int) -> int:
    return (step // every + 1) * every


def _resized(chunk: int, seconds: float) -> int:
    """Adjust the chunk length to the target duration of a call; it does not affect the results."""
    if seconds < _CALL_SECONDS / 2:
        return chunk * 2
    return max(1, chunk // 2) if seconds > _CALL_SECONDS * 2 else chunk


def _weights(model: Any) -> dict[str, NDArray[Any]]:
    return {variable.path: variable.numpy().copy() for variable in model.trainable_variables}
