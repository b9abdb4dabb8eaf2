"""The argument MODEL of a command, and the place that a person means by it."""

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
    """Give a command the argument [MODEL], the default model when a person names none."""
    return argument("model", default=DEFAULT, metavar="[MODEL]", help="cli.model")(function)


def place_of(model: str) -> Path:
    """Return the run folder or the .onnx file that is meant, and say so when a shipped model hides another."""
    known = shipped()
    if model not in known:
        return Path(model)
    if Path(model).exists():
        click.echo(say("cli.model.hidden", name=model), err=True)
    return known[model]
