"""`shuzi hand` keeps corrected digits of one's own hand, which readings then take into account."""

from __future__ import annotations

from pathlib import Path

import click

from shuzi.cli.localized import Command, Group, argument, language_option, option
from shuzi.cli.model_argument import place_of
from shuzi.messages import say
from shuzi.models.store import DEFAULT

_PLACE = click.Path(path_type=Path)
_SHADES = " .:-=+*#%@"  # from paper to ink, to show an image in a terminal


@click.group(cls=Group, help="cli.hand.help", short_help="cli.hand.short")
@language_option
def hand() -> None:
    """Keep corrected digits."""


@hand.command(cls=Command, help="cli.hand.add.help", short_help="cli.hand.add.short")
@argument("picture", metavar="PICTURE", help="cli.hand.picture")
@argument("label", metavar="LABEL", help="cli.hand.label")
@option("--to", type=_PLACE, required=True, metavar="PATH", help="cli.hand.file")
@option("--model", default=DEFAULT, metavar="MODEL", help="cli.read.model")
@language_option
def add(picture: str, label: str, to: Path, model: str) -> None:
    """Add the digits of a picture."""
    import numpy as np

    from shuzi.data.own import add_to_hand
    from shuzi.errors import DataError
    from shuzi.reading.reader import load

    if not (label.isascii() and label.isdecimal()):
        raise DataError("error.hand.label", label=label)
    digits = load(place_of(model)).read(picture).digits
    if len(digits) != len(label):
        raise DataError("error.hand.digits", path=picture, found=len(digits), label=label, wanted=len(label))
    kept = add_to_hand(to, np.stack([each.image for each in digits]), np.array([*map(int, label)], np.uint8))
    click.echo(say("hand.added", n=kept, path=to))


@hand.command("list", cls=Command, help="cli.hand.list", short_help="cli.hand.list")
@argument("file", type=_PLACE, metavar="FILE", help="cli.hand.file")
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
@argument("file", type=_PLACE, metavar="FILE", help="cli.hand.file")
@argument("numbers", type=int, nargs=-1, required=True, metavar="NUMBER...", help="cli.hand.numbers")
@language_option
def forget(file: Path, numbers: tuple[int, ...]) -> None:
    """Remove corrected digits."""
    from shuzi.data.own import forget as removed

    left = removed(file, [each - 1 for each in numbers])
    click.echo(say("hand.left", n=left, path=file))
