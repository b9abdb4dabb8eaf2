"""The events of a training run become TensorBoard files: curves, weight histograms and the graph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from shuzi.training.events import Composing, CrossValidating, Done, Event, Progress, Started, Stopped, Validated


class TensorBoard:
    """A listener that writes TensorBoard event files to a folder."""

    def __init__(self, folder: Path) -> None:
        self._writer: Any = tf.summary.create_file_writer(str(folder))

    def __call__(self, event: Event) -> None:
        """Write an event."""
        if isinstance(event, Composing | CrossValidating):
            return
        with self._writer.as_default(step=event.step):
            match event:
                case Started() if keras.backend.backend() == "tensorflow":
                    images = tf.TensorSpec([None, 28, 28], tf.float32, name="images")
                    graph = tf.function(event.model, autograph=False).get_concrete_function(images).graph
                    tf.summary.graph(graph)
                case Progress():
                    tf.summary.scalar("batch/loss", event.loss)
                    tf.summary.scalar("batch/accuracy", event.accuracy)
                case Validated():
                    tf.summary.scalar("validation/accuracy", event.accuracy)
                    for name, values in event.weights.items():
                        tf.summary.histogram(name, values)
                case Done():
                    tf.summary.scalar(f"{event.part}/final accuracy", event.accuracy)
                case _:
                    pass
        if isinstance(event, Done | Stopped):
            self._writer.flush()
