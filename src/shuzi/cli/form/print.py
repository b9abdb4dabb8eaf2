"""`shuzi form print` prints a page for each row of a table, showing what was written beside what was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shuzi.cli.localized import PATH, Command, argument, language_option, option
from shuzi.cli.terminal import counting
from shuzi.errors import DataError, ShuziError
from shuzi.messages import say

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from shuzi.pictures.open import Picture


@click.command("print", cls=Command, help="cli.form.print.help", short_help="cli.form.print.short")
@argument("table", type=PATH, metavar="TABLE", help="cli.form.print.table")
@argument("photos", nargs=-1, metavar="[PHOTO...]", help="cli.form.print.photos")
@option("--out", type=PATH, metavar="PATH", help="cli.form.print.out")
@option("--force", is_flag=True, help="cli.form.read.force")
@option("--font", type=PATH, metavar="PATH", help="cli.form.make.font")
@language_option
def print_(table: Path, photos: tuple[str, ...], out: Path | None, force: bool, font: Path | None) -> None:
    """Print a page for each row of a table."""
    from shuzi.forms.output import save_answer_pages
    from shuzi.forms.photographs import photos_in
    from shuzi.forms.result import read_table

    target = out or table.with_name(f"{table.stem}-pages.pdf")
    if target.suffix.lower() != ".pdf":
        raise DataError("error.form.pdf", path=target)
    if target.exists() and not force:  # it may be the scan that the table was read from
        raise DataError("error.form.exists", path=target)
    read = read_table(table)
    named = {name: picture for name, picture in photos_in(photos) if not isinstance(picture, ShuziError)}
    missing: dict[str, None] = {}
    with counting(say("form.progress"), len(read.rows)) as show:
        pages = save_answer_pages(
            read, target, _opener(named, read.sources, table.parent, missing), font, lambda: show("", "")
        )
    if missing:
        click.echo(say("form.print.missing", names=say("form.list").join(missing)), err=True)
    click.echo(say("form.printed", n=pages, out=target), err=True)


def _opener(
    named: dict[str, Picture], sources: Sequence[str], beside: Path, missing: dict[str, None]
) -> Callable[[str], NDArray[np.uint8] | None]:
    """Return a function that opens a photograph of a table by its name: from the given paths, else the table's."""
    from shuzi.pictures.open import open_picture

    # in separate folders, several may have the same name
    given_files, files = (Counter(Path(name).name for name in names) for names in (named, sources))
    moved = {Path(name).name: picture for name, picture in named.items() if given_files[Path(name).name] == 1}

    @lru_cache(maxsize=2)  # the rows of a sheet follow each other
    def opened(name: str) -> NDArray[np.uint8] | None:
        file = Path(name).name
        given = named.get(name) or (moved.get(file) if files[file] == 1 else None)
        for picture in [given] if given else [name, str(beside / name)]:
            try:
                return open_picture(picture)
            except ShuziError:
                continue
        missing[name] = None
        return None

    return opened
