"""A trial becomes a run folder, in a worker of Ray Tune.

After each rung the run folder is a finished run of so many steps: exactly what `shuzi train --steps N` writes. If the
trial continues, a run whose schedule does not depend on its number of steps is resumed; any other is trained again
from the start, since its learning rates were those of a shorter run.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shuzi.errors import RunError, TrainingError
from shuzi.processes.cores import give
from shuzi.scale.sweep_plan import Plan, Trial
from shuzi.training.recipe import Handwriting, Recipe, with_handwriting
from shuzi.training.run_folder import RunFolder, read_metrics

if TYPE_CHECKING:
    from shuzi.data.dataset import Splits
    from shuzi.training.events import Event

NAME = "name"
"""The key of a trial's name in Ray Tune's configuration of it."""

ACCURACY, STEPS, AT, PROBLEM = "validation_accuracy", "steps", "at", "problem"
"""The reports of a trial: its accuracy at a rung, its current step, or the error that ended it."""

_RESUMABLE = "constant"  # the schedule that does not depend on the number of steps
_OLD = ".old"


@dataclass(frozen=True)
class Places:
    """The folders of a sweep and of its data; all nodes see the same ones."""

    folder: Path  # the folder of the sweep
    data_dir: Path | None = None  # where MNIST is; None searches the usual places of each node
    # where pen strokes, cells of registers and pages are
    handwriting: Handwriting = field(default_factory=Handwriting)


@dataclass(frozen=True)
class Task:
    """A trial in the form that a worker receives: with its sweep's plan and places."""

    trial: Trial
    plan: Plan
    places: Places

    @property
    def path(self) -> Path:
        """The trial's run folder."""
        return self.places.folder / self.trial.name


def run_trial(config: dict[str, Any], tasks: Mapping[str, Task]) -> None:
    """Train a trial from one rung to the next, reporting to Ray Tune."""
    from ray import tune

    task = tasks[config[NAME]]
    prepare(task)
    import keras

    keras.backend.clear_session()  # left by the previous trial in this worker
    data: Splits | None = None
    for steps in task.trial.rungs:
        if (begun := _begun(task)) is not None and steps < begun:
            continue  # this worker replaces another that was past this rung
        recipe = task.trial.recipe.changed(steps=steps)
        try:
            if RunFolder(task.path).exported() != steps:
                data = data or _load(task)
                _train(task, recipe, data, lambda step: tune.report({AT: step}))
        except TrainingError as problem:  # a retry would fail again
            # as stored in JSON, which has no infinity
            values = {name: value if isinstance(value, int) else str(value) for name, value in problem.values.items()}
            tune.report({STEPS: steps, PROBLEM: (problem.key, values)})
            return
        tune.report({STEPS: steps, ACCURACY: accuracy_at(task.path, steps)})


def prepare(task: Task) -> None:
    """Set the number of threads before libraries are imported; all trials of a sweep have the same."""
    give(task.plan.cpus)
    os.environ["PJRT_NPROC"] = str(task.plan.cpus)  # set JAX's threads
    os.environ["KERAS_BACKEND"] = task.plan.backend
    if 0 < task.plan.gpus < 1:
        # JAX would take three quarters of the GPU's memory for one of the trials that share it
        os.environ.setdefault("XLA_PYTHON_CLIENT_MEM_FRACTION", f"{0.9 * task.plan.gpus:.3f}")


def accuracy_at(folder: Path, steps: int) -> float:
    """Return the validation accuracy of a finished run."""
    found = [line[ACCURACY] for line in read_metrics(folder) if line["step"] == steps and ACCURACY in line]
    if not found:
        raise RunError("error.sweep.no_accuracy", path=folder, steps=steps)
    return float(found[-1])


def _begun(task: Task) -> int | None:
    """Return the steps of the run in the trial's folder; None if there is none."""
    folder = RunFolder(task.path)
    return folder.recipe().steps if folder.recipe_file.is_file() else None


def _load(task: Task) -> Splits:
    from shuzi.data.mnist import load_mnist

    places = task.places
    return with_handwriting(task.trial.recipe, load_mnist(places.data_dir), places.handwriting)


def _train(task: Task, recipe: Recipe, data: Splits, tell: Callable[[int], object]) -> None:
    """Train up to a rung: start, resume an interrupted run, or continue from the previous rung."""
    from shuzi.training.events import Validated
    from shuzi.training.run import run

    path, begun = task.path, _begun(task)
    old = path.with_name(f".{path.name}{_OLD}")
    if begun is not None and begun < recipe.steps and recipe.schedule != _RESUMABLE:
        shutil.rmtree(old, ignore_errors=True)
        path.rename(old)  # in one step: a half-removed folder would look like a foreign folder
        begun = None
    shutil.rmtree(old, ignore_errors=True)
    folder = RunFolder.create(path, recipe) if begun is None else RunFolder.open(path)

    def listen(event: Event) -> None:
        if isinstance(event, Validated) and event.step < recipe.steps:
            tell(event.step)

    run(folder, recipe, data, [listen])
