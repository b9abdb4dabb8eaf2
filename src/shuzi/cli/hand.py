"""`shuzi hand` keeps corrected digits of a person's handwriting, which readings then take into account."""

from __future__ import annotations

from pathlib import Path

import click

from shuzi.cli.model_argument import place_of
from shuzi.cli.terminal import PATH, Command, Group, argument, option
from shuzi.messages import say
from shuzi.models.store import DEFAULT

_SHADES = " .:-=+*#%@"  # from paper to ink, to show an image in a terminal


@click.group(cls=Group, help="cli.hand.help", short_help="cli.hand.short")
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
    from shuzi.forms.hands import digits_in_picture, digits_of_cell, digits_of_review
    from shuzi.reading.reader import load

    if table is not None and (row, field, digits, picture) == (None,) * 4:
        added = digits_of_review(table)
    elif table is not None and row is not None and field is not None and digits is not None and picture is None:
        added = [digits_of_cell(table, row, field, digits)]
    elif picture is not None and label is not None and (table, row, field, digits) == (None,) * 4:
        added = [digits_in_picture(load(place_of(model)), picture, label)]
    else:
        raise click.UsageError(say("cli.hand.add.which"))
    for known in added:
        n = add_to_hand(to, known.images, known.labels)
    click.echo(say("hand.added", n=n, path=to))


@hand.command("list", cls=Command, help="cli.hand.list", short_help="cli.hand.list")
@argument("file", type=PATH, metavar="FILE", help="cli.hand.file")
def list_(file: Path) -> None:
    """Show the corrected digits."""
    from shuzi.data.own import load_hand

    known = load_hand(file)
    for number, (image, label) in enumerate(zip(known.images, known.labels, strict=True), start=1):
        click.echo(f"{number}: {label}")
        small = image.reshape(14, 2, 28).mean(axis=1).astype(int)
        click.echo("\n".join("".join(_SHADES[ink * 9 // 255] for ink in row).rstrip() for row in small))


@hand.command(cls=Command, help="cli.hand.forget.help", short_help="cli.hand.forget.short")
@argument("file", type=PATH, metavar="FILE", help="cli.hand.file")
@argument("numbers", type=int, nargs=-1, required=True, metavar="NUMBER...", help="cli.hand.numbers")
def forget(file: Path, numbers: tuple[int, ...]) -> None:
    """Remove corrected digits."""
    from shuzi.data.own import forget as removed

    left = removed(file, [number - 1 for number in numbers])
    click.echo(say("hand.left", n=left, path=file))
