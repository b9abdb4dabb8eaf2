"""`shuzi form print` prints a page for each row of a table, showing what was written beside what was read."""

from __future__ import annotations

from pathlib import Path

import click

from shuzi.cli.localized import PATH, Command, argument, language_option, option
from shuzi.cli.terminal import counting
from shuzi.errors import DataError, ShuziError
from shuzi.messages import say


@click.command("print", cls=Command, help="cli.form.print.help", short_help="cli.form.print.short")
@argument("table", type=PATH, metavar="TABLE", help="cli.form.print.table")
@argument("photos", nargs=-1, metavar="[PHOTO...]", help="cli.form.print.photos")
@option("--out", type=PATH, metavar="PATH", help="cli.form.print.out")
@option("--force", is_flag=True, help="cli.form.read.force")
@option("--font", type=PATH, metavar="PATH", help="cli.form.make.font")
@language_option
def print_(table: Path, photos: tuple[str, ...], out: Path | None, force: bool, font: Path | None) -> None:
    """Print a page for each row of a table."""
    from shuzi.forms.output import photographs_of, save_answer_pages
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
            read, target, photographs_of(read, table.parent, named, missing), font, lambda: show("", "")
        )
    if missing:
        click.echo(say("form.print.missing", names=say("form.list").join(missing)), err=True)
    click.echo(say("form.printed", n=pages, out=target), err=True)
