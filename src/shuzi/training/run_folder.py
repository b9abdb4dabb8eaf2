"""A run folder holds everything a training run needs to resume, and its results.

recipe.toml     all settings
data.npz        the user's own pictures, if not trained on MNIST
start.onnx      the model to start from, if any
metrics.jsonl   one line per report
checkpoints/    the newest state to resume from
tensorboard/    curves, histograms and the graph, on request
model.keras · model.onnx · card.json    the trained model

While a process works in it, it holds the folder's lock; an error tells others which one has it. The kernel keeps the
lock, so it ends with its holder, however that ends. The files that a killed holder leaves behind, `.lock` and
`.holder.json`, block nobody.
"""

from __future__ import annotations

import errno
import itertools
import json
import os
import re
import socket
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from shuzi.atomic import is_part, remove_leftovers, replacing
from shuzi.data.dataset import Dataset, Splits
from shuzi.data.formats import load_dataset, read_npz, save_dataset
from shuzi.data.own import split, unsplit
from shuzi.errors import DataError, ModelError, RunError, ShuziError, writing
from shuzi.models.card import Card
from shuzi.models.onnx_file import CARD_FILE, read_card, read_content
from shuzi.models.store import IN_A_RUN, START
from shuzi.training.events import Done, Event, Progress, Saved, Validated
from shuzi.training.recipe import Recipe

METRICS_FILE = "metrics.jsonl"
"""The file's name in a run folder."""

_MAX_VALUE = 1e30  # no loss or accuracy is this large, and plotting fails near the largest float

KERAS_FILE = "model.keras"

_MAX_DIGITS = 20  # digits of a number
_CHECKPOINT = re.compile(r"step-[0-9]+\.npz")
_ITERATION = "/iteration"  # the suffix of the variable in which Keras counts an optimizer's steps
# raised on reading an export; RuntimeError if flipped bits make a zip look encrypted or newer
_DAMAGED = (ModelError, OSError, ValueError, KeyError, TypeError, RuntimeError, zipfile.BadZipFile, zlib.error)


class RunLock:
    """The lock of one run folder, which must exist when the lock is taken."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / ".lock"
        self._holder = folder / ".holder.json"  # on Windows, the locked file itself cannot be read
        self._lock = FileLock(self._file, timeout=0, thread_local=False)
        self._inside = False

    @property
    def files(self) -> set[Path]:
        """The files that the lock may leave in the folder."""
        return {self._file, self._holder}

    def take(self) -> None:
        """Take the lock, unless this object already has it."""
        if self._lock.is_locked:
            return
        with writing(self._file, RunError):
            try:
                self._lock.acquire()
            except Timeout:  # an OSError too
                raise self._in_use() from None
        since = datetime.now().astimezone().isoformat(" ", "seconds")
        holder = {"pid": os.getpid(), "host": socket.gethostname(), "since": since}
        try:
            with writing(self._holder, RunError), replacing(self._holder) as part:
                part.write_text(json.dumps(holder), encoding="utf-8")
        except RunError:
            self.give_back()
            raise

    def give_back(self) -> None:
        """Release the lock, if this object has it, and remove its files from the folder."""
        if not self._lock.is_locked:
            return
        # while it is held: a waiter whose file is gone opens a new one (filelock checks the link count)
        for file in (self._holder, self._file):
            with suppress(OSError):  # Windows cannot remove an open file
                file.unlink()
        self._lock.release()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock inside a with block; it is released at the end of the outermost one."""
        self.take()
        outermost, self._inside = not self._inside, True
        try:
            yield
        finally:
            if outermost:
                self._inside = False
                self.give_back()

    def refuse_if_held(self) -> None:
        """Raise what `take` would raise if the lock is held elsewhere, without creating any file."""
        if self._file.exists():
            with self.held():
                pass

    def _in_use(self) -> RunError:
        try:
            holder = json.loads(self._holder.read_text(encoding="utf-8"))
            values = {name: str(holder[name]) for name in ("pid", "host", "since")}
        except (OSError, ValueError, LookupError, TypeError):
            return RunError("error.run.in_use", path=self._folder)  # the holder has just taken it
        return RunError("error.run.in_use_by", path=self._folder, **values)


