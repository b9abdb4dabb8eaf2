"""`shuzi read` reads the numbers in pictures."""

from __future__ import annotations

import io
import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shuzi.cli.localized import PATH, Command, argument, language_option, option
from shuzi.cli.model_argument import naming, place_of
from shuzi.cli.terminal import counting
from shuzi.errors import DataError, PictureError, ShuziError, writing
from shuzi.messages import say
from shuzi.models.store import DEFAULT

if TYPE_CHECKING:
    from PIL import Image

    from shuzi.pictures.open import Picture
    from shuzi.reading.reader import Reader
    from shuzi.reading.report.result import Reading

    Named = tuple[str, Picture | ShuziError]

_STDIN = "-"
_MAX_LIST = 10_000_000  # characters


@click.command(cls=Command, help="cli.read.help", short_help="cli.read.short")
@argument("pictures", nargs=-1, metavar="PICTURE...", help="cli.read.pictures")
@option("--model", default=DEFAULT, metavar="MODEL", help="cli.read.model")
@option("--json", "as_json", is_flag=True, help="cli.read.json")
@option("--csv", "as_csv", is_flag=True, help="cli.read.csv")
@option("--example", is_flag=True, help="cli.read.example")
@option("--out", type=PATH, metavar="FILE", help="cli.read.out")
@option("--lines", "by_line", is_flag=True, help="cli.read.lines")
@option("--digits-only", is_flag=True, help="cli.read.digits_only")
@option("--among", type=PATH, metavar="FILE", help="cli.read.among")
@option("--pattern", metavar="PATTERN", help="cli.read.pattern")
@option("--hand", type=PATH, metavar="FILE", help="cli.read.hand")
@option("--explain", type=PATH, metavar="PATH", help="cli.read.explain")
@language_option
def read(
    pictures: tuple[str, ...],
    model: str,
    as_json: bool,
    as_csv: bool,
    example: bool,
    out: Path | None,
    by_line: bool,
    digits_only: bool,
    among: Path | None,
    pattern: str | None,
    hand: Path | None,
    explain: Path | None,
) -> None:
    """Read the numbers in pictures."""
    from shuzi.cli import readings
    from shuzi.reading.reader import load

    if example:
        from shuzi.pictures.open import EXAMPLE

        pictures = (*pictures, EXAMPLE)
    if not pictures:
        raise click.UsageError(say("cli.read.no_picture"))
    if as_json + as_csv + (out is not None) > 1:
        raise click.UsageError(say("cli.read.one_format"))
    if by_line and not (as_json or as_csv or out):
        raise click.UsageError(say("cli.read.lines_alone"))
    if out is not None:
        from shuzi.forms.output import check_target

        check_target(out, readings.ENDINGS)
    named = [picture for given in pictures for picture in _single(given)]
    _refuse_nothing(named)
    values = None if among is None else _values(among)
    reader = load(place_of(model))
    if hand is not None:
        with naming(model):
            reader = reader.with_hand(hand)
    if pattern is not None:
        reader = reader.with_pattern(pattern)
    if explain is not None:
        _check_folder(explain)
    names = [name for name, _ in named]
    results: list[tuple[str, Reading | ShuziError]] = []
    put = readings.lines_for(names)
    if as_json:
        put = readings.as_json_lines if by_line else readings.as_json
    elif as_csv:
        put = readings.as_rows if by_line else readings.as_row
    if as_csv:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(newline="")  # each row has its own line ending, as in RFC 4180
        click.echo(readings.LINES_HEAD if by_line else readings.HEAD, nl=False)
    failed = 0
    try:
        with nullcontext() if out is None else _stopping(), counting(say("read.progress"), len(named)) as show:
            for name, reading in zip(names, _found(reader, named, explain, values), strict=True):
                problem = ""
                if isinstance(reading, ShuziError):
                    failed += 1
                    problem = say("cli.error", problem=reading) + "\n"
                elif digits_only:
                    reading = reading.digits_only()
                if out is not None:
                    results.append((name, reading))
                show("" if out is not None else put(name, reading), problem)
    finally:  # results so far are worth keeping after Ctrl-C
        if out is not None and results:
            _save_results(results, out, len(named), by_line)
    if explain and failed < len(named):
        click.echo(say("read.explained", path=explain), err=True)
    if not reader.calibrated and failed < len(named):
        click.echo(say("read.uncalibrated"), err=True)
    if failed:
        sys.exit(1)


def _save_results(results: list[tuple[str, Reading | ShuziError]], out: Path, pictures: int, by_line: bool) -> None:
    """Save the results; an earlier table is replaced only if all pictures were tried and one was read."""
    from shuzi.cli.readings import save_readings

    n = sum(not isinstance(reading, ShuziError) for _, reading in results)
    if out.is_file() and n == 0:
        click.echo(say("read.unread", path=out), err=True)
        return
    is_kept = out.is_file() and len(results) < pictures
    target = _free_beside(out) if is_kept else out
    save_readings(results, target, by_line)
    click.echo(say("read.saved", path=target, n=n, pictures=pictures), err=True)
    if is_kept:
        click.echo(say("read.kept", path=out), err=True)


