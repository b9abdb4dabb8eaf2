"""`shuzi read` reads the numbers in pictures; a reading becomes lines for people, JSON, or rows of a table."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shuzi.atomic import replacing
from shuzi.cli.model_argument import naming, place_of
from shuzi.cli.terminal import PATH, Command, argument, columns, counting, option
from shuzi.errors import DataError, PictureError, ShuziError, require, writing
from shuzi.messages import neutral, say, visible, visible_json
from shuzi.models.store import DEFAULT

if TYPE_CHECKING:
    from PIL import Image

    from shuzi.pictures.open import Picture
    from shuzi.reading.display import DisplayReader
    from shuzi.reading.reader import Reader
    from shuzi.reading.result import Reading

    Named = tuple[str, Picture | ShuziError]
    Result = Reading | ShuziError

_STDIN = "-"
_MAX_LIST = 10_000_000  # bytes


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
@option("--display", "is_display", is_flag=True, help="cli.read.display")
@option("--region", metavar="X,Y,W,H", help="cli.read.region")
@option("--together", is_flag=True, help="cli.read.together")
@option("--last", metavar="VALUE", help="cli.read.last")
@option("--max-per-day", metavar="N", help="cli.read.max_per_day")
@option("--watch", type=PATH, metavar="FOLDER", help="cli.read.watch")
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
    is_display: bool,
    region: str | None,
    together: bool,
    last: str | None,
    max_per_day: str | None,
    watch: Path | None,
) -> None:
    """Read the numbers in pictures."""
    from shuzi.reading.meter import Meter

    meter = Meter.of(last, max_per_day)
    if is_display and (model != DEFAULT or among or pattern or hand or explain):
        raise click.UsageError(say("cli.read.display_alone"))
    if (region is not None or together) and not is_display:
        raise click.UsageError(say("cli.read.region_alone"))

    if example:
        from shuzi.pictures.open import EXAMPLE

        pictures = (*pictures, EXAMPLE)
    if watch is not None:
        if (
            pictures
            or as_json
            or as_csv
            or by_line
            or digits_only
            or explain
            or together
            or (out and out.suffix.lower() != ".csv")
        ):
            raise click.UsageError(say("cli.read.watch_alone"))
        from shuzi.cli.watching import watch_pictures

        watch_pictures(watch, _reader_for(is_display, region, model, hand, pattern, among), meter, out)
        return
    if not pictures:
        raise click.UsageError(say("cli.read.no_picture"))
    if as_json + as_csv + (out is not None) > 1:
        raise click.UsageError(say("cli.read.one_format"))
    if by_line and not (as_json or as_csv or out):
        raise click.UsageError(say("cli.read.lines_alone"))
    if out is not None:
        from shuzi.forms.output import check_target

        check_target(out, ENDINGS)
    named = [picture for given in pictures for picture in _single(given)]
    _refuse_nothing(named)
    reader = _reader_for(is_display, region, model, hand, pattern, among)
    if explain is not None:
        _check_folder(explain)
    names = [name for name, _ in named]
    readings = _found(reader, named, explain)
    if together:
        from shuzi.reading.display import DisplayReader

        assert isinstance(reader, DisplayReader)  # noqa: S101 - for the types
        names, readings = [" + ".join(names)], iter([reader.vote([*readings])])
    results: list[tuple[str, Reading | ShuziError]] = []
    put = lines_for(names)
    if as_json:
        put = partial(json_of, by_line=by_line)
    elif as_csv:
        put = partial(csv_of, by_line=by_line)
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(newline="")  # each row has its own line ending, as in RFC 4180
        click.echo(_row(*_table([], by_line)[0]), nl=False)
    failed = 0
    try:
        with nullcontext() if out is None else _stopping(), counting(say("read.progress"), len(names)) as show:
            for name, reading in zip(names, readings, strict=True):
                problem = ""
                if isinstance(reading, ShuziError):
                    failed += 1
                    problem = say("cli.error", problem=reading) + "\n"
                else:
                    reading, meter = meter.check(reading) if last or max_per_day else (reading, meter)
                    reading = reading.digits_only() if digits_only else reading
                if out is not None:
                    results.append((name, reading))
                show("" if out is not None else put(name, reading), problem)
    finally:  # results so far are worth keeping after Ctrl-C
        if out is not None and results:
            _save_results(results, out, len(names), by_line)
    if explain and failed < len(names):
        click.echo(say("read.explained", path=explain), err=True)
    if not reader.calibrated and failed < len(names):
        click.echo(say("read.uncalibrated"), err=True)
    if failed:
        sys.exit(1)


def _reader_for(
    is_display: bool, region: str | None, model: str, hand: Path | None, pattern: str | None, among: Path | None
) -> Reader | DisplayReader:
    """Load the reader that the options ask for."""
    from shuzi.reading.reader import load

    if is_display:
        from shuzi.reading.display import parse_region

        shown = load("display")
        return shown if region is None else shown.with_region(*parse_region(region))
    values = None if among is None else _values(among)
    reader = load(place_of(model))
    if hand is not None:
        with naming(model):
            reader = reader.with_hand(hand)
    if pattern is not None:
        reader = reader.with_pattern(pattern)
    return reader if values is None else reader.with_values(values)


def _save_results(results: list[tuple[str, Reading | ShuziError]], out: Path, pictures: int, by_line: bool) -> None:
    """Save the results; an earlier table is replaced only if all pictures were tried and one was read."""
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
        raise PictureError("error.picture.long", path=say("read.stdin"), max=MAX_READ)
    if not content:
        raise PictureError("error.picture.nothing", path=say("read.stdin"))
    return content


def _refuse_nothing(named: list[Named]) -> None:
    """Raise the first error if all arguments are folders without pictures."""
    problems = [
        picture for _, picture in named if isinstance(picture, ShuziError) and picture.key == "error.picture.none"
    ]
    if len(problems) == len(named):
        raise problems[0]


def _values(path: Path) -> list[str]:
    """Read a list of values, one on each line."""
    from shuzi.data.tables import read_bounded
    from shuzi.reading.allowed_values import check_values

    try:
        text = read_bounded(path, _MAX_LIST, "error.among.long").decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise DataError("error.among.encoding", path=path) from problem
    return check_values(text.splitlines())


def _found(
    reader: Reader | DisplayReader, named: list[Named], explain: Path | None
) -> Iterator[Reading | ShuziError]:
    """Read the pictures in order; each error names its picture."""
    if explain is not None:
        read = _explained(reader, named, explain)
    else:
        # a single picture needs no other processes
        readings = reader.read_many((picture for _, picture in named if not isinstance(picture, ShuziError)))
        read = (picture if isinstance(picture, ShuziError) else next(readings) for _, picture in named)
    for (name, _), reading in zip(named, read, strict=True):
        yield _about(name, reading) if isinstance(reading, ShuziError) else reading


def _explained(reader: Any, named: list[Named], folder: Path) -> Iterator[Reading | ShuziError]:
    from shuzi.reading.explain import explain

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


PLAIN = r"-?\d+([.,]\d+)*|[^-][^=@]*|"  # a negative number is not a formula, but "-1-2" is
_MAX_NAME = 40  # columns for a name; a longer name pushes the rest to the right

ENDINGS = (".csv", ".xlsx", ".jsonl")
_MAX_ROWS = 1_048_575  # rows of an XLSX worksheet, below its head


def json_of(name: str, result: Result, by_line: bool = False) -> str:
    r"""Turn the result for a picture into a JSON object, or into one for each of its numbers.

    >>> from shuzi.errors import PictureError
    >>> json_of("a.png", PictureError("error.picture.blank"))
    '{"source": "a.png", "error": "There is no ink in the picture, so there is no digit to read."}\n'
    >>> from shuzi.reading.result import Reading
    >>> json_of("a.png", Reading("17", "ok", 0.99, (), ("reading.ok", {})), by_line=True)[:52]
    '{"source": "a.png", "line": 1, "text": "17", "digits'
    """
    objects: list[dict[str, Any]]
    if isinstance(result, ShuziError):
        objects = [{"source": name, "error": str(result)}]
    elif by_line and result.lines:
        objects = [{"source": name, "line": n} | line.as_dict() for n, line in enumerate(result.lines, start=1)]
    else:
        objects = [result.as_dict(name)]
    return "".join(visible_json(json.dumps(facts, ensure_ascii=False)) + "\n" for facts in objects)


def csv_of(name: str, result: Result, by_line: bool = False) -> str:
    r"""Turn the result for a picture into a row of CSV (RFC 4180) for a spreadsheet, or into a row for each number.

    Text that a spreadsheet would take for a formula gets an apostrophe in front, and characters that a terminal would
    act on are escaped. `json_of` keeps names as they are.

    >>> from shuzi.reading.result import Reading
    >>> csv_of("a, b.png", Reading("1\n2", "ok", 0.98765, (), ("reading.ok", {})))
    '"a, b.png","1\n2","ok","0.9877","Read.","1\n2","ok","0.9877"\r\n'
    >>> csv_of("=HYPERLINK(1).png", Reading("1", "ok", 1.0, (), ("reading.ok", {})))
    '"\'=HYPERLINK(1).png","1","ok","1.0","Read.","1","ok","1.0"\r\n'
    >>> csv_of("a.png", Reading("-1-2", "ok", 1.0, (), ("reading.ok", {})))
    '"a.png","\'-1-2","ok","1.0","Read.","12","ok","1.0"\r\n'
    >>> csv_of("a.png", Reading("1\n2", "ok", 0.98765, (), ("reading.ok", {})), by_line=True)
    '"a.png","1","1","ok","0.9877","Read.","1","0","0","0","0"\r\n"a.png","2","2","ok","0.9877","Read.","2","0","0","0","0"\r\n'
    """
    columns, rows = _table([(name, result)], by_line)
    return "".join(_row(*map(_neutral, columns, row)) for row in rows)


def _table(results: Sequence[tuple[str, Result]], by_line: bool) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Return the columns of a table of readings, or of their numbers, and its rows."""
    from shuzi.reading.result import COLUMNS, LINE_COLUMNS, line_values_of, values_of

    if by_line:
        return LINE_COLUMNS, [row for name, result in results for row in line_values_of(result, name)]
    return COLUMNS, [values_of(result, name) for name, result in results]