def metrics(event: Event) -> dict[str, Any] | None:
    """Return an event's entry for metrics.jsonl, or None if it has none."""
    match event:
        case Progress():
            return {"step": event.step, "loss": event.loss, "accuracy": event.accuracy}
        case Validated():
            return {"step": event.step, "validation_accuracy": event.accuracy}
        case Done():
            values = {"step": event.step, "done": event.part, "done_accuracy": event.accuracy, "n": event.n}
            return values | {name: score.accuracy for name, score in event.more.items() if name != event.part}
        case _:
            return None


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """Return the entries of a run folder's metrics.jsonl; empty if there is no such file."""
    file = path / METRICS_FILE
    if not file.is_file():
        return []
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    return [values for line in lines if (values := _parsed(line))]


def belongs(line: str, step: int) -> bool:
    """Return whether a line of metrics.jsonl is an entry of the steps up to `step`, and not of an end."""
    values = _parsed(line)
    return values is not None and "done" not in values and values["step"] <= step


def _parsed(line: str) -> dict[str, Any] | None:
    """Parse a line of metrics.jsonl; None if it is incomplete, as after a kill, or was edited."""
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict) or type(values.get("step")) is not int:
        return None
    return values if all(_can_be_plotted(value) for name, value in values.items() if name != "done") else None


