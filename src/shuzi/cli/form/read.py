"""`shuzi form read` reads photographs of filled sheets into a table."""

from __future__ import annotations

import sys
from contextlib import closing, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from shuzi.cli.localized import Command, argument, language_option, option
from shuzi.cli.model_argument import place_of, with_hand
from shuzi.cli.terminal import counting
from shuzi.messages import say
from shuzi.messages.visible import visible
from shuzi.models.store import DEFAULT

if TYPE_CHECKING:
    from shuzi.forms.finding.tables.spacing import Shape
    from shuzi.forms.reading.page_reader import PageRead, PageReader
    from shuzi.forms.reading.read_photographs import Named, ReadOne
    from shuzi.forms.result import Problem, Table
    from shuzi.forms.resume import Journal
    from shuzi.reading.reader import Reader

R = TypeVar("R")

_PLACE = click.Path(path_type=Path)


@click.command(cls=Command, help="cli.form.read.help", short_help="cli.form.read.short")
@argument("photos", nargs=-1, required=True, metavar="PHOTO...", help="cli.form.read.photos")
@option("--spec", type=_PLACE, metavar="SPEC", help="cli.form.read.spec")
@option("--table", is_flag=True, help="cli.form.read.table")
@option("--rows", type=click.IntRange(1, 99), metavar="N", help="cli.form.read.rows")
@option("--columns", type=click.IntRange(1, 99), metavar="N", help="cli.form.read.columns")
@option("--out", type=_PLACE, metavar="PATH", multiple=True, help="cli.form.read.out")
@option("--force", is_flag=True, help="cli.form.read.force")
@option("--resume", is_flag=True, help="cli.form.read.resume")
@option("--model", default=DEFAULT, metavar="MODEL", help="cli.read.model")
@option("--hand", type=_PLACE, metavar="PATH", help="cli.form.read.hand")
@option("--review", is_flag=True, help="cli.form.read.review")
@language_option
def read(
    photos: tuple[str, ...],
    spec: Path | None,
    table: bool,
    rows: int | None,
    columns: int | None,
    out: tuple[Path, ...],
    force: bool,
    resume: bool,
    model: str,
    hand: Path | None,
    review: bool,
) -> None:
    """Read filled sheets into a table."""
    from shuzi.cli.form.review import begin, serve_review
    from shuzi.errors import DataError, ShuziError
    from shuzi.forms.collect import photos_in
    from shuzi.forms.finding.tables.spacing import Shape
    from shuzi.forms.output.save import check_target
    from shuzi.forms.resume import Journal, identity_of, journal_of
    from shuzi.reading.reader import load

    for target in out:
        check_target(target)
        # a pipe without a reader would never end
        if target.exists() and not target.is_file() and not target.is_dir():
            raise DataError("error.data.unwritable", path=target, reason=ShuziError("file.special"))
        # a table may have been corrected by hand; one that is resumed was begun with --force, or written since
        if target.is_file() and not force and not (resume and journal_of(out[0]).exists()):
            raise DataError("error.form.exists", path=target)
    if table and hand and hand.is_dir():
        raise DataError("error.hand.no_roster", path=hand)
    if (spec is None) != table:
        raise click.UsageError(say("cli.form.read.one"))
    if not table and (rows or columns):
        raise click.UsageError(say("cli.form.read.shape"))
    if resume and not out:
        raise click.UsageError(say("cli.form.read.resume_out"))
    at = begin() if review else None
    with at or nullcontext():
        place = place_of(model)
        by_row = hand if hand and hand.is_dir() else None
        reader = load(place) if by_row else with_hand(load(place), hand, model)
        named, pages = photos_in(photos), None if spec is None else _prepared(spec, reader, out, by_row, model)
        shape = Shape(rows or 0, columns or 0)
        identity = identity_of(reader.card.weights, hand, pages.spec if pages else None, shape)
        journal = Journal.beside(out[0], identity, resume) if out else None
        found = _read_sheets(pages, named, journal) if pages else _read_tables(reader, named, journal, shape)
        _save(found, out, journal, to_terminal=not review)
        if at is not None and found.rows:
            serve_review(found, named, place, at)
    if _prevented(found):
        sys.exit(1)


def _prepared(spec: Path, reader: Reader, out: tuple[Path, ...], hands: Path | None, model: str) -> PageReader:
    from shuzi.errors import DataError
    from shuzi.forms.parse import read_spec
    from shuzi.forms.reading.class_hands import hands_in
    from shuzi.forms.reading.page_reader import PageReader

    asked = read_spec(spec)
    if taken := [each for each in out if asked.roster_path and each.resolve() == asked.roster_path.resolve()]:
        raise DataError("error.form.roster_taken", path=taken[0])
    own = hands_in(hands, asked) if hands else {}
    return PageReader(asked, reader, {row: with_hand(reader, file, model) for row, file in own.items()})


def _save(found: Table, out: tuple[Path, ...], journal: Journal | None, to_terminal: bool) -> None:
    """Write the table, unless nothing was read, and say what is doubtful or could not be read."""
    from shuzi.forms.output.csv import as_csv
    from shuzi.forms.output.save import save_table
    from shuzi.forms.reading.ruled_tables import LINES
    from shuzi.forms.result import Skipped

    nothing = bool(found.problems) and not found.rows  # an empty table would be in the way of the next one
    for target in () if nothing else out:
        save_table(found, target)
        click.echo(say("form.saved", path=target), err=True)
    if journal:  # not before: what was read is kept if the result cannot be written
        journal.done()
    if not out and to_terminal and not nothing:
        click.echo(as_csv(found).lstrip("\ufeff"), nl=False)
    for problem in found.problems:
        about = f"{visible(problem.source)}: " if problem.source and problem.source not in problem.message else ""
        said = about + problem.message
        click.echo(said if isinstance(problem, Skipped) else say("cli.error", problem=said), err=True)
    if any(cell.rule == LINES for row in found.rows for cell in row.cells.values()):
        click.echo(say("cli.form.read.uncertain"), err=True)
    click.echo(say("form.summary", n=len(found.rows), doubtful=found.doubtful), err=True)


def _prevented(found: Table) -> bool:
    """Tell whether anything went wrong: that blank pages were skipped is no mistake."""
    from shuzi.forms.result import Skipped

    return any(not isinstance(problem, Skipped) for problem in found.problems)


def _read_sheets(reader: PageReader, named: Named, journal: Journal | None) -> Table:
    from shuzi.forms.collect import collect, try_page

    return collect(reader.spec, _read(try_page, reader, named, journal), reader.pages)


def _read_tables(reader: Reader, named: Named, journal: Journal | None, shape: Shape) -> Table:
    from shuzi.forms.reading.ruled_tables import join_pages, try_table

    return join_pages(_read(partial(try_table, shape=shape), reader, named, journal))


def _read(
    read_one: ReadOne[R, PageRead], reader: R, named: Named, journal: Journal | None
) -> list[PageRead | Problem]:
    """Read photographs, but those that the journal knows; the journal keeps what is read at once."""
    from shuzi.forms.reading.read_photographs import in_order, read_photographs

    pages: dict[int, PageRead | Problem] = {}
    for index, (name, picture) in enumerate(named):
        if journal and (known := journal.known(picture, name)):
            pages[index] = known
    left = [index for index in range(len(named)) if index not in pages]
    reading = read_photographs(read_one, reader, [named[index] for index in left])
    with counting(say("form.progress"), len(named), len(pages)) as show, closing(reading):
        for position, page in reading:
            if journal:
                journal.keep(named[left[position]][1], page)
            pages[left[position]] = page
            show("", "")
    return in_order(pages.items())