def _neutral(column: str, value: Any) -> Any:
    """Return a value as CSV has it: one that no spreadsheet takes for a formula."""
    if column == "text":
        return _number(value)
    if column in ("source", "message"):
        return value if value == "-" else neutral(value)  # "-" alone, which means standard input, is harmless
    return "" if value is None else value


def _number(text: str) -> str:
    """Keep a number from being taken for a formula; digits and marks cannot control a terminal."""
    return text if re.fullmatch(PLAIN, text) else f"'{text}"


def _row(*cells: str | float) -> str:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerow(cells)  # some spreadsheets end a cell at ; too
    return text.getvalue()


def lines_for(names: list[str]) -> Callable[[str, Result], str]:
    r"""Return a function that puts readings into words: a single one as its number, several each after its name.

    >>> from dataclasses import replace
    >>> from shuzi.reading.result import Ignored, Reading
    >>> one = Reading("17", "ok", 0.99, (), ("reading.ok", {}))
    >>> two = Reading("", "blank", 1.0, (), ("reading.blank", {}))
    >>> lines_for(["a.png"])("a.png", one)
    '17\n'
    >>> advice, left_out = ("reading.ok_beside_signs", {"n": 1}), Ignored("sign", (0, 0, 9, 20))
    >>> lines_for(["a4.png"])("a4.png", replace(one, advice=advice, ignored=(left_out,)))
    '17\nok, confidence 99%: Read. Left out: 1 other character before or after the number.\n'
    >>> line = lines_for(["a.png", "bc.png"])
    >>> line("a.png", one), line("bc.png", two)
    ('a.png   17  ok, confidence 99%\n', 'bc.png  -  blank: There is no writing in this picture.\n')
    """
    if len(names) == 1:
        return _alone
    width = min(max(columns(visible(name)) for name in names), _MAX_NAME)

    def line(name: str, result: Result) -> str:
        if isinstance(result, ShuziError):
            return ""
        text, name = result.text.replace("\n", " / ") or "-", visible(name)
        return f"{name}{'':{max(width - columns(name), 0)}}  {text}  {result.verdict}\n"

    return line