def _can_be_plotted(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _MAX_VALUE


class RunFolder:
    """The folder of one training run, made by `create` or `open`; listens to the run's events.

    Changing the folder requires its `lock`: `create` takes it, and `run` releases it at the end.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = RunLock(path)
        self.recipe_file = path / "recipe.toml"
        self.data_file = path / "data.npz"
        self.start_file = path / START
        self.metrics_file = path / METRICS_FILE
        self.checkpoints = path / "checkpoints"
        self.tensorboard = path / "tensorboard"

    @staticmethod
    def create(path: Path | None, recipe: Recipe, own: Dataset | None = None, start: Path | None = None) -> RunFolder:
        """Create the folder of a new run, with the user's pictures and the model to start from, if there are any."""
        path = path or _new_folder(recipe.name)
        folder = RunFolder(path)
        try:
            if path.exists() and not folder._free():
                folder.lock.refuse_if_held()
                raise RunError("error.run.taken", path=path)
            path.mkdir(parents=True, exist_ok=True)
            folder.lock.take()
            if not folder._free():  # another run has saved there in the meantime
                raise RunError("error.run.taken", path=path)
            for left in (folder.data_file, folder.start_file):
                left.unlink(missing_ok=True)
            if own is not None:
                save_dataset(folder.data_file, own)
            if start is not None:
                with replacing(folder.start_file) as part:
                    part.write_bytes(read_content(start))
            recipe.save(folder.recipe_file)
        except BaseException as problem:
            folder.lock.give_back()
            if isinstance(problem, OSError):
                raise RunError("error.run.unwritable", path=path, reason=problem.strerror or problem) from problem
            raise
        return folder

    @staticmethod
    def open(path: Path) -> RunFolder:
        """Open the folder of an existing run without taking the lock; raise a RunError if it is none."""
        folder = RunFolder(path)
        if not folder.recipe_file.is_file():
            raise RunError("error.run.missing", path=path)
        return folder

    def _free(self) -> bool:
        """Return whether nothing would be lost: the folder is empty, or a run in it failed before saving."""
        if not self.path.is_dir():
            return False
        files = {self.recipe_file, self.metrics_file, self.data_file, self.start_file}
        begun = {*files, *self.lock.files, self.checkpoints, self.tensorboard}
        there = {path for path in self.path.iterdir() if not is_part(path)}
        return there <= begun and self._no_checkpoints()

    def _no_checkpoints(self) -> bool:
        """Return whether nothing was saved, for certain."""
        try:
            return all(map(is_part, self.checkpoints.iterdir()))
        except FileNotFoundError:
            return True
        except OSError:
            return False

    def recipe(self) -> Recipe:
        """Read the recipe."""
        return Recipe.load(self.recipe_file)

    def own_data(self) -> Splits | None:
        """Return the user's own pictures, or None; not split for fine-tuning, which cross-validates."""
        if not self.data_file.is_file():
            return None
        own = load_dataset(self.data_file)
        return unsplit(own) if self.recipe().fine_tunes else split(own)

    def start(self) -> Path | None:
        """Return the model to start from, or None."""
        return self.start_file if self.start_file.is_file() else None

    def checkpoint(self) -> tuple[int, dict[str, NDArray[Any]] | None]:
        """Return the step and state of the newest checkpoint, or raise a RunError; 0 and None if there is none."""
        # a longer number is a later step
        newest = max(self._saved(), key=lambda path: (len(path.stem), path.stem), default=None)
        if newest is None:
            return 0, None
        step = int(newest.stem.removeprefix("step-")[:_MAX_DIGITS])
        try:
            # nothing in it is compressed, so no array is larger than the file
            state = read_npz(newest, max_bytes=newest.stat().st_size)
        except (DataError, OSError) as problem:
            reason = problem.values.get("reason", problem) if isinstance(problem, DataError) else problem
            raise RunError("error.run.checkpoint", path=newest, reason=reason) from problem
        taken = next((value for name, value in state.items() if name.endswith(_ITERATION)), None)
        if taken is not None and (taken.shape or taken.dtype.kind not in "iu" or int(taken) != step):
            reason = ShuziError("run.another_step", found=str(taken)[:_MAX_DIGITS])
            raise RunError("error.run.checkpoint", path=newest, reason=reason)
        return step, state

    def _saved(self) -> list[Path]:
        """List the checkpoints. The list is empty only if that is certain: overlooking one would restart the run."""
        try:
            files = list(self.checkpoints.iterdir())
        except FileNotFoundError:
            return []
        except OSError as problem:
            raise RunError("error.run.checkpoints", path=self.checkpoints, reason=problem.strerror) from problem
        return [path for path in files if _CHECKPOINT.fullmatch(path.name)]

    def exported(self) -> int | None:
        """Return the step at which the model in the folder was exported; None if it is missing or damaged."""
        try:
            card = read_card(read_content(self.path / IN_A_RUN), self.path)
            copy = Card.from_json((self.path / CARD_FILE).read_text(encoding="utf-8"), self.path)
            with zipfile.ZipFile(self.path / KERAS_FILE) as keras:
                whole = keras.testzip() is None and card == copy
            return int(card.recipe["steps"]) if whole else None
        except _DAMAGED:
            return None

    def remove_leftovers(self) -> None:
        """Remove partial files of a run that was killed while saving; the lock must be held."""
        remove_leftovers(self.path)
        remove_leftovers(self.checkpoints, alone=True)

    def forget_after(self, step: int) -> None:
        """Drop the metrics of later steps, and of an outdated end."""
        if not self.metrics_file.exists():
            return
        lines = self.metrics_file.read_text(encoding="utf-8", errors="replace").splitlines()
        kept = [line for line in lines if belongs(line, step)]
        with replacing(self.metrics_file) as part:
            part.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")

    def forget_export(self) -> None:
        """Remove an outdated exported model, so that it is not taken for the newest state."""
        for name in (CARD_FILE, IN_A_RUN, KERAS_FILE):
            (self.path / name).unlink(missing_ok=True)

    def __call__(self, event: Event) -> None:
        """Store an event, or raise a RunError, as when the disk is full, and keep the previous checkpoint."""
        if values := metrics(event):
            with writing(self.metrics_file, RunError), self.metrics_file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(values) + "\n")
        if isinstance(event, Saved):
            newest = self.checkpoints / f"step-{event.step:08d}.npz"
            with writing(newest, RunError):
                with replacing(newest) as part:
                    np.savez(part, **event.state)  # type: ignore[arg-type] # the stub takes names for its options
                for older in self._saved():
                    if older != newest:
                        older.unlink()


def _new_folder(recipe: str) -> Path:
    """Create a folder with a new name; a run that starts in the same second gets a different one."""
    stem = f"{recipe}-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    for count in itertools.count(1):
        path = Path("runs") / (stem if count == 1 else f"{stem}-{count}")
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            if not path.exists():  # `runs` itself is not a folder
                raise RunError("error.run.unwritable", path=path, reason=os.strerror(errno.ENOTDIR)) from None
            continue
        except OSError as problem:
            raise RunError("error.run.unwritable", path=path, reason=problem.strerror or problem) from problem
        return path
    raise AssertionError  # the loop never ends
