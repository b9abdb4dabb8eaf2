"""`shuzi form read` reads photographs of filled sheets into a table."""

from __future__ import annotations

import sys
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shuzi.cli.localized import PATH, Command, argument, language_option, option
from shuzi.cli.model_argument import place_of, with_hand
from shuzi.cli.terminal import counting
from shuzi.messages import say
from shuzi.messages.visible import visible
from shuzi.models.store import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from shuzi.forms.result import Problem, Table


@click.command(cls=Command, help="cli.form.read.help", short_help="cli.form.read.short")
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
@language_option
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
    from shuzi.cli.form.review import begin, serve_review
    from shuzi.cli.form.watch import watch_folder
    from shuzi.errors import DataError, ModelError, ShuziError
    from shuzi.forms.output import as_csv
    from shuzi.forms.photographs import photos_in
    from shuzi.forms.result import read_table
    from shuzi.forms.stack import Stack, check_targets, page_reader
    from shuzi.forms.table_grid import Shape
    from shuzi.reading.reader import load

    if bool(photos or add_to) == bool(watch):
        raise click.UsageError(say("cli.form.read.what"))
    if watch and (review or not out):
        raise click.UsageError(say("cli.form.read.watch_out"))
    if watch and not watch.is_dir():  # before the journal is created
        raise DataError("error.data.unreadable", path=watch, reason=ShuziError("file.no_folder"))
    check_targets(out, force, resume)
    if table and hand and hand.is_dir():
        raise DataError("error.hand.no_roster", path=hand)
    if (spec is None) != table:
        raise click.UsageError(say("cli.form.read.one"))
    if not table and (rows or columns):
        raise click.UsageError(say("cli.form.read.shape"))
    if resume and not out:
        raise click.UsageError(say("cli.form.read.resume_out"))
    earlier = (read_table(add_to), add_to) if add_to else None
    at = begin() if review else None
    with at or nullcontext():
        place = place_of(model)
        hands = hand if hand and hand.is_dir() else None
        reader = with_hand(load(place), None if hands else hand, model)
        try:
            pages = None if spec is None else page_reader(spec, reader, out, hands)
        except ModelError as problem:
            raise problem.with_path(model) from problem
        stack = Stack(reader, pages, Shape(rows or 0, columns or 0), out, hand, resume, earlier)
        if watch and stack.journal:
            sys.exit(0 if watch_folder(watch, stack.way, stack.journal, out, force) else 1)
        if not force:
            stack.check_unchanged()
        old, new = stack.divide(photos_in(photos))
        if old:
            click.echo(say("cli.form.read.passed", n=len(old)), err=True)
        found = stack.read(new, _progress)
        save_all(found, out)
        if stack.journal:  # not earlier: if the result cannot be written, the readings are kept
            stack.journal.done()
        if not out and at is None and not found.is_empty:
            click.echo(as_csv(found).lstrip("\ufeff"), nl=False)
        tell(found)
        if at is not None and found.rows:
            serve_review(found, [*old, *new], place, at)
    if found.is_amiss:
        sys.exit(1)


@contextmanager
def _progress(total: int, done: int) -> Iterator[Callable[[], None]]:
    with counting(say("form.progress"), total, done) as show:
        yield lambda: show("", "")


def save_all(table: Table, out: Iterable[Path]) -> None:
    """Write a table to files, unless nothing was read, and say so."""
    from shuzi.forms.output import save_table

    for target in () if table.is_empty else out:
        save_table(table, target)
        tell_saved(target)


def tell_saved(path: Path) -> None:
    """Report that a table was written."""
    click.echo(say("form.saved", path=path), err=True)


def tell(table: Table) -> None:
    """Report what could not be read, and how many cells to check."""
    from shuzi.forms.ruled_tables import LINES

    for problem in table.problems:
        tell_problem(problem)
    if any(cell.rule == LINES for row in table.rows for cell in row.cells.values()):
        click.echo(say("cli.form.read.uncertain"), err=True)
    if not table.is_empty:
        click.echo(say("form.summary", n=len(table.rows), doubtful=table.doubtful), err=True)


def tell_problem(problem: Problem) -> None:
    """Report the problem of a photograph, or the skipped pages."""
    from shuzi.forms.result import Skipped

    about = f"{visible(problem.source)}: " if problem.source and problem.source not in problem.message else ""
    said = about + problem.message
    click.echo(said if isinstance(problem, Skipped) else say("cli.error", problem=said), err=True)
