"""`shuzi form make` turns a spec into a sheet to print."""

from __future__ import annotations

from pathlib import Path

import click

from shuzi.cli.localized import PATH, Command, argument, language_option, option
from shuzi.cli.terminal import program
from shuzi.messages import say


@click.command(cls=Command, help="cli.form.make.help", short_help="cli.form.make.short")
@argument("spec", metavar="SPEC", help="cli.form.spec")
@option("--out", type=PATH, metavar="PATH", help="cli.form.make.out")
@option("--copies", type=click.IntRange(1, 999), default=1, show_default=True, help="cli.form.make.copies")
@option("--font", type=PATH, metavar="PATH", help="cli.form.make.font")
@language_option
def make(spec: str, out: Path | None, copies: int, font: Path | None) -> None:
    """Make a sheet to print."""
    from shuzi.errors import DataError
    from shuzi.forms.parse import read_spec
    from shuzi.forms.sheet import check_free, make_sheet, ready_spec, save_spec, spec_path

    path = spec_path(spec)
    ready = path if path == ready_spec(spec) else None
    read = read_spec(path)
    target = out or Path(path.with_suffix("").name.partition(".")[0] + ".pdf")
    if target.suffix.lower() != ".pdf":
        raise DataError("error.form.pdf", path=target)
    beside = target.with_suffix(".toml")
    if ready:
        check_free(ready, beside)
    pages = make_sheet(read, target, copies, font)
    click.echo(say("form.made", n=pages, out=target), err=True)
    if ready:
        save_spec(ready, beside)
        click.echo(say("form.ready", path=beside), err=True)
    click.echo(say("form.next", program=program(), spec=beside if ready else path), err=True)
