"""`shuzi data` shows where MNIST is, checks it, and turns your own pictures into datasets."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shuzi.cli.terminal import PATH, Command, Group, argument, option, program, show_download
from shuzi.data.collection import COLLECTIONS
from shuzi.errors import DataError, ShuziError
from shuzi.messages import say, visible_json

if TYPE_CHECKING:
    from shuzi.data.dataset import Dataset
    from shuzi.data.own import Imported


def handwriting_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that name handwriting to a command, which gets them as `handwriting`."""
    keys = {collection.name: collection.name.replace("-", "_") for collection in COLLECTIONS}

    @wraps(command)
    def with_handwriting(*given: Any, **options: Any) -> None:
        named = {name: options.pop(key) for name, key in keys.items()}
        command(*given, handwriting={name: path for name, path in named.items() if path}, **options)

    for name, key in reversed(keys.items()):
        add = option(f"--{name}", type=PATH, metavar="PATH", help=f"cli.{key}")
        with_handwriting = add(with_handwriting)
    return with_handwriting


@click.group(cls=Group, help="cli.data.help", short_help="cli.data.short")
def data() -> None:
    """Work with data."""


@data.command(cls=Command, help="cli.data.info", short_help="cli.data.info")
@option("--data-dir", type=PATH, metavar="PATH", help="cli.data_dir")
@option("--json", "as_json", is_flag=True, help="cli.json")
def info(data_dir: Path | None, as_json: bool) -> None:
    """Show where MNIST is and what it contains."""
    from shuzi.data import formats
    from shuzi.data.mnist import FILES, Places, find, named_folder

    folder = named_folder(data_dir) or Places().packaged
    paths = [find(file, folder) for file in FILES]
    shapes = [formats.read_header(path).shape for path in paths]
    if as_json:
        files = {
            file.name: {"path": str(path), "shape": shape}
            for file, path, shape in zip(FILES, paths, shapes, strict=True)
        }
        click.echo(json.dumps({"folder": str(folder), "files": files}))
        return
    click.echo(say("data.info.title", folder=folder))
    for path, shape in zip(paths, shapes, strict=True):
        dimensions = " x ".join(f"{size:,}" for size in shape)
        click.echo(f"  {path.name:32} {dimensions:>18} {path.stat().st_size / 1e6:8.2f} MB")
    click.echo(say("data.info.parts"))


@data.command(cls=Command, help="cli.data.verify", short_help="cli.data.verify")
@option("--data-dir", type=PATH, metavar="PATH", help="cli.data_dir")
@option("--json", "as_json", is_flag=True, help="cli.json")
def verify(data_dir: Path | None, as_json: bool) -> None:
    """Check the four MNIST files."""
    from shuzi.data.mnist import FILES, read_file

    problems: dict[str, str | None] = {}
    for file in FILES:
        try:
            with show_download() as progress:
                path, array = read_file(file, data_dir, progress)
        except DataError as problem:
            problems[file.name] = str(problem)
            sentence = say("data.verify.bad", name=file.name, problem=problem)
        else:
            problems[file.name] = None
            sentence = say("data.verify.good", name=path.name, n=len(array), sha256=file.sha256[:16])
        if not as_json:
            click.echo(sentence)
    if as_json:
        facts = {"sound": not any(problems.values()), "problems": problems}
        click.echo(visible_json(json.dumps(facts, ensure_ascii=False)))
    if any(problems.values()):
        sys.exit(1)


