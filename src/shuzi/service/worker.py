"""The child process in which a training runs: a recipe comes in by stdin, events go out by stdout, a line each.

    python -m shuzi.service.worker FOLDER

A second line on stdin asks it to stop, and so does its end: then the service is gone, and nothing is left behind.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import sys
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import RecipeError, ShuziError, TrainingError
from shuzi.messages import LANGUAGES, say
from shuzi.training.recipes import Recipe

if TYPE_CHECKING:
    from shuzi.training.events import Done
    from shuzi.training.events import Event as TrainingEvent

_MISTAKES = 24
_NICENESS = 10  # reading comes first
_LAST_SECONDS = 5.0  # for stopping, once the service is gone


class Teller:
    """Writes events, whole, from whichever thread."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._lock = threading.Lock()

    def __call__(self, name: str, **data: Any) -> None:
        """Write an event."""
        with self._lock:
            self._out.write(json.dumps([name, data]) + "\n")
            self._out.flush()


class Listener:
    """Turns the events of a training into those of the service."""

    def __init__(self, tell: Teller, validation: int) -> None:
        self._tell = tell
        self._validation = validation
        self.began = False
        self.done: Done | None = None

    def __call__(self, event: TrainingEvent) -> None:
        """Tell of an event, but for the end, whose model is yet to be written."""
        from shuzi.training.events import Done, Progress, Started, Stopped, Validated

        match event:
            case Started():
                self.began = True
                self._softmax = event.recipe.network == "softmax"
                self._tell("started", recipe=_values(event.recipe), parameters=event.parameters)
            case Progress():
                self._tell("progress", step=event.step, loss=event.loss, accuracy=round(event.accuracy, 6))
            case Validated():
                self._tell("validated", step=event.step, accuracy=round(event.accuracy, 6), n=self._validation)
                if self._softmax:
                    self._tell("weights", step=event.step, images=weight_images(event.weights))
            case Stopped():
                self._tell("stopped", step=event.step)
            case Done():
                self.done = event
            case _:
                pass


def weight_images(weights: Any) -> list[str]:
    """Return the weights of each digit as an image: base64 of 784 bytes, int8, the largest of all at 127.

    >>> images = weight_images({"output/kernel": np.linspace(-1, 0.5, 7840).reshape(784, 10)})
    >>> len(images), np.frombuffer(base64.b64decode(images[0]), np.int8)[[0, -1]].tolist()
    (10, [-127, 63])
    """
    (kernel,) = (value for value in weights.values() if value.shape == (784, 10))
    scaled = np.rint(kernel * (127 / max(float(np.abs(kernel).max()), 1e-12))).astype(np.int8)
    return [_text(column) for column in scaled.T]


def ended(done: Done) -> dict[str, Any]:
    """Return how a training ended, with the mistakes that it is surest of."""
    probabilities, labels = done.answers[0], done.judges.labels
    digits = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(digits != labels)
    surest = wrong[np.argsort(-probabilities[wrong].max(axis=1), kind="stable")][:_MISTAKES]
    mistakes = [
        {
            "index": int(place),
            "label": int(labels[place]),
            "digit": int(digits[place]),
            "confidence": round(float(probabilities[place].max()), 4),
            "image": _text(done.judges.images[place]),
        }
        for place in surest
    ]
    numbers = {"step": done.step, "accuracy": round(done.accuracy, 6), "n": done.n, "on": done.part}
    return numbers | {"wrong": len(wrong), "mistakes": mistakes}


def main(folder: Path) -> None:
    """Train what stdin says, and tell by stdout how it goes."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print is no event
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    tell, stop = Teller(out), threading.Event()
    recipe = Recipe(**json.loads(sys.stdin.readline()))
    listener = Listener(tell, 0)
    threading.Thread(target=_watch, args=(stop, listener, tell, folder), daemon=True).start()
    try:
        _train(folder, recipe, listener, stop)
    except (TrainingError, RecipeError) as problem:
        _fail(tell, problem.key, {code: problem.sentence(code) for code in LANGUAGES})
    except ShuziError as problem:
        print(problem.sentence("en"), file=sys.stderr)  # noqa: T201 - for the service's log; it may name places
        key = "error.service.training_broken"
        _fail(tell, key, {code: say(key, code) for code in LANGUAGES})


def _train(folder: Path, recipe: Recipe, listener: Listener, stop: threading.Event) -> None:
    from shuzi.data.mnist import load_mnist
    from shuzi.training.run import run
    from shuzi.training.run_folder import RunFolder

    data = load_mnist()
    listener._validation = len(data.validation)
    if run(RunFolder.create(folder, recipe), recipe, data, [listener], stop.is_set) and listener.done is not None:
        listener._tell("done", **ended(listener.done))


def _watch(stop: threading.Event, listener: Listener, tell: Teller, folder: Path) -> None:
    """Wait until the service asks to stop, or is gone."""
    gone = not sys.stdin.readline()
    stop.set()
    if not gone and not listener.began:
        tell("stopped", step=0)  # what is still being imported need not be waited for
        os._exit(0)
    if not gone:
        gone = not sys.stdin.readline()
    if gone:
        threading.Event().wait(_LAST_SECONDS)
        shutil.rmtree(folder.parent, ignore_errors=True)
        os._exit(1)


def _fail(tell: Teller, key: str, detail: dict[str, str]) -> None:
    tell("failed", detail=detail, key=key)


def _values(recipe: Recipe) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(recipe)


def _text(values: NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
