"""`shuzi form read` reads photographs of filled sheets into a table."""

from __future__ import annotations

import sys
from contextlib import closing, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shuzi.cli.localized import PATH, Command, argument, language_option, option
from shuzi.cli.model_argument import place_of, with_hand
from shuzi.cli.terminal import counting
from shuzi.messages import say
from shuzi.models.store import DEFAULT

if TYPE_CHECKING:
    from shuzi.forms.photographs import Named, Way
    from shuzi.forms.read import PageReader
    from shuzi.forms.result import PageRead, Problem
    from shuzi.forms.stack import Journal
    from shuzi.forms.table_grid import Shape
    from shuzi.reading.reader import Reader


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
    from shuzi.cli.form import adding
    from shuzi.cli.form.review import begin, serve_review
    from shuzi.cli.form.saving import is_amiss, is_empty, save_all, tell
    from shuzi.cli.form.watch import watch_folder
    from shuzi.errors import DataError, ShuziError
    from shuzi.forms.output import as_csv, check_target
    from shuzi.forms.photographs import photos_in
    from shuzi.forms.result import read_table
    from shuzi.forms.stack import Journal, identity_of, journal_of
    from shuzi.forms.table_grid import Shape
    from shuzi.pictures.arrivals import state_of
    from shuzi.reading.reader import load

    if bool(photos or add_to) == bool(watch):
        raise click.UsageError(say("cli.form.read.what"))
    if watch and (review or not out):
        raise click.UsageError(say("cli.form.read.watch_out"))
    if watch and not watch.is_dir():  # before the journal is created
        raise DataError("error.data.unreadable", path=watch, reason=ShuziError("file.no_folder"))
    for target in out:
        check_target(target)
        # a pipe without a reader would never end
        if target.exists() and not target.is_file() and not target.is_dir():
            raise DataError("error.data.unwritable", path=target, reason=ShuziError("file.special"))
        # a table may have been corrected by hand; a resumed run began with --force, or wrote the table itself
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
    earlier = read_table(add_to) if add_to else None
    at = begin() if review else None
    with at or nullcontext():
        place = place_of(model)
        by_row = hand if hand and hand.is_dir() else None
        reader = load(place) if by_row else with_hand(load(place), hand, model)
        pages = None if spec is None else _prepared(spec, reader, out, by_row, model)
        if earlier:
            adding.add_to(earlier, pages, [])  # the table of another form is refused before there is a journal
        shape = Shape(rows or 0, columns or 0)
        identity = identity_of(reader.card.weights, hand, pages.spec if pages else None, shape)
        journal = Journal.beside(out[0], identity, resume) if out else None
        way = _of_sheets(pages) if pages else _of_tables(reader, shape)
        if watch and journal:
            sys.exit(0 if watch_folder(watch, way, journal, out, force) else 1)
        for target in () if force else out:  # the earlier table of a watched folder
            written = journal.state_of(target) if journal else None
            if written and state_of(target) not in {written, None}:
                raise DataError("error.form.exists", path=target)
        named = photos_in(photos)
        if earlier and add_to:
            old, new = adding.divide(earlier, add_to.parent, named)
            if old:
                click.echo(say("cli.form.read.passed", n=len(old)), err=True)
            found = adding.add_to(earlier, pages, _read(way, new, journal))
            named = [*old, *new]
        else:
            found = way.join(_read(way, named, journal))
        save_all(found, out)
        if journal:  # not earlier: if the result cannot be written, the readings are kept
            journal.done()
        if not out and at is None and not is_empty(found):
            click.echo(as_csv(found).lstrip("\ufeff"), nl=False)
        tell(found)
        if at is not None and found.rows:
            serve_review(found, named, place, at)
    if is_amiss(found):
        sys.exit(1)


def _prepared(spec: Path, reader: Reader, out: tuple[Path, ...], hands: Path | None, model: str) -> PageReader:
    from shuzi.errors import DataError
    from shuzi.forms.hands import hands_in
    from shuzi.forms.parse import read_spec
    from shuzi.forms.read import PageReader
    from shuzi.forms.sheet import spec_path

    asked = read_spec(spec_path(spec))
    if taken := [each for each in out if asked.roster_path and each.resolve() == asked.roster_path.resolve()]:
        raise DataError("error.form.roster_taken", path=taken[0])
    own = hands_in(hands, asked) if hands else {}
    return PageReader(asked, reader, {row: with_hand(reader, file, model) for row, file in own.items()})


def _of_sheets(reader: PageReader) -> Way[PageReader, PageRead]:
    from shuzi.forms.collect import collect, try_page
    from shuzi.forms.photographs import Way

    return Way(try_page, reader, partial(collect, reader.spec, wanted=reader.pages))


def _of_tables(reader: Reader, shape: Shape) -> Way[Reader, PageRead]:
    from shuzi.forms.photographs import Way
    from shuzi.forms.ruled_tables import join_pages, try_table

    return Way(partial(try_table, shape=shape), reader, join_pages)


def _read(way: Way[Any, PageRead], named: Named, journal: Journal | None) -> list[PageRead | Problem]:
    """Read the photographs that are not in the journal yet; each result is added to it at once."""
    from shuzi.forms.photographs import blank_again, in_order
    from shuzi.forms.stack import content_hash

    pages: dict[int, PageRead | Problem] = {}
    for index, (name, picture) in enumerate(named):
        if journal and (known := journal.known(picture, name)):
            pages[index] = known
    left = [index for index in range(len(named)) if index not in pages]
    keys = [content_hash(named[index][1]) for index in left] if journal else []
    reading = way.read([named[index] for index in left])
    with counting(say("form.progress"), len(named), len(pages)) as show, closing(reading):
        for position, page in reading:
            if journal:
                journal.keep(named[left[position]][1], page, keys[position])
            pages[left[position]] = page
            show("", "")
    return blank_again(named, in_order(pages.items()))