def _free_beside(out: Path) -> Path:
    """Return the path of a file that does not exist yet, such as table.partial.csv for table.csv."""
    free, turn = out.with_stem(f"{out.stem}.partial"), 1
    while free.exists():
        turn += 1
        free = out.with_stem(f"{out.stem}.partial-{turn}")
    return free


@contextmanager
def _stopping() -> Iterator[None]:
    """Let SIGTERM, which asks a program to end, stop it as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _single(given: str) -> Iterator[Named]:
    """Yield the pictures behind one argument, each with its display name."""
    from shuzi.pictures.decode import Page
    from shuzi.pictures.folders import single_pictures

    try:
        source: Picture = _standard_input() if given == _STDIN else given
    except ShuziError as problem:
        yield given, problem
        return
    for picture in single_pictures(source):
        if given != _STDIN:
            yield _called(given, picture), picture
        else:
            yield f"{_STDIN}#{picture.number}" if isinstance(picture, Page) else _STDIN, picture


def _called(given: str, picture: Picture | ShuziError) -> str:
    if not isinstance(picture, ShuziError):
        return str(picture)
    # an error about a file in a folder names the file
    return str(picture.values.get("path", given)) if os.path.isdir(given) else given  # noqa: PTH112 - it may be too long


@cache
def _standard_input() -> bytes:
    from shuzi.pictures.open import MAX_READ

    content = sys.stdin.buffer.read(MAX_READ + 1)
    if len(content) > MAX_READ:
        raise PictureError("error.picture.long", path=say("read.stdin"), most=MAX_READ)
    if not content:
        raise PictureError("error.picture.nothing", path=say("read.stdin"))
    return content


def _refuse_nothing(named: list[Named]) -> None:
    """Report wrong usage if all arguments are folders without pictures."""
    problems = [
        picture for _, picture in named if isinstance(picture, ShuziError) and picture.key == "error.picture.none"
    ]
    if len(problems) == len(named):
        raise click.UsageError(" ".join(map(str, problems)))


def _values(path: Path) -> list[str]:
    """Read a list of values, one on each line."""
    from shuzi.named import open_named
    from shuzi.reading.decide.allowed_values import check_values

    try:
        with open_named(path) as raw, io.TextIOWrapper(raw, encoding="utf-8-sig") as file:
            text = file.read(_MAX_LIST + 1)
    except OSError as problem:
        raise DataError("error.data.unreadable", path=path, reason=problem.strerror or problem) from problem
    except UnicodeDecodeError as problem:
        raise DataError("error.among.encoding", path=path) from problem
    if len(text) > _MAX_LIST:
        raise DataError("error.among.long", path=path, most=_MAX_LIST)
    return check_values(text.splitlines())


def _found(
    reader: Reader, named: list[Named], explain: Path | None, among: list[str] | None
) -> Iterator[Reading | ShuziError]:
    """Read the pictures in order; each error names its picture."""
    if explain is not None:
        read = _explained(reader.with_values(among) if among else reader, named, explain)
    else:
        # a single picture needs no other processes
        readings = reader.read_many((picture for _, picture in named if not isinstance(picture, ShuziError)), among)
        read = (picture if isinstance(picture, ShuziError) else next(readings) for _, picture in named)
    for (name, _), reading in zip(named, read, strict=True):
        yield _about(name, reading) if isinstance(reading, ShuziError) else reading


def _explained(reader: Reader, named: list[Named], folder: Path) -> Iterator[Reading | ShuziError]:
    from shuzi.reading.report.explain import explain

    taken: set[str] = set()
    for name, picture in named:
        if isinstance(picture, ShuziError):
            yield picture
            continue
        try:
            reading, image = explain(reader, picture)
            _save(image, folder / _free_name(name, taken))
        except ShuziError as problem:
            yield problem
        else:
            yield reading


def _free_name(name: str, taken: set[str]) -> str:
    """Name an explanation after its picture, but with a suffix of its own, so that both can be in one folder.

    >>> taken = set()
    >>> [_free_name(name, taken) for name in ("a/one.png", "b/one.jpg", "scan.pdf#2", "-")]
    ['one.explained.png', 'one-2.explained.png', 'scan#2.explained.png', 'stdin.explained.png']
    """
    from shuzi.pictures.folders import EXPLAINED

    file, hash_, page = Path(name).name.partition("#")
    stem = ("stdin" if file == _STDIN else Path(file).stem) + hash_ + page
    free, turn = stem, 1
    while free in taken:
        turn += 1
        free = f"{stem}-{turn}"
    taken.add(free)
    return free + EXPLAINED


def _check_folder(folder: Path) -> None:
    """Refuse a folder that could not be written, once instead of with each picture."""
    from shuzi.atomic import check_replaceable

    with writing(folder):
        if folder.exists() and not folder.is_dir():
            raise DataError("error.data.unwritable", path=folder, reason=ShuziError("file.no_folder"))
        check_replaceable(folder / "1.png")


def _save(image: Image.Image, path: Path) -> None:
    from shuzi.atomic import replacing

    with writing(path), replacing(path) as part:
        image.save(part)


def _about(name: str, problem: ShuziError) -> ShuziError:
    if isinstance(problem, PictureError) and re.fullmatch("-(#[0-9]+)?", name) and "path" in problem.values:
        return problem.with_path(say("read.stdin"))
    return problem if "path" in problem.values else PictureError("error.own.picture", path=name, reason=problem)
