"""`shuzi train` trains a network, or resumes a training run that was stopped; its events become lines."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Callable
from dataclasses import fields
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from shuzi.cli.data import handwriting_options, own_digits
from shuzi.cli.model_argument import place_of
from shuzi.cli.terminal import (
    PATH,
    Choice,
    Command,
    argument,
    do_without_output,
    option,
    program,
    progress_bar,
    redirect_library_caches,
    show_download,
    until_asked,
    waiting,
)
from shuzi.data.collection import STROKES, Paths
from shuzi.errors import DataError, RecipeError, require
from shuzi.messages import counted, say
from shuzi.models.card import BACKENDS
from shuzi.models.onnx_file import read_card, read_content
from shuzi.models.store import START, find_model
from shuzi.models.tasks import CLASSIFY_OR_REJECT, DETECT, RECOGNISE_LINE
from shuzi.training.recipe import OPTIONS, RANGES, RECIPES, Recipe, recipe, with_handwriting

if TYPE_CHECKING:
    from shuzi.data.dataset import Dataset, Splits
    from shuzi.training.events import Event
    from shuzi.training.run_folder import RunFolder


F = TypeVar("F", bound=Callable[..., Any])


def _numbers(function: F) -> F:
    """Add an option to a command for each adjustable number of a recipe, with the recipe's range."""
    whole = {field.name for field in fields(Recipe) if field.type == "int"}
    for name in reversed((*OPTIONS, "seed")):
        allowed, highest = RANGES[name], None if RANGES[name].max == math.inf else RANGES[name].max
        kind: click.ParamType[Any] = click.FloatRange(allowed.min, highest, min_open=allowed.above)
        if name in whole:
            kind = click.IntRange(int(allowed.min), None if highest is None else int(highest))
        function = option(
            f"--{name.replace('_', '-')}", type=kind, metavar="N" if name in whole else "X", help=f"cli.train.{name}"
        )(function)
    return function


@click.command(cls=Command, help="cli.train.help", short_help="cli.train.short")
@argument("name", metavar="[RECIPE]", required=False, type=Choice(list(RECIPES)), help="cli.train.recipe")
@_numbers
@option("--out", type=PATH, metavar="PATH", help="cli.train.out")
@option("--resume", type=PATH, metavar="PATH", help="cli.train.resume")
@option("--data", type=PATH, metavar="PATH", help="cli.train.data")
@option("--from", "start", metavar="MODEL", help="cli.train.start")
@option("--data-dir", type=PATH, metavar="PATH", help="cli.data_dir")
@handwriting_options
@option("--tensorboard", is_flag=True, help="cli.train.tensorboard")
@option("--json", "as_json", is_flag=True, help="cli.train.json")
def train(
    name: str | None,
    out: Path | None,
    resume: Path | None,
    data: Path | None,
    start: str | None,
    data_dir: Path | None,
    tensorboard: bool,
    as_json: bool,
    handwriting: Paths,
    **numbers: Any,
) -> None:
    """Train a network."""
    do_without_output()
    if resume is not None:
        given = {"name": name, "out": out, "data": data} | numbers | {"steps": None, "from": start}
        refuse_beside_resume("cli.train.beside_resume", given)
    changes = {option: value for option, value in numbers.items() if value is not None}
    chosen = recipe(name or _recipe_of(start, data)).changed(**changes)
    if chosen.fine_tunes and (data is None or start is None):
        raise RecipeError("error.recipe.own", name=chosen.name)
    lacks_strokes = STROKES in chosen.needs and not (
        handwriting.get(STROKES.name) or os.environ.get(STROKES.variable)
    )
    if start is not None and data is None and name is None and lacks_strokes:
        raise RecipeError("error.recipe.not_own", name=chosen.name, start=start)
    import_training(say("train.starting", library=BACKENDS[_backend()]))
    from shuzi.training.run import run

    if resume:
        folder, chosen, parts = _resumed(resume, numbers, data_dir, handwriting)
    else:
        folder, chosen, parts = _new(out, chosen, data, start, data_dir, handwriting)
    own = folder.data_file.exists()
    output = JsonLines(folder.path) if as_json else Lines(folder.path, own, parts.unsplit)
    listeners: list[Any] = [output]
    if tensorboard:
        from shuzi.training.run import TensorBoard

        listeners.append(TensorBoard(folder.tensorboard))
    with output, until_asked("train.stopping") as asked:
        finished = run(folder, chosen, parts, listeners, lambda: bool(asked))
    output.end(finished)
    if not finished:
        raise SystemExit(130)


