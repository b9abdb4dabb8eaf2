"""The argument MODEL becomes the name or path of a model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from shuzi.cli.terminal import argument
from shuzi.errors import ModelError
from shuzi.messages import say
from shuzi.models.card import Card
from shuzi.models.onnx_file import replace_card
from shuzi.models.store import DEFAULT, find_model, shipped

F = TypeVar("F", bound=Callable[..., Any])


def model_argument(function: F) -> F:
    """Give a command the argument [MODEL], which defaults to the default model."""
    return argument("model", default=DEFAULT, metavar="[MODEL]", help="cli.model")(function)


def own_model(model: str) -> Path:
    """Return the .onnx file of a model that may be changed."""
    if model in shipped():
        raise ModelError("error.model.shipped", name=model)
    return find_model(model)


def save_card(path: Path, card: Card) -> None:
    """Replace the card in the .onnx file of a model that was loaded here."""
    from shuzi.models.session import remember_checked  # imports ONNX Runtime

    try:
        replace_card(path, card)
    except OSError as problem:
        raise ModelError("error.model.unwritable", path=path, reason=problem.strerror or problem) from problem
    remember_checked(path)


def place_of(model: str) -> Path:
    """Return the model that a name means, with a note if a shipped model hides a file or folder of that name."""
    known = shipped()
    if model not in known:
        return Path(model)
    if Path(model).exists():
        click.echo(say("cli.model.hidden", name=model), err=True)
    return known[model]


@contextmanager
def naming(model: str) -> Iterator[None]:
    """Have an error of the block about a model call it as the user did."""
    try:
        yield
    except ModelError as problem:
        raise problem.with_path(model) from problem
