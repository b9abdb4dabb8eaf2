"""The argument MODEL becomes the name or path of a model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from shuzi.cli.localized import argument
from shuzi.messages import say
from shuzi.models.store import DEFAULT, shipped

F = TypeVar("F", bound=Callable[..., Any])


def model_argument(function: F) -> F:
    """Give a command the argument [MODEL], which defaults to the default model."""
    return argument("model", default=DEFAULT, metavar="[MODEL]", help="cli.model")(function)


def place_of(model: str) -> Path:
    """Return the model that is meant, with a note if a shipped model hides a file or folder of that name."""
    known = shipped()
    if model not in known:
        return Path(model)
    if Path(model).exists():
        click.echo(say("cli.model.hidden", name=model), err=True)
    return known[model]
