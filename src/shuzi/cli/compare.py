"""`shuzi compare` compares shuzi and other readers on labelled pictures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shuzi.cli.localized import PATH, Command, argument, language_option, option
from shuzi.cli.model_argument import place_of
from shuzi.cli.terminal import counting
from shuzi.errors import DataError
from shuzi.messages import say
from shuzi.messages.visible import visible
from shuzi.models.store import DEFAULT, find_model

if TYPE_CHECKING:
    from shuzi.data.tables import Labelled
    from shuzi.evaluation.comparison.comparison import Comparison, Figures
    from shuzi.models.card import Score

_NAMED = 5  # list the pictures that are left out


@click.command(cls=Command, help="cli.compare.help", short_help="cli.compare.short")
@argument("folder", type=PATH, metavar="FOLDER", help="cli.compare.folder")
@option("--with", "others", multiple=True, metavar="READER", help="cli.compare.with")
@option("--montage", "picture", type=PATH, metavar="PATH", help="cli.compare.montage")
@option("--model", default=DEFAULT, metavar="MODEL", help="cli.read.model")
@option("--json", "as_json", is_flag=True, help="cli.json")
@language_option
def compare(folder: Path, others: tuple[str, ...], picture: Path | None, model: str, as_json: bool) -> None:
    """Compare readers on labelled pictures."""
    from shuzi.evaluation.comparison.labelled import labelled_pictures
    from shuzi.evaluation.comparison.montage import montage

    if picture is not None and picture.suffix.lower() != ".png":
        raise DataError("error.picture.ending", path=picture)
    pictures = labelled_pictures(folder)
    if picture is not None and picture.resolve() in [each.path.resolve() for each in pictures]:
        raise DataError("error.compare.own_picture", path=picture)
    found = measure(folder, pictures, model, as_json, others, picture)
    if picture is not None:
        from shuzi.atomic import replacing

        with replacing(picture) as part:
            montage(found).save(part, "png")
        click.echo(say("compare.montage", path=picture), err=True)


def measure(
    folder: Path,
    pictures: list[Labelled],
    model: str,
    as_json: bool,
    others: Sequence[str] = (),
    montage: Path | None = None,
) -> Comparison:
    """Measure readers on the labelled pictures of a folder, print the figures, and name pictures without a label.

    Parameters
    ----------
    folder, pictures
        A folder and its labelled pictures.
    model
        The model that shuzi reads with.
    as_json
        Whether to print the figures as JSON.
    others
        Names of other readers.
    montage
        The montage to write, which may already be in the folder.
    """
    from shuzi.data.tables import unlabelled
    from shuzi.evaluation.comparison.compared_readers import other_reader, shuzi_reader
    from shuzi.evaluation.comparison.comparison import compare, have_marks
    from shuzi.pictures.open import open_picture
    from shuzi.reading.reader import load

    taken = [each.path for each in pictures] + ([montage] if montage else [])
    left_out = [visible(str(path.relative_to(folder))) for path in unlabelled(folder, taken)]
    if left_out:
        names = ", ".join(left_out[:_NAMED]) + (", …" if len(left_out) > _NAMED else "")
        click.echo(say("compare.unlabelled", n=len(left_out), names=names), err=True)
    for each in pictures:  # a picture that cannot be opened counts against no reader
        open_picture(each.path)
    path = place_of(model)
    reader = load(path)
    models = [find_model(path), *map(find_model, reader.partners)]
    readers = [shuzi_reader(reader, models, have_marks(pictures))]
    readers += [other_reader(name) for name in dict.fromkeys(others)]
    with counting(say("compare.progress"), len(pictures) * len(readers)) as show:
        found = compare(readers, pictures, lambda: show("", ""))
    if as_json:
        readings = [figures.as_dict() for figures in found.figures]
        told = {"pictures": len(pictures), "left_out": left_out, "with_marks": found.with_marks}
        click.echo(json.dumps({**told, "readers": readings}))
    else:
        _print(found)
    return found


def _print(found: Comparison) -> None:
    from rich.console import Console
    from rich.table import Table

    numbers = sum(bool(picture.label) for picture in found.pictures)
    what = say("compare.marks" if found.with_marks else "compare.digits")
    click.echo(say("compare.pictures", n=numbers, others=len(found.pictures) - numbers, what=what))
    table = Table()
    table.add_column("")
    for figures in found.figures:
        table.add_column(figures.name, justify="right")
    names = ("right", "ok", "right_where_ok", "coverage", "accepted", "ms", "size", "ahead")
    for name, *cells in zip(names, *map(_cells, found.figures), strict=True):
        if any(cell not in ("", "–") for cell in cells):
            table.add_row(say(f"compare.{name}"), *cells)
    Console(highlight=False).print(table)


def _cells(figures: Figures) -> list[str]:
    return [
        _percent(figures.right),
        f"{figures.vouched.accuracy:.1%}",
        _percent(figures.right_where_vouched),
        "–" if figures.coverage is None else f"{figures.coverage:.1%}",
        _percent(figures.accepted),
        f"{figures.ms:.0f}",
        "–" if figures.size is None else f"{figures.size / 1e6:.0f}",
        "" if figures.ahead is None else "{:+.1f} ({:+.1f} to {:+.1f})".format(*(100 * end for end in figures.ahead)),
    ]


def _percent(score: Score | None) -> str:
    if score is None:
        return "–"
    low, high = score.interval
    return f"{score.accuracy:.1%} ({100 * low:.1f} to {100 * high:.1f})"
