"""`shuzi evaluate` measures a model on labelled images."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shuzi.cli.compare import measure
from shuzi.cli.data import own_digits
from shuzi.cli.localized import PATH, Command, language_option, option
from shuzi.cli.model_argument import model_argument, own_model, place_of, save_card
from shuzi.cli.terminal import redirect_library_caches, show_download, waiting
from shuzi.messages import say

if TYPE_CHECKING:
    from shuzi.data.dataset import Dataset
    from shuzi.data.tables import Labelled
    from shuzi.evaluation.accuracy import Evaluation
    from shuzi.evaluation.calibration import Calibration
    from shuzi.models.card import Card

_MISTAKES_SHOWN = 10


@click.command(cls=Command, help="cli.evaluate.help", short_help="cli.evaluate.short")
@model_argument
@option("--report", type=PATH, metavar="PATH", help="cli.evaluate.report")
@option("--data", type=PATH, metavar="PATH", help="cli.evaluate.data")
@option("--keep", is_flag=True, help="cli.evaluate.keep")
@option("--data-dir", type=PATH, metavar="PATH", help="cli.data_dir")
@option("--json", "as_json", is_flag=True, help="cli.json")
@language_option
def evaluate(
    model: str, report: Path | None, data: Path | None, keep: bool, data_dir: Path | None, as_json: bool
) -> None:
    """Evaluate a model on the 10,000 MNIST test images, or on your own pictures."""
    from shuzi.evaluation.accuracy import DISPUTED
    from shuzi.evaluation.accuracy import evaluate as judge
    from shuzi.evaluation.calibration import calibration
    from shuzi.reading.reader import load

    if keep and data:
        raise click.UsageError(say("cli.evaluate.keep_mnist"))
    if data and (numbers := _numbers(data)):
        if report:
            raise click.UsageError(say("cli.evaluate.report_digits", data=data))
        measure(data, numbers, model, as_json)
        return
    place = own_model(model) if keep else place_of(model)
    reader = load(place)
    dataset = _evaluation_images(reader.card, data, data_dir)
    probabilities = reader.classify(dataset.images)
    found, trust = judge(probabilities, dataset.labels), calibration(probabilities, dataset.labels)
    if report:
        from shuzi.evaluation.report import Findings, write_report
        from shuzi.evaluation.robustness import robustness

        redirect_library_caches()
        with waiting(say("evaluate.disturbing")):
            hardship = robustness(reader.classify, dataset.images, dataset.labels)
        page = write_report(report, place, Findings(found, trust, hardship), dataset, reader.card)
    if as_json:
        card = reader.card
        facts = {"model": card.name, "parameters": card.parameters} | found.as_dict() | trust.as_dict()
        if data is None:
            facts["accuracy_without_disputed"] = found.without(DISPUTED).accuracy
        click.echo(json.dumps(facts))
    else:
        _print(found, trust)
        if data is None:
            rest = found.without(DISPUTED)
            click.echo(say("evaluate.disputed", accuracy=rest.accuracy, n=rest.n, disputed=len(DISPUTED)))
    if report:
        click.echo(say("evaluate.report", page=page), err=True)
    if keep:
        save_card(place, replace(reader.card, scores={**reader.card.scores, "test": found.score.as_dict()}))
        click.echo(say("evaluate.kept", path=place), err=True)


def _numbers(folder: Path) -> list[Labelled]:
    """Return the labelled pictures of a folder if any label is not a single digit."""
    from shuzi.data.tables import has_table
    from shuzi.evaluation.comparison.labelled import labelled_pictures

    pictures = labelled_pictures(folder) if has_table(folder) else []
    return [] if all(len(picture.label) == 1 for picture in pictures) else pictures


def _evaluation_images(card: Card, data: Path | None, data_dir: Path | None) -> Dataset:
    """Load the images to evaluate on; of pictures that the model was trained on, only the held-out ones."""
    if data:
        return _held_out(own_digits(data), card)
    from shuzi.data.idx import sha256
    from shuzi.data.mnist import load_mnist

    with show_download() as progress:
        mnist = load_mnist(data_dir, progress=progress)
    if not card.trained_on(sha256(mnist.train.images)):
        click.echo(say("evaluate.on_mnist"), err=True)
    return mnist.test


def _held_out(dataset: Dataset, card: Card) -> Dataset:
    """Return only the held-out pictures if the card's hash shows that the model was trained on this set."""
    from shuzi.data.idx import sha256
    from shuzi.data.own import split

    parts = split(dataset)
    if card.trained_on(sha256(dataset.images)):
        click.echo(say("evaluate.by_heart"), err=True)
        return dataset
    if not card.trained_on(sha256(parts.train.images)):
        return dataset
    click.echo(say("evaluate.kept_aside", n=len(parts.test)), err=True)
    return parts.test


def _print(found: Evaluation, trust: Calibration) -> None:
    from rich.console import Console
    from rich.table import Table

    low, high = found.score.interval
    score = found.score
    click.echo(say("evaluate.accuracy", accuracy=score.accuracy, low=low, high=high, right=score.correct, n=score.n))
    click.echo(say("evaluate.trust", error=trust.expected_error, sure=trust.sure_mistakes))
    console = Console(highlight=False)
    digits = Table(title=say("evaluate.digits"), title_justify="left")
    for name in ("evaluate.digit", "evaluate.precision", "evaluate.recall", "evaluate.count"):
        digits.add_column(say(name), justify="right")
    for digit, (precision, recall) in enumerate(zip(found.precision, found.recall, strict=True)):
        digits.add_row(str(digit), _percent(precision), _percent(recall), f"{found.confusion[digit].sum():,}")
    console.print(digits)

    confusion = Table(title=say("evaluate.confusion"), title_justify="left")
    confusion.add_column("", justify="right", style="bold")
    for digit in range(10):
        confusion.add_column(str(digit), justify="right")
    for digit, row in enumerate(found.confusion):
        confusion.add_row(str(digit), *(_cell(count, place == digit) for place, count in enumerate(row)))
    console.print(confusion)

    if found.mistakes:
        console.print(say("evaluate.mistakes", n=len(found.mistakes)), markup=False)
    for mistake in found.mistakes[:_MISTAKES_SHOWN]:
        console.print("  " + say("evaluate.mistake", **vars(mistake)), markup=False)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def _cell(count: int, right: bool) -> str:
    if right:
        return f"[green]{count}[/green]"
    return str(count) if count else "[dim]·[/dim]"
