"""A plan is checked, and becomes the run folders of all its trials, on a Ray cluster."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path, PurePath
from typing import Any

from shuzi.errors import ClusterError, RecipeError, RunError, ShuziError
from shuzi.scale import sweep_report
from shuzi.scale.cluster import alive, ask_nodes, last_line
from shuzi.scale.sweep_plan import PLAN_FILE, Decision, Plan, Record, Trial
from shuzi.scale.trial_run import NAME, Places, Task, run_trial
from shuzi.training.run_folder import RunLock


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
    most = [node["Resources"] for node in alive()]
    for resource, needed in (("CPU", plan.cpus), ("GPU", plan.gpus)):
        found = max((node.get(resource, 0) for node in most), default=0)
        if needed > found:
            raise ClusterError("error.sweep.size", resource=resource, needed=f"{needed:g}", found=f"{found:g}")


def _check_data(plan: Plan, places: Places) -> None:
    if plan.recipe.fine_tunes:
        raise RecipeError("error.recipe.own", name=plan.recipe.name)
    if places.data_dir is not None:
        from shuzi.data.mnist import load_mnist

        load_mnist(places.data_dir)
    if plan.recipe.needs_strokes:
        from shuzi.data.strokes import load_strokes

        load_strokes(places.handwriting.strokes)
    if plan.recipe.needs_registers:
        from shuzi.data.registers import load_cells

        load_cells(places.handwriting.registers)
    if plan.recipe.needs_pages:
        from shuzi.data.registers import load_page_lines

        load_page_lines(places.handwriting.pages)


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


RETRIES = 3
"""How often a trial whose worker died is started again; it continues from its last checkpoint."""

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
            failure_config=tune.FailureConfig(max_failures=RETRIES),
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
