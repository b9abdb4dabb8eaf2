"""`shuzi models` lists the models that come with shuzi, and describes and exports models."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shuzi.cli.localized import Command, Group, language_option, option
from shuzi.cli.model_argument import model_argument, place_of
from shuzi.cli.terminal import keep_libraries_home, show_download, waiting
from shuzi.errors import require
from shuzi.messages import say
from shuzi.models.card import (
    CLASSIFIER,
    DETECTOR,
    OF_MNIST,
    OF_OWN_PICTURES,
    OUTPUT,
    PLACES,
    PROBABILITIES_AND_MORE,
)
from shuzi.models.formats import FORMATS, check_target
from shuzi.models.store import find_model, shipped

if TYPE_CHECKING:
    from shuzi.models.card import Card
    from shuzi.training.export.conversion import Conversion

_PLACE = click.Path(path_type=Path)
_INPUTS = {CLASSIFIER: "images", DETECTOR: "pages"}
_OUTPUTS = {OUTPUT: "probabilities", PROBABILITIES_AND_MORE: "is_digit", PLACES: "places"}


@click.group(cls=Group, invoke_without_command=True, help="cli.models.help", short_help="cli.models.short")
@option("--json", "as_json", is_flag=True, help="cli.json")
@language_option
@click.pass_context
def models(context: click.Context, as_json: bool) -> None:
    """Work with models; without a command, list them."""
    if context.invoked_subcommand is None:
        context.invoke(list_, as_json=as_json)
    elif as_json:
        context.default_map = {context.invoked_subcommand: {"as_json": True}}


@models.command("list", cls=Command, help="cli.models.list", short_help="cli.models.list")
@option("--json", "as_json", is_flag=True, help="cli.models.list.json")
@language_option
def list_(as_json: bool) -> None:
    """List the models that come with shuzi."""
    from shuzi.models.session import Session

    cards = {name: (Session(path).card, path) for name, path in shipped().items()}
    if as_json:
        for name, (card, path) in cards.items():
            part, score = _headline(card)
            facts = {"name": name, "kind": card.kind, "recipe": card.name, "parameters": card.parameters}
            facts |= {"bytes": path.stat().st_size, "part": part} | score | {"path": str(path)}
            click.echo(json.dumps(facts, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for column in ("name", "parameters", "size", "accuracy"):
        table.add_column(say(f"models.{column}"), justify="right" if column in ("parameters", "size") else "left")
    for name, (card, path) in cards.items():
        table.add_row(name, f"{card.parameters:,}", _size(path.stat().st_size), _worth(card))
    Console(highlight=False, markup=False).print(table)


@models.command(cls=Command, help="cli.models.describe", short_help="cli.models.describe")
@model_argument
@option("--json", "as_json", is_flag=True, help="cli.models.describe.json")
@language_option
def describe(model: str, as_json: bool) -> None:
    """Show a model's card."""
    from shuzi.models.session import Session

    path = find_model(place_of(model))
    card = Session(path).card
    if as_json:
        click.echo(card.to_json())
        return
    from rich.console import Console
    from rich.table import Table

    table = Table.grid(padding=(0, 3, 0, 0))
    table.add_column()
    table.add_column(overflow="fold")  # Chinese has no spaces to break lines at
    for name, sentence in _rows(card, path):
        table.add_row(say(f"models.{name}"), sentence)
    Console(highlight=False, markup=False).print(table)


