"""`shuzi evaluate` measures a model on labelled images."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shuzi.cli.data import own_digits
from shuzi.cli.model_argument import model_argument, own_model, place_of, save_card
from shuzi.cli.terminal import (
    PATH,
    Command,
    counting,
    option,
    redirect_library_caches,
    show_download,
    waiting,
)
from shuzi.errors import DataError
from shuzi.messages import say, visible

if TYPE_CHECKING:
    from shuzi.data.dataset import Dataset
    from shuzi.evaluation.accuracy import Calibration, Evaluation
    from shuzi.evaluation.comparison import Comparison, Figures
    from shuzi.models.card import Card, Measured

_MISTAKES_SHOWN = 10
_NAMED = 5  # pictures that are left out


@click.command(cls=Command, help="cli.evaluate.help", short_help="cli.evaluate.short")
@model_argument
@option("--report", type=PATH, metavar="PATH", help="cli.evaluate.report")
@option("--data", type=PATH, metavar="PATH", help="cli.evaluate.data")
@option("--with", "others", default="", metavar="NAME[,NAME]", help="cli.evaluate.with")
@option("--montage", type=PATH, metavar="PATH", help="cli.evaluate.montage")
@option("--keep", is_flag=True, help="cli.evaluate.keep")
@option("--data-dir", type=PATH, metavar="PATH", help="cli.data_dir")
@option("--json", "as_json", is_flag=True, help="cli.json")
def evaluate(
    model: str,
    report: Path | None,
    data: Path | None,
    others: str,
    montage: Path | None,
    keep: bool,
    data_dir: Path | None,
    as_json: bool,
) -> None:
    """Evaluate a model on the 10,000 MNIST test images, or on your own pictures."""
    from shuzi.evaluation.accuracy import DISPUTED, calibration
    from shuzi.evaluation.accuracy import evaluate as judge
    from shuzi.reading.reader import load

    if keep and data:
        raise click.UsageError(say("cli.evaluate.keep_mnist"))
    if data is None and (others or montage):
        raise click.UsageError(say("cli.evaluate.with_data"))
    if data:
        from shuzi.evaluation.comparison import has_numbers

        if others or montage or has_numbers(data):
            if report:
                raise click.UsageError(say("cli.evaluate.report_digits", data=data))
            _compare(data, model, others, montage, as_json)
            return
    place = own_model(model) if keep else place_of(model)
    reader = load(place)
    dataset = _evaluation_images(reader.card, data, data_dir)
    probabilities = reader.classify(dataset.images)
    evaluation, trust = judge(probabilities, dataset.labels), calibration(probabilities, dataset.labels)
    if report:
        from shuzi.evaluation.accuracy import robustness
        from shuzi.evaluation.report import Findings, write_report

        redirect_library_caches()
        with waiting(say("evaluate.disturbing")):
            hardship = robustness(reader.classify, dataset.images, dataset.labels)
        page = write_report(report, place, Findings(evaluation, trust, hardship), dataset, reader.card)
    if as_json:
        card = reader.card
        facts = {"model": card.name, "parameters": card.parameters} | evaluation.as_dict() | trust.as_dict()
        if data is None:
            facts["accuracy_without_disputed"] = evaluation.without(DISPUTED).accuracy
        click.echo(json.dumps(facts))
    else:
        _print(evaluation, trust)
        if data is None:
            rest = evaluation.without(DISPUTED)
            click.echo(say("evaluate.disputed", accuracy=rest.accuracy, n=rest.n, disputed=len(DISPUTED)))
    if report:
        click.echo(say("evaluate.report", page=page), err=True)
    if keep:
        save_card(place, replace(reader.card, scores={**reader.card.scores, "test": evaluation.score.as_dict()}))
        click.echo(say("evaluate.kept", path=place), err=True)


def _compare(folder: Path, model: str, others: str, drawing: Path | None, as_json: bool) -> None:
    """Have shuzi and other readers read the labelled pictures of a folder, and print their figures."""
    from shuzi.atomic import replacing
    from shuzi.data.tables import unlabelled
    from shuzi.evaluation import comparison
    from shuzi.pictures.open import open_picture

    pictures = comparison.labelled_pictures(folder)
    paths = [picture.path for picture in pictures]
    if drawing is not None:
        if drawing.suffix.lower() != ".png":
            raise DataError("error.picture.ending", path=drawing)
        if drawing.resolve() in [path.resolve() for path in paths]:
            raise DataError("error.compare.own_picture", path=drawing)
    left_out = [visible(str(path.relative_to(folder))) for path in unlabelled(folder, [*paths, drawing or folder])]
    if left_out:
        names = ", ".join(left_out[:_NAMED]) + (", …" if len(left_out) > _NAMED else "")
        click.echo(say("compare.unlabelled", n=len(left_out), names=names), err=True)
    for path in paths:  # a picture that cannot be opened counts against no reader
        open_picture(path)
    readers = [comparison.shuzi_reader(place_of(model), comparison.have_marks(pictures))]
    readers += [comparison.other_reader(name) for name in dict.fromkeys(others.split(",")) if name]
    with counting(say("compare.progress"), len(pictures) * len(readers)) as show:
        compared = comparison.compare(readers, pictures, lambda: show("", ""))
    if as_json:
        rows = [reader.figures for reader in compared.readers]
        failed = [{"reader": name, "error": str(problem)} for name, problem in compared.failed.items()]
        told = {"pictures": len(pictures), "left_out": left_out, "with_marks": compared.with_marks}
        click.echo(json.dumps({**told, "readers": [*rows, *failed]}))
    else:
        _print_comparison(compared)
    if drawing is not None:
        with replacing(drawing) as part:
            comparison.montage(compared).save(part, "png")
        click.echo(say("compare.montage", path=drawing), err=True)
    for problem in compared.failed.values():
        click.echo(say("cli.error", problem=problem), err=True)
    if compared.failed:
        raise SystemExit(1)


def _evaluation_images(card: Card, data: Path | None, data_dir: Path | None) -> Dataset:
    """Load the images to evaluate on; of pictures that the model was trained on, only the held-out ones."""
    if data:
        return _held_out(own_digits(data), card)
    from shuzi.data.formats import sha256
    from shuzi.data.mnist import load_mnist

    with show_download() as progress:
        mnist = load_mnist(data_dir, progress=progress)
    if not card.trained_on(sha256(mnist.train.images)):
        click.echo(say("evaluate.on_mnist"), err=True)
    return mnist.test


def _held_out(dataset: Dataset, card: Card) -> Dataset:
    """Return only the held-out pictures if the card's hash shows that the model was trained on this set."""
    from shuzi.data.formats import sha256
    from shuzi.data.own import split

    parts = split(dataset)
    if card.trained_on(sha256(dataset.images)):
        click.echo(say("evaluate.by_heart"), err=True)
        return dataset
    if not card.trained_on(sha256(parts.train.images)):
        return dataset
    click.echo(say("evaluate.kept_aside", n=len(parts.test)), err=True)
    return parts.test


