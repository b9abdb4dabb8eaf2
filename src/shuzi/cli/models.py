"""`shuzi models` lists the models that come with shuzi, and describes and exports models."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shuzi.cli.data import handwriting_options
from shuzi.cli.model_argument import model_argument, own_model, place_of, save_card
from shuzi.cli.terminal import (
    PATH,
    Command,
    Group,
    argument,
    option,
    redirect_library_caches,
    show_download,
    waiting,
)
from shuzi.data.collection import REGISTERS, Paths
from shuzi.errors import ModelError, require
from shuzi.messages import say, visible, visible_json
from shuzi.models.card import Measured
from shuzi.models.description import MEASURES, describe_card, describe_score, describe_size, write_upload
from shuzi.models.onnx_file import read_card, read_content
from shuzi.models.store import FORMATS, LINE, check_target, find_model, shipped
from shuzi.models.store import LINE_DETECTOR as LINE_DETECTOR_NAME
from shuzi.models.tasks import CLASSIFIER, DETECTOR, LINE_DETECTOR, RECOGNISER
from shuzi.reading.thresholds import PAGE_OK, TEXT_OK

if TYPE_CHECKING:
    from shuzi.models.card import Calibration, Card
    from shuzi.training.export import Conversion


@click.group(cls=Group, invoke_without_command=True, help="cli.models.help", short_help="cli.models.short")
@option("--json", "as_json", is_flag=True, help="cli.json")
@click.pass_context
def models(context: click.Context, as_json: bool) -> None:
    """Work with models; without a command, list them."""
    if context.invoked_subcommand is None:
        context.invoke(list_, as_json=as_json)
    elif as_json:
        context.default_map = {context.invoked_subcommand: {"as_json": True}}


@models.command("list", cls=Command, help="cli.models.list", short_help="cli.models.list")
@option("--json", "as_json", is_flag=True, help="cli.models.list.json")
def list_(as_json: bool) -> None:
    """List the models that come with shuzi."""
    cards = {name: (read_card(read_content(path), path), path) for name, path in shipped().items()}
    if as_json:
        for name, (card, path) in cards.items():
            part, score = _headline(card)
            facts = {"name": name, "kind": card.kind, "recipe": card.name, "parameters": card.parameters}
            facts |= {"bytes": path.stat().st_size, "part": part} | score | {"path": str(path)}
            click.echo(json.dumps(facts, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))  # within 80 columns
    for column in ("name", "parameters", "size", "accuracy"):
        table.add_column(say(f"models.{column}"), justify="right" if column in ("parameters", "size") else "left")
    for name, (card, path) in cards.items():
        table.add_row(name, f"{card.parameters:,}", describe_size(path.stat().st_size), _headline_score(card))
    Console(highlight=False, markup=False).print(table)


@models.command(cls=Command, help="cli.models.describe", short_help="cli.models.describe")
@model_argument
@option("--json", "as_json", is_flag=True, help="cli.models.describe.json")
def describe(model: str, as_json: bool) -> None:
    """Show a model's card."""
    path = find_model(place_of(model))
    card = read_card(read_content(path), path)
    if as_json:
        click.echo(visible_json(card.to_json()))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table.grid(padding=(0, 3, 0, 0))
    table.add_column()
    table.add_column(overflow="fold")  # Chinese has no spaces to break lines at
    for name, sentence in describe_card(card, path):
        table.add_row(say(f"models.{name}"), visible(sentence))
    Console(highlight=False, markup=False).print(table)


