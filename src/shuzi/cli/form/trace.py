"""`shuzi form trace` turns the picture of a blank form into a spec for it."""

from __future__ import annotations

import json
from pathlib import Path

import click

from shuzi.cli.localized import PATH, Command, argument, columns, language_option, option
from shuzi.cli.terminal import program
from shuzi.messages import say
from shuzi.messages.visible import visible

_DRAWN = (str, float, float, float, float, int)


@click.command(cls=Command, help="cli.form.trace.help", short_help="cli.form.trace.short")
@argument("blank", metavar="BLANK", help="cli.form.trace.blank")
@option("--out", type=PATH, required=True, metavar="SPEC", help="cli.form.trace.out")
@option("--fields", type=PATH, metavar="FILE", help="cli.form.trace.fields")
@option(
    "--field",
    "single",
    type=_DRAWN,
    multiple=True,
    metavar="NAME X Y WIDTH HEIGHT BOXES",
    help="cli.form.trace.field",
)
@option("--unit", type=click.Choice(["mm", "px"]), default="mm", show_default=True, help="cli.form.trace.unit")
@option("--paper", default="A4", show_default=True, metavar="PAPER", help="cli.form.trace.paper")
@option("--title", metavar="TEXT", help="cli.form.trace.title")
@language_option
def trace(
    blank: str,
    out: Path,
    fields: Path | None,
    single: tuple[tuple[str, float, float, float, float, int], ...],
    unit: str,
    paper: str,
    title: str | None,
) -> None:
    """Trace a blank form."""
    from shuzi.errors import DataError, MissingExtra
    from shuzi.forms.labels import ENGINE, EXTRA, WANTED, can_read_words, read_words
    from shuzi.forms.parse import beside_file
    from shuzi.forms.spec import DATE
    from shuzi.forms.trace import Drawn, check_out, paths_beside, save_traced
    from shuzi.forms.trace import trace as traced_from

    check_out(out)
    if fields and single:
        raise click.UsageError(say("cli.form.trace.one"))
    drawn = Drawn.of(fields) if fields else None
    if single:
        place = Path("--field")
        drawn = Drawn(_as_toml(single), place, beside_file(place))
    words = read_words if can_read_words() else None
    traced = traced_from(blank, visible(blank), title or out.stem, paper, drawn, unit, words)
    if not traced.spec.fields:
        raise DataError("error.trace.no_boxes", path=visible(blank))
    save_traced(traced, out)
    spec = traced.spec
    wide = max(columns(visible(field.name)) for field in spec.fields)
    for number, field in enumerate(spec.fields, start=1):
        name = visible(field.name)
        at = ", ".join(f"{value:.1f}" for value in (field.at[0].x, field.at[0].y))
        what = [say(f"form.style.{field.style}", n=field.boxes)]
        if field.decimals:
            what.append(say("form.trace.decimals", n=field.decimals))
        if field.kind == DATE:
            what.append(say("form.trace.date"))
        padded = name + " " * (wide - columns(name))
        click.echo(f"{number:>3}  {padded}  {say('form.trace.at', at=at)}  {'  '.join(what)}")
    if traced.left_out:
        click.echo(say("form.trace.left_out", n=traced.left_out), err=True)
    kept, picture = paths_beside(out)
    click.echo(say("form.trace.done", n=len(spec.fields), out=out, blank=kept, picture=picture), err=True)
    dates = [visible(field.name) for field in spec.fields if field.kind == DATE]
    if drawn is None and dates:
        click.echo(say("form.trace.if_date", names=", ".join(dates), out=out), err=True)
    if drawn is None and words is None:
        click.echo(str(MissingExtra("error.missing_extra", module=ENGINE, extra=EXTRA, wanted=WANTED)), err=True)
    if drawn is None:
        click.echo(say("form.trace.rename", out=out, picture=picture), err=True)
    click.echo(say("form.trace.next", program=program(), spec=out), err=True)


def _as_toml(fields: tuple[tuple[str, float, float, float, float, int], ...]) -> str:
    lines = []
    for name, *at, boxes in fields:
        # a JSON string is a TOML string except for U+007F; JSON has no nan and inf, which the parser names
        named = json.dumps(name, ensure_ascii=False).replace("\x7f", r"\u007f")
        lines += ["[[fields]]", f"name = {named}", f"boxes = {boxes}", f"at = [{', '.join(map(str, at))}]"]
    return "\n".join(lines)