def import_training(sentence: str) -> None:
    """Import the training code, which takes seconds, while showing a message; or say which extra is missing."""
    backend = _backend()
    redirect_library_caches()
    with waiting(sentence):
        require(backend, "jax" if backend == "jax" else "train", "extra.training")
        for library in ("keras", "onnx"):
            require(library, "train", "extra.training")
        if find_spec("tensorflow"):
            # Keras imports TensorFlow on any backend when it saves; this holds back its start-up messages
            import_module("tensorflow")
        import_module("shuzi.training.run")


def data_of(folder: RunFolder, data_dir: Path | None, handwriting: Paths) -> Splits:
    """Load the data for the training run in a folder."""
    return _beside(folder.recipe(), folder.own_data() or _mnist(data_dir), data_dir, handwriting)


def _backend() -> str:
    """Return the backend that Keras will use."""
    backend = os.environ.get("KERAS_BACKEND") or "tensorflow"
    if backend not in BACKENDS:
        raise RecipeError("error.recipe.choice", name="KERAS_BACKEND", value=backend, choices=", ".join(BACKENDS))
    return backend


def _recipe_of(start: str | None, data: Path | None) -> str:
    """Return the recipe for a training that starts from a model, or that of the smallest network."""
    if start is None:
        return "softmax"
    path = find_model(place_of(start))
    card = read_card(read_content(path), path)
    if data is not None and card.task == CLASSIFY_OR_REJECT:
        return "reader-own"
    return card.name if card.name in RECIPES else "softmax"


def _new(
    out: Path | None,
    chosen: Recipe,
    data: Path | None,
    start: str | None,
    data_dir: Path | None,
    handwriting: Paths,
) -> tuple[RunFolder, Recipe, Splits]:
    """Load the data and the model first, so that no folder is left behind if they are damaged."""
    from shuzi.training.network import check_start
    from shuzi.training.run_folder import RunFolder

    model = find_model(place_of(start)) if start else None
    if model is not None:
        check_start(model, chosen)
    own = own_digits(data) if data else None
    parts = _beside(chosen, _own_splits(chosen, own) if own else _mnist(data_dir), data_dir, handwriting)
    return _held(RunFolder.create(out, chosen, own, model)), chosen, parts


def _resumed(
    place: Path, numbers: dict[str, Any], data_dir: Path | None, handwriting: Paths
) -> tuple[RunFolder, Recipe, Splits]:
    from shuzi.training.run_folder import RunFolder

    folder = _held(RunFolder.open(place))
    return folder, folder.recipe().changed(steps=numbers["steps"]), data_of(folder, data_dir, handwriting)


def _own_splits(chosen: Recipe, own: Dataset) -> Splits:
    """Split your own pictures; fine-tuning, which is cross-validated, uses them all if there are enough."""
    from shuzi.data.own import split, unsplit

    if not chosen.fine_tunes:
        return split(own)
    from shuzi.training.fine_tuning import ENOUGH, MIN_DIGITS

    if len(own) < MIN_DIGITS:
        raise DataError("error.own.few", n=len(own), min=MIN_DIGITS)
    if len(own) < ENOUGH:
        click.echo(say("train.few", n=len(own), enough=ENOUGH, program=program()), err=True)
    return unsplit(own)


def _beside(chosen: Recipe, parts: Splits, data_dir: Path | None, handwriting: Paths) -> Splits:
    """Add other people's digits or handwriting where the recipe needs them."""
    if chosen.fine_tunes:
        return parts.beside(_mnist(data_dir))
    return with_handwriting(chosen, parts, handwriting)


def _held(folder: RunFolder) -> RunFolder:
    """Keep other processes from training in the folder until this command ends."""
    click.get_current_context().with_resource(folder.lock.held())
    return folder


def _mnist(data_dir: Path | None) -> Splits:
    from shuzi.data.mnist import load_mnist

    with show_download() as progress:
        return load_mnist(data_dir, progress=progress)


def refuse_beside_resume(refusal: str, given: dict[str, Any]) -> None:
    """Reject options that would make this a different training, with the sentence of that key."""
    for name, value in given.items():
        if value is not None:
            shown = "RECIPE" if name == "name" else f"--{name.replace('_', '-')}"
            raise click.UsageError(say(refusal, option=shown))


