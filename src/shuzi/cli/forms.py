"""`shuzi form` makes sheets to print, traces existing forms, and reads filled ones into tables and pages."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shuzi.cli.model_argument import naming, place_of
from shuzi.cli.serve import HOST, PORT, check_needed
from shuzi.cli.terminal import (
    PATH,
    Command,
    Group,
    argument,
    columns,
    counting,
    option,
    program,
    until_asked,
)
from shuzi.errors import DataError, MissingExtra, ServiceError, ShuziError
from shuzi.messages import say, visible
from shuzi.models.store import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from socket import socket

    from shuzi.forms.result import PageRead, Problem, Table
    from shuzi.forms.stack import Event, Stack


@click.group(cls=Group, help="cli.form.help", short_help="cli.form.short")
def form() -> None:
    """Work with forms."""


@form.command(cls=Command, help="cli.form.make.help", short_help="cli.form.make.short")
@argument("spec", metavar="SPEC", help="cli.form.spec")
@option("--out", type=PATH, metavar="PATH", help="cli.form.make.out")
@option("--copies", type=click.IntRange(1, 999), default=1, show_default=True, help="cli.form.make.copies")
@option("--font", type=PATH, metavar="PATH", help="cli.form.make.font")
def make(spec: str, out: Path | None, copies: int, font: Path | None) -> None:
    """Make a sheet to print."""
    from shuzi.forms.output import PDF, check_target
    from shuzi.forms.sheet import check_free, make_sheet, ready_spec, save_spec, spec_path
    from shuzi.forms.spec import read_spec

    path = spec_path(spec)
    ready = path if path == ready_spec(spec) else None
    read = read_spec(path)
    target = out or Path(path.with_suffix("").name.partition(".")[0] + ".pdf")
    check_target(target, PDF)
    beside = target.with_suffix(".toml")
    if ready:
        check_free(ready, beside)
    pages = make_sheet(read, target, copies, font)
    click.echo(say("form.made", n=pages, out=target), err=True)
    if ready:
        save_spec(ready, beside)
        click.echo(say("form.ready", path=beside), err=True)
    click.echo(say("form.next", program=program(), spec=beside if ready else path), err=True)


_DRAWN = (str, float, float, float, float, int)


@form.command(cls=Command, help="cli.form.trace.help", short_help="cli.form.trace.short")
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
@option("--split", multiple=True, metavar="NAME", help="cli.form.trace.split")
@option("--unit", type=click.Choice(["mm", "px"]), default="mm", show_default=True, help="cli.form.trace.unit")
@option("--paper", default="A4", show_default=True, metavar="PAPER", help="cli.form.trace.paper")
@option("--title", metavar="TEXT", help="cli.form.trace.title")
def trace(
    blank: str,
    out: Path,
    fields: Path | None,
    single: tuple[tuple[str, float, float, float, float, int], ...],
    split: tuple[str, ...],
    unit: str,
    paper: str,
    title: str | None,
) -> None:
    """Trace a blank form."""
    from shuzi.forms.kinds import DATE
    from shuzi.forms.labels import ENGINE, EXTRA, WANTED, can_read_words, read_words
    from shuzi.forms.spec import beside_file
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
    traced = traced_from(blank, visible(blank), title or out.stem, paper, drawn, unit, words).split(split)
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


@form.command(cls=Command, help="cli.form.read.help", short_help="cli.form.read.short")
@argument("photos", nargs=-1, metavar="PHOTO...", help="cli.form.read.photos")
@option("--spec", type=PATH, metavar="SPEC", help="cli.form.read.spec")
@option("--table", is_flag=True, help="cli.form.read.table")
@option("--rows", type=click.IntRange(1, 99), metavar="N", help="cli.form.read.rows")
@option("--columns", type=click.IntRange(1, 99), metavar="N", help="cli.form.read.columns")
@option("--out", type=PATH, metavar="PATH", multiple=True, help="cli.form.read.out")
@option("--add-to", type=PATH, metavar="TABLE", help="cli.form.read.add_to")
@option("--force", is_flag=True, help="cli.form.read.force")
@option("--resume", is_flag=True, help="cli.form.read.resume")
@option("--model", default=DEFAULT, metavar="MODEL", help="cli.read.model")
@option("--hand", type=PATH, metavar="PATH", help="cli.form.read.hand")
@option("--review", is_flag=True, help="cli.form.read.review")
@option("--watch", type=PATH, metavar="DIR", help="cli.form.read.watch")
def read(
    photos: tuple[str, ...],
    spec: Path | None,
    table: bool,
    rows: int | None,
    columns: int | None,
    out: tuple[Path, ...],
    add_to: Path | None,
    force: bool,
    resume: bool,
    model: str,
    hand: Path | None,
    review: bool,
    watch: Path | None,
) -> None:
    """Read filled sheets into a table."""
    from shuzi.forms.output import as_csv
    from shuzi.forms.photographs import photos_in
    from shuzi.forms.stack import Stack, StackOptions
    from shuzi.forms.table_grid import Shape
    from shuzi.reading.reader import load

    if bool(photos or add_to) == bool(watch):
        raise click.UsageError(say("cli.form.read.what"))
    if watch and (review or not out):
        raise click.UsageError(say("cli.form.read.watch_out"))
    if (spec is None) != table:
        raise click.UsageError(say("cli.form.read.one"))
    if not table and (rows or columns):
        raise click.UsageError(say("cli.form.read.shape"))
    if resume and not out:
        raise click.UsageError(say("cli.form.read.resume_out"))
    options = StackOptions(spec, Shape(rows or 0, columns or 0), out, add_to, hand, watch, force, resume)
    options.check()
    at = _listen_for_review() if review else None
    with at or nullcontext():
        place = place_of(model)
        reader = load(place)
        with naming(model):
            stack = Stack(options, reader)
        if watch:
            sys.exit(0 if _watch_folder(watch, stack) else 1)
        old, new = stack.divide(photos_in(photos))
        if old:
            click.echo(say("cli.form.read.passed", n=len(old)), err=True)
        result = stack.read(new, _counting_pages)
        for target in stack.save(result):
            _tell_saved(target)
        if not out and at is None and not result.is_empty:
            click.echo(as_csv(result).lstrip("\ufeff"), nl=False)
        _tell_table(result)
        if at is not None and result.rows:
            from shuzi.service import server

            server.serve_review(
                result,
                [*old, *new],
                place,
                at,
                lambda address: click.echo(say("cli.form.read.ready", address=address)),
            )
            click.echo(say("cli.serve.ended"), err=True)
    if result.is_amiss:
        sys.exit(1)


@contextmanager
def _counting_pages(total: int, done: int) -> Iterator[Callable[[], None]]:
    with counting(say("form.progress"), total, done) as show:
        yield lambda: show("", "")


def _tell_saved(path: Path) -> None:
    """Report that a table was written."""
    click.echo(say("form.saved", path=path), err=True)


def _tell_table(table: Table) -> None:
    """Report what could not be read, and how many cells to check."""
    from shuzi.forms.tables import LINES

    for problem in table.problems:
        _tell_problem(problem)
    if any(cell.rule == LINES for row in table.rows for cell in row.cells.values()):
        click.echo(say("cli.form.read.uncertain"), err=True)
    if not table.is_empty:
        click.echo(say("form.summary", n=len(table.rows), doubtful=table.doubtful), err=True)


def _tell_problem(problem: Problem) -> None:
    """Report the problem of a photograph, or the skipped pages."""
    from shuzi.forms.result import Skipped

    about = f"{visible(problem.source)}: " if problem.source and problem.source not in problem.message else ""
    said = about + problem.message
    click.echo(said if isinstance(problem, Skipped) else say("cli.error", problem=said), err=True)


def _watch_folder(folder: Path, stack: Stack) -> bool:
    """Read files as they arrive in a folder until Ctrl-C or SIGTERM; tell whether everything could be read."""
    from shuzi.forms.stack import Watch

    watch = Watch(folder, stack)
    with until_asked("cli.form.watch.ending") as asked:
        click.echo(say("cli.form.watch.ready", folder=folder), err=True)
        for event in watch.run(asked):
            _tell_event(event)
    table = watch.table
    if table.rows or table.problems:
        _tell_table(table)
    if watch.left:
        click.echo(say("cli.form.watch.left", names=_listed(watch.left)), err=True)
    return not watch.left and not table.is_amiss


def _tell_event(event: Event) -> None:
    from shuzi.forms.stack import Failed, FileRead, Moved, Replaced

    if isinstance(event, FileRead):
        _tell_file(event.path, event.pages)
    elif isinstance(event, Failed):
        click.echo(say("cli.error", problem=event.problem), err=True)
    elif isinstance(event, Replaced):
        click.echo(say("cli.form.watch.replaced", names=_listed(event.names)), err=True)
    elif isinstance(event, Moved):
        click.echo(say("cli.form.watch.changed", path=event.path, beside=event.beside), err=True)
    else:
        _tell_saved(event.path)


def _tell_file(path: Path, pages: Sequence[PageRead | Problem]) -> None:
    from shuzi.forms.result import Problem, Skipped

    for page in pages:
        if isinstance(page, Problem) and not isinstance(page, Skipped):
            _tell_problem(page)
    read = [page for page in pages if not isinstance(page, Problem)]
    doubtful = sum(cell.doubtful for page in read for cell in page.cells.values())
    blank = sum(isinstance(page, Skipped) for page in pages)
    if read or blank:
        said = {"path": visible(str(path)), "n": len(read), "blank": blank, "doubtful": doubtful}
        click.echo(say("cli.form.watch.read", **said), err=True)


def _listed(names: Sequence[str]) -> str:
    return say("form.list").join(map(visible, names))


def _listen_for_review() -> socket:
    """Bind a port of this machine, before anything is read, if the service is installed and the page is built."""
    check_needed()
    from shuzi.service import server
    from shuzi.service.page import is_built

    if not is_built():
        raise ServiceError("error.service.unbuilt")
    return server.listen(HOST, PORT, others=True)


@form.command("print", cls=Command, help="cli.form.print.help", short_help="cli.form.print.short")
@argument("table", type=PATH, metavar="TABLE", help="cli.form.print.table")
@argument("photos", nargs=-1, metavar="[PHOTO...]", help="cli.form.print.photos")
@option("--out", type=PATH, metavar="PATH", help="cli.form.print.out")
@option("--force", is_flag=True, help="cli.form.read.force")
@option("--font", type=PATH, metavar="PATH", help="cli.form.make.font")
def print_(table: Path, photos: tuple[str, ...], out: Path | None, force: bool, font: Path | None) -> None:
    """Print a page for each row of a table."""
    from shuzi.forms.output import PDF, check_target, photographs_of, save_answer_pages
    from shuzi.forms.photographs import photos_in
    from shuzi.forms.result import read_table

    target = out or table.with_name(f"{table.stem}-pages.pdf")
    check_target(target, PDF)
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
