"""`shuzi train` trains a network, or resumes a training run that was stopped."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import fields
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from shuzi.cli.data import handwriting_options, own_digits
from shuzi.cli.localized import PATH, Command, argument, language_option, option
from shuzi.cli.model_argument import place_of
from shuzi.cli.terminal import (
    do_without_output,
    program,
    redirect_library_caches,
    show_download,
    until_asked,
    waiting,
)
from shuzi.cli.training_output import JsonLines, Lines
from shuzi.data.strokes import VARIABLE
from shuzi.errors import DataError, RecipeError, require
from shuzi.messages import say
from shuzi.models.card import BACKENDS
from shuzi.models.onnx_file import read_card, read_content
from shuzi.models.store import find_model
from shuzi.models.tasks import CLASSIFY_OR_REJECT
from shuzi.training.recipe import OPTIONS, RANGES, RECIPES, Handwriting, Recipe, recipe, with_handwriting

if TYPE_CHECKING:
    from shuzi.data.dataset import Dataset, Splits
    from shuzi.training.run_folder import RunFolder

F = TypeVar("F", bound=Callable[..., Any])


def _numbers(function: F) -> F:
    """Add an option to a command for each adjustable number of a recipe, with the recipe's range."""
    whole = {each.name for each in fields(Recipe) if each.type == "int"}
    for name in reversed((*OPTIONS, "seed")):
        allowed, most = RANGES[name], None if RANGES[name].most == math.inf else RANGES[name].most
        kind: click.ParamType[Any] = click.FloatRange(allowed.least, most, min_open=allowed.above)
        if name in whole:
            kind = click.IntRange(int(allowed.least), None if most is None else int(most))
        function = option(
            f"--{name.replace('_', '-')}",
            type=kind,
            metavar="N" if name in whole else "X",
            help=f"cli.train.{name}",
        )(function)
    return function


@click.command(cls=Command, help="cli.train.help", short_help="cli.train.short")
@argument("name", metavar="[RECIPE]", required=False, type=click.Choice(list(RECIPES)), help="cli.train.recipe")
@_numbers
@option("--out", type=PATH, metavar="PATH", help="cli.train.out")
@option("--resume", type=PATH, metavar="PATH", help="cli.train.resume")
@option("--data", type=PATH, metavar="PATH", help="cli.train.data")
@option("--from", "start", metavar="MODEL", help="cli.train.start")
@option("--data-dir", type=PATH, metavar="PATH", help="cli.data_dir")
@handwriting_options
@option("--tensorboard", is_flag=True, help="cli.train.tensorboard")
@option("--json", "as_json", is_flag=True, help="cli.train.json")
@language_option
def train(
    name: str | None,
    out: Path | None,
    resume: Path | None,
    data: Path | None,
    start: str | None,
    data_dir: Path | None,
    tensorboard: bool,
    as_json: bool,
    handwriting: Handwriting,
    **numbers: Any,
) -> None:
    """Train a network."""
    do_without_output()
    if resume is not None:
        given = {"name": name, "out": out, "data": data} | numbers | {"steps": None, "from": start}
        refuse_beside_resume("cli.train.beside_resume", given)
    changes = {each: value for each, value in numbers.items() if value is not None}
    chosen = recipe(name or _recipe_of(start, data)).changed(**changes)
    if chosen.fine_tunes and (data is None or start is None):
        raise RecipeError("error.recipe.own", name=chosen.name)
    if start is not None and data is None and name is None and chosen.needs_strokes and not _has_strokes(handwriting):
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


def data_of(folder: RunFolder, data_dir: Path | None, handwriting: Handwriting) -> Splits:
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


def _has_strokes(handwriting: Handwriting) -> bool:
    return handwriting.strokes is not None or bool(os.environ.get(VARIABLE))


def _new(
    out: Path | None,
    chosen: Recipe,
    data: Path | None,
    start: str | None,
    data_dir: Path | None,
    handwriting: Handwriting,
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
    place: Path, numbers: dict[str, Any], data_dir: Path | None, handwriting: Handwriting
) -> tuple[RunFolder, Recipe, Splits]:
    from shuzi.training.run_folder import RunFolder

    folder = _held(RunFolder.open(place))
    return folder, folder.recipe().changed(steps=numbers["steps"]), data_of(folder, data_dir, handwriting)


def _own_splits(chosen: Recipe, own: Dataset) -> Splits:
    """Split your own pictures; fine-tuning, which is cross-validated, uses them all if there are enough."""
    from shuzi.data.own import split, unsplit

    if not chosen.fine_tunes:
        return split(own)
    from shuzi.training.fine_tuning import ENOUGH, LEAST

    if len(own) < LEAST:
        raise DataError("error.own.few", n=len(own), least=LEAST)
    if len(own) < ENOUGH:
        click.echo(say("train.few", n=len(own), enough=ENOUGH, program=program()), err=True)
    return unsplit(own)


def _beside(chosen: Recipe, parts: Splits, data_dir: Path | None, handwriting: Handwriting) -> Splits:
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