class Lines:
    """A listener that prints lines as in the tutorial, with a progress bar below them on a terminal."""

    def __init__(self, folder: Path, own: bool, unsplit: bool) -> None:
        self._folder = folder
        self._own = own
        self._unsplit = unsplit
        self._task_name = ""
        self._from_start = True
        self._fine_tunes = False
        self._step = "train.step"
        self._losses: list[float] = []
        self._rate = 0.0
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Lines:
        if sys.stdout.isatty():
            self._bar = progress_bar(on_stderr=False)
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, event: Event) -> None:
        """Print an event."""
        from shuzi.training.events import Composing, CrossValidating, Done, Progress, Started, Stopped, Validated

        match event:
            case Composing():
                self._preparing(say("train.composing"), event, event.done == 1)
            case Started():
                self._started(event)
            case Progress():
                self._losses = [*self._losses[:1], event.loss]
                self._line(say(self._step, step=event.step, loss=event.loss))
            case Validated():
                if self._bar is not None:
                    self._bar.update(self._task, completed=event.step)
            case CrossValidating():
                self._preparing(say("train.cross_validating", of=event.of), event, event.done == 0)
            case Done() if self._fine_tunes:
                self._before_and_after(event)
            case Done():
                self._line(say(self._accuracy_key(event), accuracy=event.accuracy, n=event.n))
                if self._from_start and len(self._losses) > 1 and self._losses[-1] > self._losses[0]:
                    click.echo(say("train.worse", rate=self._rate), err=True)
            case Stopped():
                click.echo(say("train.stopped", step=event.step, folder=self._folder, program=program()), err=True)
            case _:
                pass

    def end(self, finished: bool) -> None:
        """Suggest what to do next."""
        if finished:
            key = "train.finished_own" if self._fine_tunes else "train.finished"
            click.echo(say(key, folder=self._folder, program=program()), err=True)

    def _started(self, event: Any) -> None:
        recipe = event.recipe
        self._rate = recipe.learning_rate
        self._task_name = recipe.task
        self._fine_tunes = recipe.fine_tunes
        # a model that was trained before has little left to learn, and its loss may rise a little
        self._from_start = event.step == 0 and not (self._folder / START).exists()
        self._step = "train.step" if recipe.loss == "sum" else "train.step_of_mean"
        key = "train.resumed" if event.step else "train.started"
        what = "examples" if recipe.task == RECOGNISE_LINE else "images"
        counts = {what: event.images, "parameters": event.parameters}
        if not event.step:
            counts["steps"] = recipe.steps
        facts = {"step": event.step, "steps": recipe.steps} | {name: counted(name, n) for name, n in counts.items()}
        facts["images"] = facts[what]
        click.echo(say(key, recipe=recipe.name, folder=self._folder, **facts), err=True)
        if self._unsplit:
            click.echo(say("train.too_few", n=event.images), err=True)
        if self._bar is not None:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task = self._bar.add_task(recipe.name, total=recipe.steps, completed=event.step)

    def _preparing(self, sentence: str, event: Any, begins: bool) -> None:
        if self._bar is None:
            if begins:
                click.echo(sentence, err=True)
            return
        if begins:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task = self._bar.add_task(sentence, total=event.of)
        self._bar.update(self._task, completed=event.done)

    def _before_and_after(self, event: Any) -> None:
        """Print how many of the user's and of MNIST's digits were read before and after."""
        before, after = event.more["own-before"], event.more["own"]
        for key, score in (("train.own_before", before), ("train.own_after", after)):
            low, high = score.interval
            self._line(say(key, right=score.correct, n=score.n, accuracy=score.accuracy, low=low, high=high))
        others, learnt = event.more["validation-before"], event.more["validation"]
        self._line(say("train.others", before=others.accuracy, after=learnt.accuracy, n=learnt.n))
        if after.correct <= before.correct:
            click.echo(say("train.no_better", folder=self._folder), err=True)

    def _accuracy_key(self, event: Any) -> str:
        if self._task_name == DETECT:
            return "train.found"
        if self._task_name == RECOGNISE_LINE:
            return "train.read"
        if self._unsplit:
            return "train.own_by_heart"
        if self._own:
            return "train.own_accuracy"
        return "train.accuracy" if event.part == "test" else "train.validation"

    def _line(self, sentence: str) -> None:
        if self._bar is None:
            click.echo(sentence)
        else:
            self._bar.console.print(sentence, highlight=False, markup=False)


class JsonLines:
    """A listener that prints one JSON object per line, with the same names as metrics.jsonl."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> JsonLines:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __call__(self, event: Event) -> None:
        """Print an event."""
        from shuzi.training.run_folder import metrics

        if values := metrics(event):
            click.echo(json.dumps(values))

    def end(self, finished: bool) -> None:
        """Print where everything was saved."""
        click.echo(json.dumps({"run": str(self._folder), "finished": finished}))