@models.command(cls=Command, help="cli.models.export", short_help="cli.models.export.short")
@model_argument
@option("--format", "form", type=click.Choice(list(FORMATS)), help="cli.models.export.format")
@option("--out", type=PATH, metavar="PATH", help="cli.models.export.out")
@option("--card", "folder", type=PATH, metavar="DIR", help="cli.models.export.card")
@option("--data-dir", type=PATH, metavar="PATH", help="cli.data_dir")
@option("--json", "as_json", is_flag=True, help="cli.json")
def export(
    model: str, form: str | None, out: Path | None, folder: Path | None, data_dir: Path | None, as_json: bool
) -> None:
    """Export a model to another format, if the result gives the same answers, or as a folder to upload."""
    from shuzi.data.mnist import load_mnist

    path = find_model(place_of(model))
    if folder is not None and form is None and out is None and data_dir is None:
        names = write_upload(path, folder)
        as_text = say("models.export.uploadable", path=folder, files=", ".join(names))
        as_object = visible_json(json.dumps({"path": str(folder), "files": names}, ensure_ascii=False))
        click.echo(as_object if as_json else as_text)
        return
    if folder is not None or form is None or out is None:
        raise click.UsageError(say("cli.models.export.either"))
    check_target(form, out)
    with show_download() as progress:
        dataset = load_mnist(data_dir, progress=progress).test
    os.environ["KERAS_BACKEND"] = "tensorflow"  # the other formats need TensorFlow
    redirect_library_caches()
    with waiting(say("models.export.working")):
        for library in ("tensorflow", "keras", "onnx"):
            require(library, "train", "extra.conversion")
        from shuzi.training.export import convert

        conversion = convert(path, form, out, dataset)
    if as_json:
        click.echo(visible_json(json.dumps(_facts(conversion), ensure_ascii=False)))
        return
    click.echo(say("models.export.done", path=conversion.path, form=form, size=describe_size(conversion.size)))
    parity = conversion.parity
    scores = {"accuracy": conversion.accuracy, "of_network": conversion.accuracy_of_network, "n": conversion.n}
    key = {DETECTOR: "found", LINE_DETECTOR: "found_lines", RECOGNISER: "lines"}.get(conversion.kind, "measured")
    counts = {"pages": parity.n, "lines": parity.n, "others": parity.others}
    click.echo(say(f"models.export.{key}", **scores, **counts, difference=parity.difference))


@models.command(cls=Command, help="cli.models.repair", short_help="cli.models.repair.short")
@argument("run", type=PATH, metavar="RUN", help="cli.models.repair.run")
@option("--data-dir", type=PATH, metavar="PATH", help="cli.data_dir")
@handwriting_options
def repair(run: Path, data_dir: Path | None, handwriting: Paths) -> None:
    """Export a finished training again."""
    from shuzi.cli.train import data_of, import_training
    from shuzi.training.run_folder import RunFolder

    folder = RunFolder.open(run)
    import_training(say("models.repair.working"))
    from shuzi.training.run import repair as export_again

    step = export_again(folder, data_of(folder, data_dir, handwriting))
    done = say("models.repair.sound", path=run) if step is None else say("models.repair.done", path=run, step=step)
    click.echo(done)


