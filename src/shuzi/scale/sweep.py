"""A plan is checked, and becomes the run folders of all its trials, on a Ray cluster.

After each rung the run folder of a trial is a finished run of so many steps: exactly what `shuzi train --steps N`
writes. If the trial continues, a run whose schedule does not depend on its number of steps is resumed; any other is
trained again from the start, since its learning rates were those of a shorter run.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from shuzi.errors import ClusterError, RecipeError, RunError, ShuziError, TrainingError
from shuzi.processes.cores import give
from shuzi.scale import sweep_report
from shuzi.scale.cluster import alive, ask_nodes, last_line
from shuzi.scale.sweep_plan import ACCURACY, AT, NAME, PLAN_FILE, PROBLEM, STEPS, Decision, Plan, Record, Trial
from shuzi.training.recipe import Recipe, load_handwriting, with_handwriting
from shuzi.training.run_folder import RunFolder, RunLock, read_metrics

if TYPE_CHECKING:
    from shuzi.data.collection import Paths
    from shuzi.data.dataset import Splits
    from shuzi.training.events import Event

_RESUMABLE = "constant"  # the schedule that does not depend on the number of steps
_OLD = ".old"


@dataclass(frozen=True)
class Places:
    """The folders of a sweep and of its data; all nodes see the same ones."""

    folder: Path  # the folder of the sweep
    data_dir: Path | None = None  # where MNIST is; None searches the usual places of each node
    # where pen strokes, cells of registers and pages are
    handwriting: Paths = field(default_factory=dict)


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


def check(plan: Plan, places: Places, local: bool) -> None:
    """Make sure that trials fit the cluster, that their data are there, and that all nodes share the sweep's folder.

    `local`: whether the cluster is this machine alone: nodes with more CPUs or GPUs cannot join later.
    """
    if local:
        _check_size(plan)
    _check_data(plan, places)
    if not local:
        _check_shared(places.folder)


def _check_size(plan: Plan) -> None:
    resources = [node["Resources"] for node in alive()]
    for resource, needed in (("CPU", plan.cpus), ("GPU", plan.gpus)):
        found = max((node.get(resource, 0) for node in resources), default=0)
        if needed > found:
            raise ClusterError("error.sweep.size", resource=resource, needed=f"{needed:g}", found=f"{found:g}")


def _check_data(plan: Plan, places: Places) -> None:
    if plan.recipe.fine_tunes:
        raise RecipeError("error.recipe.own", name=plan.recipe.name)
    if places.data_dir is not None:
        from shuzi.data.mnist import load_mnist

        load_mnist(places.data_dir)
    load_handwriting(plan.recipe, places.handwriting)


def _sees(path: str) -> bool:
    try:
        return Path(path).exists()
    except OSError:  # such as a folder above it that may not be searched
        return False


def _check_shared(folder: Path) -> None:
    mark = folder / f".{secrets.token_hex(8)}"
    mark.touch()
    try:
        for node, is_there in ask_nodes(_sees, str(mark)):
            if not is_there:
                raise RunError("error.sweep.not_shared", path=folder, node=node)
    finally:
        mark.unlink()


# how often a trial whose worker died is started again; it continues from its last checkpoint
_RETRIES = 3
_OF_RAY = ".tune"  # Ray Tune's own files
_QUIET = {
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",  # the run folders hold everything
    "TUNE_DISABLE_SIGINT_HANDLER": "1",  # Ctrl-C ends the command
    "RAY_AIR_NEW_OUTPUT": "0",
    "TUNE_DISABLE_STRICT_METRIC_CHECKING": "1",  # a trial also reports where it is, or that it has failed
}

Tell = Callable[[str, int, "Decision | None"], object]
"""Called with a trial's name, the step it is at, and the decision that was just recorded, if any."""


@contextmanager
def created(folder: Path | None, plan: Plan) -> Iterator[Path]:
    """Create the folder of a new sweep and hold its lock."""
    path = folder or Path("runs") / f"sweep-{plan.recipe.name}-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    lock = RunLock(path)
    with ExitStack() as stack:
        try:
            path.mkdir(parents=True, exist_ok=True)
            stack.callback(_remove_empty, path)  # in case no trial ran
            _refuse_taken(path, lock)
            stack.enter_context(lock.held())
            _refuse_taken(path, lock)
            plan.save(path)
        except OSError as problem:
            raise RunError("error.run.unwritable", path=path, reason=problem.strerror or problem) from problem
        try:
            yield path.resolve()
        finally:
            if all(file in lock.files or file.name == PLAN_FILE for file in path.iterdir()):
                (path / PLAN_FILE).unlink()


def _remove_empty(path: Path) -> None:
    with suppress(OSError):  # it is not empty
        path.rmdir()


def _refuse_taken(path: Path, lock: RunLock) -> None:
    if any(file not in lock.files for file in path.iterdir()):
        raise RunError("error.sweep.taken", path=path)


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Path, Plan]]:
    """Open the folder of a sweep and hold its lock."""
    Plan.load(folder)  # before leaving a lock in a foreign folder
    with RunLock(folder).held():
        yield folder.resolve(), Plan.load(folder)


def is_over(trial: Trial, decision: Decision | None) -> bool:
    """Return whether a trial has ended, was stopped, or failed."""
    return decision is not None and (
        decision.problem is not None or not decision.goes_on or decision.steps >= trial.recipe.steps
    )


def run(plan: Plan, places: Places, tell: Tell) -> tuple[Record, dict[str, str]]:
    """Train all trials that are not over yet, and write the report; Ray must be connected."""
    record = Record(places.folder)
    last = record.last()
    left = [trial for trial in plan.trials() if not is_over(trial, last.get(trial.name))]
    errors = _tune(left, plan, places, record, tell) if left else {}
    sweep_report.write(places.folder, plan, record, errors)
    return record, errors


def _tune(left: list[Trial], plan: Plan, places: Places, record: Record, tell: Tell) -> dict[str, str]:
    """Let Ray Tune run trials; return the errors of those that could not be run."""
    os.environ.update(_QUIET)
    from ray import tune

    from shuzi.scale.halving import Halving

    tasks = {trial.name: Task(trial, plan, places) for trial in left}
    own = places.folder / _OF_RAY
    shutil.rmtree(own, ignore_errors=True)
    resources = {"cpu": plan.cpus} | ({"gpu": plan.gpus} if plan.gpus else {})
    tuner = tune.Tuner(
        tune.with_resources(tune.with_parameters(run_trial, tasks=tasks), resources),
        param_space={NAME: tune.grid_search(list(tasks))},
        tune_config=tune.TuneConfig(
            scheduler=Halving(plan, record, tell),
            reuse_actors=True,  # importing TensorFlow takes longer than training a small network
            trial_name_creator=_name,
            trial_dirname_creator=_name,
        ),
        run_config=tune.RunConfig(
            name=_OF_RAY,
            storage_path=str(places.folder),
            failure_config=tune.FailureConfig(max_failures=_RETRIES),
            verbose=0,
        ),
    )
    try:
        results = tuner.fit()
    finally:
        shutil.rmtree(own, ignore_errors=True)
    ended = [results[index] for index in range(len(results))]
    # a trial that failed before it began has no config, only the folder named by `_name`
    return {PurePath(result.path or "").name: _reason(result.error) for result in ended if result.error is not None}


def _name(trial: Any) -> str:
    return str(trial.config[NAME])


def _reason(error: BaseException) -> str:
    """Return the last cause of an error: our own sentence, or the last line of a traceback."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ShuziError):
            return seen.sentence()
        seen = getattr(seen, "cause", None) or seen.__cause__
    return last_line(error)