@data.command("import", cls=Command, help="cli.data.import.help", short_help="cli.data.import.short")
@argument("folder", type=PATH, metavar="FOLDER", help="cli.data.import.folder")
@argument("out", type=PATH, metavar="OUT", help="cli.data.import.out")
@option("--preview", type=PATH, metavar="PATH", help="cli.data.import.preview")
@option("--json", "as_json", is_flag=True, help="cli.json")
def import_(folder: Path, out: Path, preview: Path | None, as_json: bool) -> None:
    """Turn your own pictures into a dataset."""
    import numpy as np

    from shuzi.data.formats import check_ending, save_dataset

    check_ending(out)
    _refuse_taken(out)
    if preview and preview.suffix != ".png":
        raise ShuziError("error.picture.ending", path=preview)
    imported = _imported(folder)
    save_dataset(out, imported.dataset)
    if preview:
        _draw(imported.dataset, preview)
    counts = np.bincount(imported.dataset.labels, minlength=10).tolist()
    left_out = [str(problem) for problem in imported.left_out]
    if as_json:
        facts = {"images": len(imported.dataset), "counts": counts, "left_out": left_out}
        click.echo(visible_json(json.dumps(facts, ensure_ascii=False)))
        return
    click.echo(say("data.import.done", n=len(imported.dataset), out=out))
    click.echo("  " + "  ".join(f"{digit}: {count}" for digit, count in enumerate(counts) if count))
    _tell_left_out(imported)
    click.echo(say("data.import.next", out=out, program=program()), err=True)


@data.command(cls=Command, help="cli.data.export.help", short_help="cli.data.export.short")
@argument("out", type=PATH, metavar="OUT", help="cli.data.export.out")
@option(
    "--part", type=click.Choice(["train", "validation", "test"]), default="train", show_default=True, help="cli.part"
)
@option("--data-dir", type=PATH, metavar="PATH", help="cli.data_dir")
def export(out: Path, part: str, data_dir: Path | None) -> None:
    """Export a split of MNIST to another format."""
    from shuzi.data.formats import check_ending, save_dataset
    from shuzi.data.mnist import load_mnist

    check_ending(out)
    _refuse_taken(out)
    with show_download() as progress:
        chosen: Dataset = getattr(load_mnist(data_dir, progress=progress), part)
    save_dataset(out, chosen)
    click.echo(say("data.export.done", n=len(chosen), out=out))


@data.command(cls=Command, help="cli.data.strokes.help", short_help="cli.data.strokes.short")
@argument("path", type=PATH, metavar="PATH", help="cli.data.strokes.path")
@option("--out", type=PATH, metavar="PATH", help="cli.data.strokes.out")
@option("--json", "as_json", is_flag=True, help="cli.json")
def strokes(path: Path, out: Path | None, as_json: bool) -> None:
    """Show what a collection of pen strokes contains, and pack it into one file."""
    from collections import Counter

    from shuzi.data.strokes import KINDS, load_strokes

    if out:
        if out.suffix != ".npz":
            raise DataError("error.strokes.ending", path=out)
        _refuse_taken(out)
    collection = load_strokes(path)
    counts, held = (Counter(kinds.tolist()) for kinds in (collection.kind, collection.kind[collection.validation]))
    writers = len(set(collection.writer.tolist()))
    if out:
        collection.save(out)
    if as_json:
        kinds = {kind: {"samples": counts[kind], "validation": held[kind]} for kind in KINDS}
        facts = {"samples": len(collection), "writers": writers, "sha256": collection.sha256(), "kinds": kinds}
        click.echo(json.dumps(facts))
        return
    click.echo(say("data.strokes.title", n=len(collection), writers=writers, path=path))
    for kind in KINDS:
        click.echo(f"  {kind:8} {counts[kind]:>9,} {held[kind]:>9,}")
    click.echo(say("data.strokes.hash", sha256=collection.sha256()))
    if out:
        click.echo(say("data.strokes.packed", out=out))
    click.echo(say("data.strokes.next", path=out or path, program=program()), err=True)


