"""`shuzi hand` keeps corrected digits of a person's handwriting, which readings then take into account."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from shuzi.cli.localized import PATH, Command, Group, argument, language_option, option
from shuzi.cli.model_argument import place_of
from shuzi.errors import DataError
from shuzi.messages import say
from shuzi.models.store import DEFAULT

if TYPE_CHECKING:
    from shuzi.data.dataset import Dataset
    from shuzi.forms.result import Table

_SHADES = " .:-=+*#%@"  # from paper to ink, to show an image in a terminal


@click.group(cls=Group, help="cli.hand.help", short_help="cli.hand.short")
@language_option
def hand() -> None:
    """Keep corrected digits."""


@hand.command(cls=Command, help="cli.hand.add.help", short_help="cli.hand.add.short")
@argument("picture", metavar="[PICTURE]", required=False, help="cli.hand.picture")
@argument("label", metavar="[LABEL]", required=False, help="cli.hand.label")
@option("--to", type=PATH, required=True, metavar="PATH", help="cli.hand.to")
@option("--model", default=DEFAULT, metavar="MODEL", help="cli.read.model")
@option("--from", "table", type=PATH, metavar="TABLE", help="cli.hand.from")
@option("--row", type=int, metavar="N", help="cli.hand.row")
@option("--field", metavar="NAME", help="cli.hand.field")
@option("--digits", metavar="LABEL", help="cli.hand.digits")
@language_option
def add(
    picture: str | None,
    label: str | None,
    to: Path,
    model: str,
    table: Path | None,
    row: int | None,
    field: str | None,
    digits: str | None,
) -> None:
    """Add the digits of a picture, or of a cell of a table."""
    from shuzi.data.own import add_to_hand

    if table is not None and (row, field, digits, picture) == (None,) * 4:
        added = _of_review(table, to)
    elif table is not None and row is not None and field is not None and digits is not None and picture is None:
        added = [_of_cell(table, row, field, digits, to)]
    elif picture is not None and label is not None and (table, row, field, digits) == (None,) * 4:
        added = [(_of_picture(picture, label, model), to)]
    else:
        raise click.UsageError(say("cli.hand.add.which"))
    kept = {file: add_to_hand(file, known.images, known.labels) for known, file in added}
    for file, n in kept.items():
        click.echo(say("hand.added", n=n, path=file))


def _of_picture(picture: str, label: str, model: str) -> Dataset:
    import numpy as np

    from shuzi.data.dataset import Dataset
    from shuzi.reading.reader import load

    _check_label(label)
    digits = load(place_of(model)).read(picture).digits
    if len(digits) != len(label):
        raise DataError("error.hand.digits", path=picture, found=len(digits), label=label, wanted=len(label))
    return Dataset(np.stack([digit.image for digit in digits]), np.array([*map(int, label)], np.uint8))


def _of_cell(table: Path, row: int, field: str, label: str, to: Path) -> tuple[Dataset, Path]:
    """Return the digits of a cell, and the file to add them to."""
    from shuzi.forms.hands import digits_of
    from shuzi.forms.result import read_table

    _check_label(label)
    read = read_table(table)
    return digits_of(read, row, field, label), _file_for(read, row, to)


def _of_review(table: Path, to: Path) -> list[tuple[Dataset, Path]]:
    """Return the digits of each cell that was corrected in review, and the file to add them to."""
    from shuzi.forms.hands import corrected_cells, digits_of
    from shuzi.forms.result import read_table

    read = read_table(table)
    cells = corrected_cells(read)
    if not cells:
        raise DataError("error.table.uncorrected", path=table)
    return [(digits_of(read, row, name, label), _file_for(read, row, to)) for row, name, label in cells]


def _file_for(table: Table, row: int, to: Path) -> Path:
    """Return the file to add digits to: in a folder, that of the row's writer."""
    from shuzi.forms.hands import hand_file, writer_of

    if not to.is_dir() and to.suffix:
        return to
    writer = writer_of(table, row)
    if not writer:
        raise DataError("error.hand.no_writer", path=to, row=row)
    return hand_file(to, writer)


def _check_label(label: str) -> None:
    if not (label.isascii() and label.isdecimal()):
        raise DataError("error.hand.label", label=label)


@hand.command("list", cls=Command, help="cli.hand.list", short_help="cli.hand.list")
@argument("file", type=PATH, metavar="FILE", help="cli.hand.file")
@language_option
def list_(file: Path) -> None:
    """Show the corrected digits."""
    from shuzi.data.own import load_hand

    known = load_hand(file)
    for number, (image, label) in enumerate(zip(known.images, known.labels, strict=True), start=1):
        click.echo(f"{number}: {label}")
        small = image.reshape(14, 2, 28).mean(axis=1).astype(int)
        click.echo("\n".join("".join(_SHADES[each * 9 // 255] for each in row).rstrip() for row in small))


@hand.command(cls=Command, help="cli.hand.forget.help", short_help="cli.hand.forget.short")
@argument("file", type=PATH, metavar="FILE", help="cli.hand.file")
@argument("numbers", type=int, nargs=-1, required=True, metavar="NUMBER...", help="cli.hand.numbers")
@language_option
def forget(file: Path, numbers: tuple[int, ...]) -> None:
    """Remove corrected digits."""
    from shuzi.data.own import forget as removed

    left = removed(file, [each - 1 for each in numbers])
    click.echo(say("hand.left", n=left, path=file))