def _print(evaluation: Evaluation, trust: Calibration) -> None:
    from rich.console import Console
    from rich.table import Table

    low, high = evaluation.score.interval
    score = evaluation.score
    click.echo(say("evaluate.accuracy", accuracy=score.accuracy, low=low, high=high, right=score.correct, n=score.n))
    click.echo(say("evaluate.trust", error=trust.expected_error, sure=trust.sure_mistakes))
    console = Console(highlight=False)
    digits = Table(title=say("evaluate.digits"), title_justify="left")
    for name in ("evaluate.digit", "evaluate.precision", "evaluate.recall", "evaluate.count"):
        digits.add_column(say(name), justify="right")
    for digit, (precision, recall) in enumerate(zip(evaluation.precision, evaluation.recall, strict=True)):
        digits.add_row(str(digit), _percent(precision), _percent(recall), f"{evaluation.confusion[digit].sum():,}")
    console.print(digits)

    confusion = Table(title=say("evaluate.confusion"), title_justify="left")
    confusion.add_column("", justify="right", style="bold")
    for digit in range(10):
        confusion.add_column(str(digit), justify="right")
    for digit, row in enumerate(evaluation.confusion):
        confusion.add_row(str(digit), *(_cell(count, place == digit) for place, count in enumerate(row)))
    console.print(confusion)

    if evaluation.mistakes:
        console.print(say("evaluate.mistakes", n=len(evaluation.mistakes)), markup=False)
    for mistake in evaluation.mistakes[:_MISTAKES_SHOWN]:
        console.print("  " + say("evaluate.mistake", **vars(mistake)), markup=False)


def _print_comparison(compared: Comparison) -> None:
    from rich.console import Console
    from rich.table import Table

    numbers = sum(bool(picture.label) for picture in compared.pictures)
    what = say("compare.marks" if compared.with_marks else "compare.digits")
    click.echo(say("compare.pictures", n=numbers, others=len(compared.pictures) - numbers, what=what))
    table = Table()
    table.add_column("")
    for reader in compared.readers:
        table.add_column(reader.figures["reader"], justify="right")
    names = ("right", "ok", "right_where_ok", "coverage", "accepted", "ms", "size", "ahead")
    for name, *cells in zip(names, *(_cells(reader.figures) for reader in compared.readers), strict=True):
        if any(cell not in ("", "–") for cell in cells):
            table.add_row(say(f"compare.{name}"), *cells)
    Console(highlight=False).print(table)


def _cells(figures: Figures) -> list[str]:
    size, ahead = figures["bytes"], figures["first_is_ahead_by"]
    return [
        _with_interval(figures["right"]),
        _percent(figures["ok"]["accuracy"]),
        _with_interval(figures["right_where_ok"]),
        _percent(figures["coverage_at_99"]),
        _with_interval(figures["not_numbers_ok"]),
        f"{figures['ms']:.0f}",
        "–" if size is None else f"{size / 1e6:.0f}",
        "" if ahead is None else "{:+.1f} ({:+.1f} to {:+.1f})".format(*(100 * end for end in ahead)),
    ]


def _with_interval(score: Measured | None) -> str:
    if score is None:
        return "–"
    low, high = score["interval"]
    return f"{score['accuracy']:.1%} ({100 * low:.1f} to {100 * high:.1f})"


def _percent(fraction: float | None) -> str:
    return "–" if fraction is None else f"{fraction:.1%}"


def _cell(count: int, right: bool) -> str:
    if right:
        return f"[green]{count}[/green]"
    return str(count) if count else "[dim]·[/dim]"