@data.command(cls=Command, help="cli.data.registers.help", short_help="cli.data.registers.short")
@argument("path", type=PATH, metavar="PATH", help="cli.data.registers.path")
@option("--json", "as_json", is_flag=True, help="cli.json")
def registers(path: Path, as_json: bool) -> None:
    """Show what a folder of register cells contains."""
    from collections import Counter

    from shuzi.data.registers import ALIKE, REPORT, VALIDATION, load_cells
    from shuzi.models.tasks import DIGITS

    cells = load_cells(path)
    counts: dict[str, Counter[str]] = {}
    for register, text in zip(cells.registers, cells.texts, strict=True):
        counts.setdefault(register, Counter())["numbers" if set(text) & set(DIGITS) else "words"] += 1
    held = dict.fromkeys(VALIDATION, "validation") | dict.fromkeys(REPORT, "report")
    sha256 = cells.without(held).sha256()
    if as_json:
        each = {name: {**count, "held": held.get(name, "")} for name, count in sorted(counts.items())}
        click.echo(json.dumps({"cells": len(cells), "sha256": sha256, "registers": each}))
        return
    click.echo(say("data.registers.title", n=len(cells), path=path, alike=ALIKE))
    for name, count in sorted(counts.items()):
        use = say(f"data.registers.{held[name]}") if name in held else ""
        click.echo(f"  {name:24} {count['numbers']:>9,} {count['words']:>8,}  {use}".rstrip())
    click.echo(say("data.registers.hash", sha256=sha256))
    click.echo(say("data.registers.next", path=path, program=program()), err=True)


@data.command(cls=Command, help="cli.data.displays.help", short_help="cli.data.displays.short")
@argument("path", type=PATH, metavar="PATH", help="cli.data.displays.path")
@option("--json", "as_json", is_flag=True, help="cli.json")
def displays(path: Path, as_json: bool) -> None:
    """Show what a folder of digits of displays contains."""
    from shuzi.data.displays import load_displays

    digits = load_displays(path)
    own, held = digits.divided()
    sha256 = own.sha256()
    counts = {
        kind: {"digits": len(getattr(digits, kind)), "validation": len(getattr(held, kind))}
        for kind in ("wheels", "segments")
    }
    if as_json:
        click.echo(json.dumps({"digits": len(digits), "sha256": sha256, "kinds": counts}))
        return
    click.echo(say("data.displays.title", n=len(digits), path=path))
    for kind, count in counts.items():
        click.echo(f"  {kind:10} {count['digits']:>8,} {count['validation']:>8,}")
    click.echo(say("data.displays.hash", sha256=sha256))
    click.echo(say("data.displays.next", path=path, program=program()), err=True)


def own_digits(path: Path) -> Dataset:
    """Load a dataset, or the pictures of a folder with a table of labels, and say how many were skipped and why."""
    from shuzi.data.formats import load_dataset
    from shuzi.data.tables import has_table

    if not has_table(path):
        return load_dataset(path)
    imported = _imported(path)
    click.echo(say("data.import.read", n=len(imported.dataset), folder=path), err=True)
    _tell_left_out(imported)
    return imported.dataset


def _imported(folder: Path) -> Imported:
    """Import pictures of single digits, and numbers labelled by a table, which the reader cuts into digits."""
    from shuzi.data.own import import_pictures
    from shuzi.data.tables import has_table, read_labels

    if not has_table(folder) or all(len(picture.label) < 2 for picture in read_labels(folder)):
        return import_pictures(folder)
    from shuzi.reading.reader import load, make_cutter

    return import_pictures(folder, make_cutter(load()))


def _tell_left_out(imported: Imported) -> None:
    if imported.left_out:
        reasons = [str(problem) for problem in imported.left_out]
        click.echo(say("data.import.left_out", n=len(reasons), reasons=reasons), err=True)


def _refuse_taken(out: Path) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DataError("error.data.taken", out=out)


def _draw(dataset: Dataset, path: Path) -> None:
    """Draw the first 200 images as the network will see them, twenty per row."""
    import numpy as np
    from PIL import Image

    from shuzi.atomic import replacing

    images = dataset.images[:200]
    rows = -(-len(images) // 20)
    sheet = np.zeros((rows * 20, 28, 28), np.uint8)
    sheet[: len(images)] = images
    picture = sheet.reshape(rows, 20, 28, 28).transpose(0, 2, 1, 3).reshape(rows * 28, 20 * 28)
    with replacing(path) as part:
        Image.fromarray(picture).resize((20 * 56, rows * 56), Image.Resampling.NEAREST).save(part)