def _alone(_: str, result: Result) -> str:
    if isinstance(result, ShuziError):
        return ""
    if result.is_plain:
        return result.text + "\n"
    return "".join(f"{line}\n" for line in (result.text, result.verdict) if line)


def save_readings(results: Sequence[tuple[str, Result]], path: Path, by_line: bool = False) -> None:
    """Write the result for each picture; the file is replaced only when it is complete.

    The ending, one of ENDINGS, decides: .csv with a byte order mark, so that spreadsheets see that it is UTF-8;
    .xlsx, in which texts stay texts, so that 007 keeps its zeros; .jsonl, one object a line.
    """
    ending = path.suffix.lower()
    with writing(path), replacing(path) as part:
        if ending == ".xlsx":
            _save_xlsx(results, part, by_line)
        else:
            head, write = "\ufeff" + _row(*_table([], by_line)[0]), csv_of
            if ending == ".jsonl":
                head, write = "", json_of
            lines = [write(name, result, by_line) for name, result in results]
            part.write_text(head + "".join(lines), encoding="utf-8", newline="")


def _save_xlsx(results: Sequence[tuple[str, Result]], path: Path, by_line: bool) -> None:
    library: Any = require("openpyxl", "forms", "extra.forms")
    columns, rows = _table(results, by_line)
    if len(rows) > _MAX_ROWS:
        raise DataError("error.read.many_rows", max=_MAX_ROWS)
    book = library.Workbook(write_only=True)
    sheet = book.create_sheet("shuzi")
    sheet.freeze_panes = "A2"
    sheet.append(columns)
    for row in rows:
        cells = []
        for value in row:
            cell = library.cell.WriteOnlyCell(sheet, neutral(value) if isinstance(value, str) else value)
            if isinstance(value, str):
                cell.data_type, cell.number_format = "s", "@"
            cells.append(cell)
        sheet.append(cells)
    file = io.BytesIO()  # a book that finds no room on the disk leaves a stray traceback
    book.save(file)
    path.write_bytes(file.getbuffer())