@models.command(cls=Command, help="cli.models.export", short_help="cli.models.export.short")
@model_argument
@option("--format", "form", type=click.Choice(list(FORMATS)), required=True, help="cli.models.export.format")
@option("--out", type=_PLACE, metavar="PATH", required=True, help="cli.models.export.out")
@option("--data-dir", type=_PLACE, metavar="PATH", help="cli.data_dir")
@option("--json", "as_json", is_flag=True, help="cli.json")
@language_option
def export(model: str, form: str, out: Path, data_dir: Path | None, as_json: bool) -> None:
    """Export a model to another format, if the result gives the same answers."""
    from shuzi.data.mnist import load_mnist

    path = find_model(place_of(model))
    check_target(form, out)
    with show_download() as progress:
        judges = load_mnist(data_dir, progress=progress).test
    os.environ["KERAS_BACKEND"] = "tensorflow"  # the other formats are TensorFlow's
    keep_libraries_home()
    with waiting(say("models.export.working")):
        for library in ("tensorflow", "keras", "onnx"):
            require(library, "train", "extra.conversion")
        from shuzi.training.export.conversion import convert

        found = convert(path, form, out, judges)
    if as_json:
        click.echo(json.dumps(_facts(found), ensure_ascii=False))
        return
    click.echo(say("models.export.done", path=found.path, form=form, size=_size(found.size)))
    parity, scores = found.parity, {"accuracy": found.accuracy, "of_network": found.accuracy_of_network, "n": found.n}
    if found.kind == DETECTOR:
        click.echo(say("models.export.found", **scores, pages=parity.n, difference=parity.difference))
    else:
        click.echo(say("models.export.measured", **scores, others=parity.others, difference=parity.difference))


def _facts(found: Conversion) -> dict[str, Any]:
    facts = {"path": str(found.path), "format": found.form, "bytes": found.size, "kind": found.kind, "n": found.n}
    scores = {"accuracy": found.accuracy, "accuracy_of_network": found.accuracy_of_network}
    judged = {"pages": found.parity.n} if found.kind == DETECTOR else {"others": found.parity.others}
    return facts | scores | judged | {"difference": found.parity.difference}


def _worth(card: Card) -> str:
    """Return a model's headline score in words; a detector has a measure of its own."""
    part, score = _headline(card)
    if card.kind == DETECTOR:
        return say("models.finds.short", accuracy=score["accuracy"], n=score["n"])
    return _score(part, score)


def _headline(card: Card) -> tuple[str, dict[str, Any]]:
    """Return a model's headline score: the one on the test images, or else the only one."""
    part = "test" if "test" in card.scores else next(iter(card.scores))
    return part, card.scores[part]


def _rows(card: Card, path: Path) -> list[tuple[str, str]]:
    """Return the card's contents, each with its name in the catalogues."""
    finds = card.kind == DETECTOR
    known = {OF_MNIST: "mnist", OF_OWN_PICTURES: "own"}.get(card.licence)
    data = f"composed_{known or 'own'}" if card.recipe.get("examples", "mnist") != "mnist" else known or "own"
    libraries = [f"{name} {card.versions[name]}" for name in ("shuzi", "keras", "python") if name in card.versions]
    return [
        ("file", f"{path}  {_size(path.stat().st_size)}"),
        ("recipe", card.name),
        ("parameters", f"{card.parameters:,}"),
        ("input", say(f"models.input.{_INPUTS[card.kind]}", version=card.normalization)),
        ("output", say(f"models.output.{_OUTPUTS[card.output]}")),
        *(("finds" if finds else "accuracy", _score(part, score, finds)) for part, score in card.scores.items()),
        *([] if finds else _confidence(card)),
        ("data", say(f"models.data.{data}", sha256=card.data["images"][:16])),
        ("licence", say(f"models.licence.{known}") if known else card.licence),
        ("versions", " · ".join([card.backend, *libraries])),
        ("command", card.command or say("models.command.none")),
    ]


def _confidence(card: Card) -> list[tuple[str, str]]:
    """Return the facts about how reliable a classifier's confidence is."""
    warmth = "one" if card.temperature == 1 else "fitted"
    rows = [("temperature", say(f"models.temperature.{warmth}", temperature=card.temperature))]
    if (unsure := card.thresholds.get("unsure")) is not None:
        never = unsure > 1
        rows.append(("unsure", say("models.unsure.always") if never else say("models.unsure.below", share=unsure)))
    if (no_digit := card.thresholds.get("not-a-digit")) is not None:
        rows.append(("no_digit", say("models.no_digit.below", share=no_digit)))
    if (text := card.thresholds.get("text-ok")) is not None:
        rows.append(("text", say("models.text.from", share=text)))
    return rows


def _score(part: str, score: dict[str, Any], finds: bool = False) -> str:
    low, high = score["interval"]
    key = f"models.finds.{part}" if finds else f"models.score.{part}"
    return say(key, accuracy=score["accuracy"], low=low, high=high, n=score["n"])


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
