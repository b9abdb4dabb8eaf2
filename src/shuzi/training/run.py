"""A recipe and data become a finished run folder: the loop, its listeners and the export, put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from shuzi.data.dataset import Splits
from shuzi.errors import ModelError, RunError
from shuzi.training.events import Done, Listener, Saved, Started
from shuzi.training.export.package import export
from shuzi.training.loop import never, train
from shuzi.training.recipe import Recipe
from shuzi.training.run_folder import RunFolder


def repair(folder: RunFolder, data: Splits) -> int | None:
    """Export a finished training again, unless what it exported is whole.

    Parameters
    ----------
    folder
        Its run folder, with a checkpoint of its last step.
    data
        What it learnt from.

    Returns
    -------
    The step of the checkpoint; None when there was nothing to repair.

    Raises
    ------
    RunError
        There is no checkpoint, it is damaged, or another process trains there.
    ModelError
        The training has not come to its end.
    """
    recipe = folder.recipe()
    if folder.exported() == recipe.steps:
        return None
    with folder.lock.held():
        step, state = folder.checkpoint()
        if state is None:
            raise RunError("error.run.no_checkpoint", path=folder.path)
        if step < recipe.steps:
            raise ModelError("error.model.unfinished", path=folder.path)
        run(folder, recipe, data)
    return step


def run(
    folder: RunFolder,
    recipe: Recipe,
    data: Splits,
    listeners: Sequence[Listener] = (),
    should_stop: Callable[[], bool] = never,
) -> bool:
    """Train, or go on from the folder's checkpoint, and export what comes out.

    Parameters
    ----------
    folder
        Where everything is kept. Its lock is held meanwhile, and given back at the end.
    recipe
        The folder's recipe; `steps` may be larger than when the training began.
    data
        What to learn from, to look at, and to be judged on.
    listeners
        Each is called with each event, after the folder has kept it.
    should_stop
        Asked between chunks of steps.

    Returns
    -------
    True at the end, False when it was stopped.

    Raises
    ------
    RunError
        The training has already come that far, its checkpoint is damaged, or another process trains there.
    TrainingError
        The loss is no longer a finite number.
    """
    with folder.lock.held():
        return _run(folder, recipe, data, listeners, should_stop)


def _run(
    folder: RunFolder,
    recipe: Recipe,
    data: Splits,
    listeners: Sequence[Listener],
    should_stop: Callable[[], bool],
) -> bool:
    step, state = folder.checkpoint()
    if step > recipe.steps or (step == recipe.steps and folder.exported() == step):
        raise RunError("error.run.finished", path=folder.path, step=step, steps=recipe.steps)
    recipe.save(folder.recipe_file)
    folder.forget_after(step)
    model: Any = None
    told: list[Listener] = [folder, *listeners]
    for event in train(recipe, data, state, step, should_stop, folder.start()):
        for listener in told:
            listener(event)
        if isinstance(event, Saved) and event.step != step:
            folder.forget_export()
        if isinstance(event, Started):
            model = event.model
        if isinstance(event, Done):
            export(model, recipe, data, event, folder.path)
            return True
    return False
