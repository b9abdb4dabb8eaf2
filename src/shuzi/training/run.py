"""A recipe and data become a finished run folder: the loop, its listeners and the export combined."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras

from shuzi.data.dataset import Splits
from shuzi.errors import ModelError, RunError
from shuzi.training import events
from shuzi.training.export import export
from shuzi.training.fine_tuning import fine_tune
from shuzi.training.loop import never, train
from shuzi.training.recipe import Recipe
from shuzi.training.run_folder import RunFolder


def repair(folder: RunFolder, data: Splits) -> int | None:
    """Export a finished run again, unless its exported files are intact; return the step of the checkpoint."""
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
    listeners: Sequence[events.Listener] = (),
    should_stop: Callable[[], bool] = never,
) -> bool:
    """Train, or resume from the folder's checkpoint, and export the result; return False if stopped before the end.

    The folder's lock is held meanwhile. Each listener is called with each event, after the folder has stored it.
    """
    with folder.lock.held():
        step, state = folder.checkpoint()
        if step > recipe.steps or (step == recipe.steps and folder.exported() == step):
            raise RunError("error.run.finished", path=folder.path, step=step, steps=recipe.steps)
        folder.remove_leftovers()
        recipe.save(folder.recipe_file)
        folder.forget_after(step)
        model: Any = None
        listening: list[events.Listener] = [folder, *listeners]
        learn = fine_tune if recipe.fine_tunes else train
        for event in learn(recipe, data, state, step, should_stop, folder.start()):
            for listener in listening:
                listener(event)
            if isinstance(event, events.Saved) and event.step != step:
                folder.forget_export()
            if isinstance(event, events.Started):
                model = event.model
            if isinstance(event, events.Done):
                export(model, recipe, data, event, folder.path)
                return True
        return False


class TensorBoard:
    """A listener that writes TensorBoard event files to a folder."""

    def __init__(self, folder: Path) -> None:
        import tensorflow as tf  # a training on JAX need not load it

        self._tf, self._writer = tf, tf.summary.create_file_writer(str(folder))

    def __call__(self, event: events.Event) -> None:
        """Write an event."""
        if isinstance(event, events.Composing | events.CrossValidating):
            return
        tf = self._tf
        with self._writer.as_default(step=event.step):
            match event:
                case events.Started() if keras.backend.backend() == "tensorflow":
                    images = tf.TensorSpec([None, 28, 28], tf.float32, name="images")
                    graph = tf.function(event.model, autograph=False).get_concrete_function(images).graph
                    tf.summary.graph(graph)
                case events.Progress():
                    tf.summary.scalar("batch/loss", event.loss)
                    tf.summary.scalar("batch/accuracy", event.accuracy)
                case events.Validated():
                    tf.summary.scalar("validation/accuracy", event.accuracy)
                    for name, values in event.weights.items():
                        tf.summary.histogram(name, values)
                case events.Done():
                    tf.summary.scalar(f"{event.part}/final accuracy", event.accuracy)
                case _:
                    pass
        if isinstance(event, events.Done | events.Stopped):
            self._writer.flush()
