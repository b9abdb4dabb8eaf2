"""The child process for a training run: a recipe on stdin, events on stdout, one per line.

    python -m shuzi.service.training_child FOLDER

A second line on stdin asks it to stop. So does the end of stdin, which means that the service is gone; then it also
removes its files.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import RecipeError, ServiceError, ShuziError, TrainingError
from shuzi.messages import LANGUAGES
from shuzi.models.tasks import DIGITS
from shuzi.training.recipe import Recipe

if TYPE_CHECKING:
    from shuzi.training.events import Done
    from shuzi.training.events import Event as TrainingEvent

MISTAKES = 24
MAX_IMAGES = 40  # more would be too small to see
NO_WEIGHT = 1e-12  # keeps all-zero weights zero
_NICENESS = 10  # reading has priority
_LAST_SECONDS = 5.0  # seconds to stop once the service is gone


class Teller:
    """Writes whole events from any thread."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._lock = threading.Lock()

    def __call__(self, name: str, **data: Any) -> None:
        """Write an event."""
        with self._lock:
            self._out.write(json.dumps([name, data]) + "\n")
            self._out.flush()

    def failed(self, key: str, problem: ShuziError) -> None:
        """Write that the run failed."""
        self("failed", key=key, detail={code: problem.sentence(code) for code in LANGUAGES})


class Listener:
    """Turns training events into the service's events."""

    def __init__(self, tell: Teller, validation: int) -> None:
        self._tell = tell
        self._validation = validation
        self.done: Done | None = None

    def __call__(self, event: TrainingEvent) -> None:
        """Write an event, except for the end, whose model has yet to be exported."""
        from shuzi.training.events import Done, Progress, Started, Stopped, Validated

        match event:
            case Started():
                self._tell("started", recipe=asdict(event.recipe), parameters=event.parameters)
            case Progress():
                self._tell("progress", step=event.step, loss=event.loss, accuracy=round(event.accuracy, 6))
            case Validated():
                self._tell("validated", step=event.step, accuracy=round(event.accuracy, 6), n=self._validation)
                kind, images = weight_images(event.weights)
                self._tell("weights", step=event.step, kind=kind, images=images)
            case Stopped():
                self._tell("stopped", step=event.step)
            case Done():
                self.done = event
            case _:
                pass


def weight_images(weights: Mapping[str, NDArray[Any]]) -> tuple[str, list[str]]:
    """Return the patterns of the first layer's outputs, as images scaled to a maximum of 127.

    >>> kind, images = weight_images({"output/kernel": np.linspace(-1, 0.5, 7840).reshape(784, 10)})
    >>> kind, len(images), np.frombuffer(base64.b64decode(images[0]), np.int8)[[0, -1]].tolist()
    ('templates', 10, [-127, 63])
    """
    first = next(value for value in weights.values() if value.ndim > 1)
    kernel = first.reshape(-1, first.shape[-1])
    kind = "filters" if first.ndim == 4 else "templates" if kernel.shape[1] == len(DIGITS) else "neurons"
    scaled = np.rint(kernel * (127 / max(float(np.abs(kernel).max()), NO_WEIGHT))).astype(np.int8)
    return kind, [_text(column) for column in scaled.T[:MAX_IMAGES]]


def ended(done: Done) -> dict[str, Any]:
    """Return the result of a run, with its most confident mistakes."""
    probabilities, labels = done.answers[0], done.examples.labels
    digits = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(digits != labels)
    surest = wrong[np.argsort(-probabilities[wrong].max(axis=1), kind="stable")][:MISTAKES]
    mistakes = [
        {
            "index": int(place),
            "label": int(labels[place]),
            "digit": int(digits[place]),
            "probability": round(float(probabilities[place].max()), 4),
            "image": _text(done.examples.images[place]),
        }
        for place in surest
    ]
    numbers = {"step": done.step, "accuracy": round(done.accuracy, 6), "n": done.n, "on": done.part}
    return numbers | {"wrong": len(wrong), "mistakes": mistakes}


class _Orders:
    """The service's orders, while it exists."""

    def __init__(self, tell: Teller, folder: Path) -> None:
        self._tell = tell
        self._folder = folder
        self._gone = False
        self.stop = threading.Event()
        self.training = threading.Event()

    def watch(self) -> None:
        """Wait until the service asks to stop or is gone."""
        asked = sys.stdin.readline()
        self._gone = not asked
        self.stop.set()
        if asked and not self.training.is_set():
            self._tell("stopped", step=0)  # no need to wait for imports in progress
            os._exit(0)
        if not asked or not sys.stdin.readline():
            self._gone = True
            threading.Event().wait(_LAST_SECONDS)
            self.tidy()
            os._exit(1)

    def tidy(self) -> None:
        """Remove the service's files if it cannot do so itself."""
        if self._gone:
            shutil.rmtree(self._folder.parent, ignore_errors=True)


def main(folder: Path) -> None:
    """Train the recipe on stdin and write events to stdout."""
    tell = Teller(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)  # libraries' output is not an event
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    recipe = Recipe(**json.loads(sys.stdin.readline()))
    orders = _Orders(tell, folder)
    threading.Thread(target=orders.watch, daemon=True).start()
    try:
        _train(folder, recipe, tell, orders)
    except (TrainingError, RecipeError) as problem:
        tell.failed(problem.key, problem)
    except ShuziError as problem:
        print(problem.sentence("en"), file=sys.stderr)  # noqa: T201 - for the service's log; it may name places
        broken = ServiceError("error.service.training_broken")
        tell.failed(broken.key, broken)
    finally:
        orders.tidy()


def _train(folder: Path, recipe: Recipe, tell: Teller, orders: _Orders) -> None:
    from shuzi.data.mnist import load_mnist

    data = load_mnist()  # before TensorFlow, which takes seconds, is imported
    from shuzi.training.run import run
    from shuzi.training.run_folder import RunFolder

    listener = Listener(tell, len(data.validation))
    orders.training.set()
    finished = run(RunFolder.create(folder, recipe), recipe, data, [listener], orders.stop.is_set)
    if finished and listener.done is not None:
        tell("done", **ended(listener.done))


def _text(values: NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