@models.command(cls=Command, help="cli.models.calibrate", short_help="cli.models.calibrate.short")
@argument("reader", metavar="READER", help="cli.models.calibrate.reader")
@option("--detector", default=DETECTOR, metavar="MODEL", help="cli.models.calibrate.detector")
@option("--line", default=LINE, metavar="MODEL", help="cli.models.calibrate.line")
@option("--line-detector", default=LINE_DETECTOR_NAME, metavar="MODEL", help="cli.models.calibrate.line_detector")
@option("--strokes", type=PATH, metavar="PATH", help="cli.models.calibrate.strokes")
@option("--registers", type=PATH, metavar="PATH", help="cli.models.calibrate.registers")
@option("--displays", type=PATH, metavar="PATH", help="cli.displays")
@option("--pictures", type=PATH, metavar="FOLDER", help="cli.models.calibrate.pictures")
@option("--photographs", is_flag=True, help="cli.models.calibrate.photographs")
@option("--pages", type=click.IntRange(1, 1_000_000), metavar="N", help="cli.models.calibrate.pages")
@option("--seed", type=click.IntRange(min=0), default=0, metavar="N", help="cli.models.calibrate.seed")
@option("--data-dir", type=PATH, metavar="PATH", help="cli.data_dir")
@option("--json", "as_json", is_flag=True, help="cli.json")
def calibrate(
    reader: str,
    detector: str,
    line: str,
    line_detector: str,
    strokes: Path | None,
    registers: Path | None,
    displays: Path | None,
    pictures: Path | None,
    photographs: bool,
    pages: int | None,
    seed: int,
    data_dir: Path | None,
    as_json: bool,
) -> None:
    """Fit a reader's confidence in whole texts, for the models that it reads with."""
    from shuzi.data.mnist import load_mnist
    from shuzi.data.registers import VALIDATION, load_cells
    from shuzi.data.strokes import load_strokes
    from shuzi.evaluation.comparison import labelled_pictures
    from shuzi.evaluation.text_confidence import PAGES, calibrate_photographs, read_real
    from shuzi.evaluation.text_confidence import calibrate as fit
    from shuzi.reading.reader import load

    path = own_model(reader)
    if read_card(read_content(path), path).recipe.get("beside") == "displays":
        from shuzi.data.displays import load_displays
        from shuzi.evaluation.text_confidence import DISPLAY_LINES, calibrate_display
        from shuzi.reading.reader import load_display

        shown = load_display(path)
        with waiting(say("models.calibrate.working")):
            fitted = calibrate_display(shown, load_displays(displays), seed, pages or DISPLAY_LINES)
        _keep_calibration(path, shown.card, fitted, PAGE_OK, as_json)
        return
    lines = line_detector if line_detector == LINE_DETECTOR_NAME else place_of(line_detector)
    partnered = load(path, place_of(detector), line if line == LINE else place_of(line), lines)
    before = partnered.card.calibration
    if photographs and (before is None or LINE_DETECTOR_NAME not in partnered.partners):
        raise ModelError("error.model.not_calibrated", path=path)
    labelled = [] if pictures is None else labelled_pictures(pictures)
    own = load_strokes(strokes).held_out(odd=False) if LINE in partnered.partners else None
    named = registers is not None or os.environ.get(REGISTERS.variable)
    cells = load_cells(registers).of(VALIDATION) if named else None
    with show_download() as progress:
        validation = load_mnist(data_dir, progress=progress).validation
    with waiting(say("models.calibrate.working")):
        real = read_real(partnered, cells, labelled)
        if photographs and before is not None:
            numbers = calibrate_photographs(partnered, validation, own, seed, real=real)
            calibration = replace(before, partners=partnered.partners, numbers={**before.numbers, **numbers})
        else:
            calibration = fit(partnered, validation, seed, pages or PAGES, own, real)
    _keep_calibration(path, partnered.card, calibration, TEXT_OK, as_json)


def _keep_calibration(path: Path, card: Card, calibration: Calibration, ok: str, as_json: bool) -> None:
    """Save a calibration and report on it; `ok` names its confidence from which a text is ok."""
    save_card(path, replace(card, calibration=calibration))
    if as_json:
        click.echo(json.dumps({"path": str(path)} | asdict(calibration)))
    else:
        click.echo(say("models.calibrate.done", pages=calibration.pages, share=calibration.numbers[ok], path=path))


def _facts(conversion: Conversion) -> dict[str, Any]:
    facts = {
        "path": str(conversion.path),
        "format": conversion.form,
        "bytes": conversion.size,
        "kind": conversion.kind,
        "n": conversion.n,
    }
    scores = {"accuracy": conversion.accuracy, "accuracy_of_network": conversion.accuracy_of_network}
    n = conversion.parity.n
    judged = {DETECTOR: {"pages": n}, LINE_DETECTOR: {"pages": n}, RECOGNISER: {"lines": n}}.get(
        conversion.kind, {"others": conversion.parity.others}
    )
    return facts | scores | judged | {"difference": conversion.parity.difference}


def _headline_score(card: Card) -> str:
    """Return a headline score in words; only classifiers are scored on test images."""
    part, score = _headline(card)
    if card.kind == CLASSIFIER:
        return describe_score(part, score)
    return say(f"models.{MEASURES[card.kind]}.short", accuracy=score["accuracy"], n=score["n"])


def _headline(card: Card) -> tuple[str, Measured]:
    """Return a model's headline score: the one on the test images, or else the only one."""
    part = "test" if "test" in card.scores else next(iter(card.scores))
    return part, card.scores[part]
