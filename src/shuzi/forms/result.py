"""Tables read from forms: cells, rows, points and what could not be read, to JSON, and from JSON once checked."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, NotRequired, get_args

from typing_extensions import TypedDict

from shuzi.data.tables import read_bounded
from shuzi.declared import Declared, FieldError, Flag, Fraction, Text, between, one_of, that
from shuzi.errors import DataError
from shuzi.forms.flatten import Code
from shuzi.forms.grammar import ANY, MAX_ANSWERS, MAX_BOXES, MAX_OPTIONS, MAX_ROWS, ONE
from shuzi.forms.kinds import AMONG, Field, FieldKind
from shuzi.forms.spec import Spec, Version
from shuzi.ink.boxes import Box
from shuzi.messages import say, visible
from shuzi.reading.result import BLANK, UNSURE

CellStatus = Literal["ok", "unsure", "blank", "printed"]
PRINTED: str = get_args(CellStatus)[-1]
"""The status of a cell that was not written but printed from the roster."""

MISSING = "missing"
"""The rule that a cell breaks if its page was not photographed."""

TWICE = "twice"
"""The rule that a cell breaks if another row has the same, and no two may."""

SUM = "sum"
"""The rule that cells break if they do not add up to the one that is their sum."""

_NOWHERE = Box(0, 0, 0, 0)

FORMAT = 1
"""Of the JSON; it changes when a program that reads it would have to."""


class Change(NamedTuple):
    """What a person made of a cell: its text before and after, and when, in UTC as ISO 8601."""

    before: str
    after: str
    at: str


@dataclass(frozen=True)
class Cell:
    """One field of one row."""

    text: str  # what is written, in the form that the field has; the best guess, whatever the status
    status: str  # "ok", "unsure", "blank" or "printed"
    confidence: float  # the probability that the text is right
    rule: str = ""  # the rule that the text breaks, such as "range" or "sum"; "" if none
    # the best texts with their probabilities, this one first; of a text that is not on the field's list, the values
    # on it that are nearest
    alternatives: tuple[tuple[str, float], ...] = ()
    page: int = 1  # the page of the sheet
    box: Box = _NOWHERE  # x, y, width, height on the photograph, in whole pixels
    source: str = ""  # the name of the photograph
    # for people, where the cell is not "ok": a PNG; b"" if there is none
    picture: bytes = field(default=b"", repr=False)
    # the images of its digits as they were classified, side by side, 28 pixels high each; below them, where what is
    # written touches a line, the same with all that may be ink: a PNG; b"" if there are none
    digits: bytes = field(default=b"", repr=False)
    changes: tuple[Change, ...] = ()  # what people made of it in review, in order; also what they only confirmed
    # how many quarter turns counter-clockwise make the photograph upright, as `numpy.rot90` makes them
    turned: int = 0

    @property
    def doubtful(self) -> bool:
        """Whether a person should look at it."""
        return self.status == UNSURE or bool(self.rule)

    @property
    def message(self) -> str:
        """The doubt about it; "" if there is none."""
        if self.rule == AMONG and len(self.alternatives) > 1:
            near = [text for text, _ in self.alternatives[1:]]
            return say("form.rule.among_near", values=say("form.list").join(near))
        if self.rule:
            return say(f"form.rule.{self.rule}")
        if self.status != UNSURE:
            return ""
        # with "?" for a box that nobody could read, it is no text to offer
        others = (text for text, _ in self.alternatives if text and text != self.text and "?" not in text)
        other = next(others, "")
        return say("form.also", other=other) if other else say("form.unsure")

    def as_dict(self) -> dict[str, Any]:
        """Return the cell as JSON values."""
        found: dict[str, Any] = {
            "text": self.text,
            "status": self.status,
            "confidence": round(self.confidence, 4),
            "rule": self.rule,
            "message": self.message,
            "alternatives": [
                {"text": text, "probability": round(probability, 4)} for text, probability in self.alternatives
            ],
            "page": self.page,
            "box": list(self.box),
            "source": self.source,
        }
        if self.picture:
            found["picture"] = base64.b64encode(self.picture).decode()
        if self.digits:
            found["digits"] = base64.b64encode(self.digits).decode()
        if self.changes:
            found["changes"] = [change._asdict() for change in self.changes]
        if self.turned:
            found["turned"] = self.turned
        return found

    @staticmethod
    def from_dict(found: Mapping[str, Any]) -> Cell:
        """Return the cell that `as_dict` wrote."""
        return Cell(
            found["text"],
            found["status"],
            found["confidence"],
            found["rule"],
            tuple((alternative["text"], alternative["probability"]) for alternative in found["alternatives"]),
            found["page"],
            Box(*found["box"]),
            found["source"],
            base64.b64decode(found.get("picture") or ""),
            base64.b64decode(found.get("digits") or ""),
            tuple(Change(change["before"], change["after"], change["at"]) for change in found.get("changes") or ()),
            found.get("turned") or 0,
        )


@dataclass(frozen=True)
class Row:
    """One row of the table: its sheet, its number there from 0, its cells by field name, and the sheet's version."""

    sheet: int
    number: int
    cells: Mapping[str, Cell]
    version: str = ""

    @property
    def sources(self) -> str:
        """The photographs it is from."""
        return ", ".join(dict.fromkeys(cell.source for cell in self.cells.values() if cell.source))


@dataclass(frozen=True)
class Problem:
    """A photograph that could not be read, or a page that is missing or duplicated: its name and a sentence."""

    source: str
    message: str


def added_up(texts: Iterable[str]) -> Decimal | None:
    """Return what numbers add up to, nothing written counting as 0; None if a text is no number.

    >>> added_up(["1.5", "", "2"]), added_up(["?"])
    (Decimal('3.5'), None)
    """
    written = [text for text in texts if text]
    if not all(text.replace(".", "", 1).isdecimal() for text in written):
        return None
    return sum(map(Decimal, written), Decimal())


def wrong_sum(field: Field, cells: Mapping[str, Cell]) -> tuple[Decimal, Decimal] | None:
    """Return what the fields of a sum add up to, and the other number that is written; None if they are not known."""
    own = [cells[name] for name in (*field.sum_of, field.name) if name in cells and cells[name].rule != MISSING]
    if not field.sum_of or len(own) <= len(field.sum_of) or not own[-1].text:
        return None
    summed, written = added_up(cell.text for cell in own[:-1]), added_up([own[-1].text])
    return None if summed is None or written is None or summed == written else (summed, written)


class Skipped(Problem):
    """A blank page, such as the back of a sheet: said, but nothing that anybody has to do something about."""


@dataclass(frozen=True)
class Table:
    """All that was read."""

    title: str  # of the sheet
    fields: tuple[Field, ...]  # the columns
    rows: tuple[Row, ...]  # the rows in order
    problems: tuple[Problem, ...] = ()  # what is missing, with reasons
    versions: tuple[Version, ...] = ()  # those of the sheet

    @staticmethod
    def of(spec: Spec, rows: list[Row], problems: list[Problem]) -> Table:
        """Put rows read by a spec together."""
        return Table(spec.title, spec.fields, tuple(rows), tuple(problems), spec.versions)

    @staticmethod
    def from_dict(found: Mapping[str, Any]) -> Table:
        """Return the table that `as_dict` wrote; of the fields, what a table needs."""
        fields = [_field(column) for column in found["columns"]]
        rows = [
            Row(row["sheet"], row["row"] - 1, _cells(row["cells"]), row.get("version") or "") for row in found["rows"]
        ]
        versions = [
            Version.of(own["name"], fields, own["order"], {name: tuple(key) for name, key in own["keys"].items()})
            for own in found.get("versions", ())
        ]
        problems = [Problem(problem["source"], problem["message"]) for problem in found["problems"]]
        return Table(found["title"], tuple(fields), tuple(rows), tuple(problems), tuple(versions))

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the photographs that it is from, in order."""
        cells = (cell for row in self.rows for cell in row.cells.values())
        return tuple(dict.fromkeys(cell.source for cell in cells if cell.source))

    def fields_of(self, row: Row) -> tuple[Field, ...]:
        """Return the fields as a row's sheet has them: in the order and with the keys of its version."""
        return next((version.fields for version in self.versions if version.name == row.version), self.fields)

    def message_of(self, row: Row, name: str) -> str:
        """Return the doubt about a cell of a row, with both numbers where its sum is wrong; "" if there is none."""
        cell = row.cells[name]
        for column in self.fields if cell.rule == SUM else ():
            if name in (*column.sum_of, column.name) and (both := wrong_sum(column, row.cells)):
                return say("form.sum", name=column.label or column.name, summed=both[0], written=both[1])
        return cell.message

    @property
    def is_empty(self) -> bool:
        """Whether nothing was read: an empty table would block the next one."""
        return bool(self.problems) and not self.rows

    @property
    def is_amiss(self) -> bool:
        """Whether anything could not be read; skipped blank pages do not count."""
        return self.is_empty or any(not isinstance(problem, Skipped) for problem in self.problems)

    @property
    def doubtful(self) -> int:
        """How many cells a person should look at."""
        return sum(cell.doubtful for row in self.rows for cell in row.cells.values())

    def as_dict(self) -> dict[str, Any]:
        """Return the table as JSON values."""
        columns = [
            {key: getattr(field, key) for key in ("name", "label", "kind", "decimals", "total")}
            | {"printed": bool(field.column)}
            | ({"options": [*field.options], "choose": field.choose} if field.options else {})
            | {key: [*value] for key in ("among", "names", "sum_of") if (value := getattr(field, key))}
            | ({"points": field.points, "key": [*field.key], "tolerance": field.tolerance} if field.points else {})
            | {key: value for key in ("half_tolerance", "partial") if (value := getattr(field, key))}
            for field in self.fields
        ]
        rows = [
            {
                "sheet": row.sheet,
                "row": row.number + 1,
                "cells": {
                    name: own.as_dict() | {"message": self.message_of(row, name)} for name, own in row.cells.items()
                },
            }
            | ({"version": row.version} if row.version else {})
            for row in self.rows
        ]
        return {
            "format": FORMAT,
            "title": self.title,
            "columns": columns,
            "rows": rows,
            "doubtful": self.doubtful,
            "problems": [{"source": problem.source, "message": problem.message} for problem in self.problems],
        } | ({"versions": [version.as_dict() for version in self.versions]} if self.versions else {})


def _field(column: Mapping[str, Any]) -> Field:
    values = {name: column[name] for name in _OF_FIELD if name in column}
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return Field(**values, column=column["name"] if column["printed"] else "")


def _cells(found: Mapping[str, Any]) -> dict[str, Cell]:
    return {name: Cell.from_dict(cell) for name, cell in found.items()}


@dataclass(frozen=True)
class PageRead:
    """A page that was read."""

    source: str  # the name of the photograph
    code: Code  # what the page says of itself
    cells: Mapping[tuple[int, str], Cell]  # by row and field name; row -1 is for fields that stand once on the page
    reopened: bool = False  # whether it is from a table, in which copies have numbers of their own already
    # of a ruled table, the lines that cannot be seen, and the rows and columns that may be several
    unclear: tuple[Unclear, ...] = ()


Unclear = tuple[str, int]
"""Which of them, and the row or column, from 0; one more than the last is for the lower or right line."""


RuleOfText = Literal["", "required", "length", "date", "time", "number", "range", "check", "pattern", "among", "sum"]
RuleOfInk = Literal[
    "lines", "missing", "ink", "several", "trace", "filled", "struck", "circled", "print", "twice", "words"
]
"""The rules that a cell may break: of its text, and of its ink, its page and its column."""

_MAX_BYTES = 500_000_000  # bytes of a table
_MAX_NUMBER = 10**15  # more pixels, pages, rows or points than anything has
_COLUMNS, _ROWS = 1_000, 1_000_000  # a worksheet has 16,384 and 1,048,576
_MAX_TEXT_LENGTH = 10_000  # characters of a text; a cell of a worksheet has 32,767
_SHOWN = 80  # of a wrong value in an error


def _is_text(value: Any) -> bool:
    return type(value) is str and len(value) <= _MAX_TEXT_LENGTH


def _texts_up_to(max_count: int) -> Any:
    return that(
        lambda value: type(value) is list and len(value) <= max_count and all(map(_is_text, value)),
        "expected.texts",
        max=max_count,
    )


def _is_box(value: Any) -> bool:
    return (
        type(value) is list
        and len(value) == 4
        and all(type(side) in (int, float) and abs(side) <= _MAX_NUMBER for side in value)
    )


def _is_picture(value: Any) -> bool:
    try:
        return value is None or ((type(value) is str and bool(base64.b64decode(value, validate=True))) or value == "")
    except (binascii.Error, ValueError):
        return False


def _entries_up_to(max_count: int) -> Any:
    return that(lambda value: type(value) is not list or len(value) <= max_count, "expected.entries", max=max_count)


_Said = Annotated[str, that(_is_text, "expected.short_text", max=_MAX_TEXT_LENGTH)]
_SaidOrNone = Annotated[
    str | None, that(lambda value: value is None or _is_text(value), "expected.short_text", max=_MAX_TEXT_LENGTH)
]
_Amount = Annotated[
    float,
    that(lambda value: type(value) in (int, float) and 0 <= value <= _MAX_NUMBER, "expected.amount", max=_MAX_NUMBER),
]
_Picture = Annotated[str | None, that(_is_picture, "expected.base64")]
_Turns = Annotated[
    int | None, that(lambda value: value is None or (type(value) is int and 0 <= value < 4), "expected.turns")
]
_Number = Annotated[int, between(0, _MAX_NUMBER)]
_Key = Annotated[list[str], _texts_up_to(MAX_ANSWERS)]


class _Column(TypedDict):
    name: _Said
    label: _Said
    kind: Annotated[str, one_of(*get_args(FieldKind))]
    decimals: Annotated[int, between(0, MAX_BOXES)]
    total: Flag
    printed: Flag
    options: NotRequired[Annotated[list[str], _texts_up_to(MAX_OPTIONS)]]
    choose: NotRequired[Annotated[str, one_of(ONE, ANY)]]
    among: NotRequired[Annotated[list[str], _texts_up_to(MAX_ROWS)]]
    names: NotRequired[Annotated[list[str], _texts_up_to(MAX_ROWS)]]
    sum_of: NotRequired[Annotated[list[str], _texts_up_to(_COLUMNS)]]
    points: NotRequired[_Amount]
    key: NotRequired[_Key]
    tolerance: NotRequired[_Amount]
    half_tolerance: NotRequired[_Amount]
    partial: NotRequired[Flag]


_OF_FIELD = tuple(name for name in _Column.__annotations__ if name != "printed")


class _Change(TypedDict):
    before: _Said
    after: _Said
    at: _Said


class _Alternative(TypedDict):
    text: _Said
    probability: Fraction


class _Cell(TypedDict):
    text: _Said
    status: Annotated[str, one_of(*get_args(CellStatus))]
    confidence: Fraction
    rule: Annotated[str, one_of(*get_args(RuleOfText), *get_args(RuleOfInk))]
    alternatives: list[_Alternative]
    page: _Number
    box: Annotated[list[Any], that(_is_box, "expected.box")]
    source: Text
    picture: NotRequired[_Picture]
    digits: NotRequired[_Picture]
    changes: NotRequired[list[_Change]]
    turned: NotRequired[_Turns]


class _Row(TypedDict):
    sheet: _Number
    row: Annotated[int, between(1, _MAX_NUMBER)]
    cells: dict[str, _Cell]
    version: NotRequired[_SaidOrNone]


class _Problem(TypedDict):
    source: Text
    message: Text


class _Version(TypedDict):
    name: _Said
    order: Annotated[list[str], _texts_up_to(_COLUMNS)]
    keys: dict[str, _Key]


class _Table(TypedDict):
    title: _Said
    columns: Annotated[list[_Column], _entries_up_to(_COLUMNS)]
    rows: Annotated[list[_Row], _entries_up_to(_ROWS)]
    problems: list[_Problem]
    versions: NotRequired[list[_Version]]


_TABLE = Declared[dict[str, Any]](_Table)


def read_table(path: Path) -> Table:
    """Read the JSON of a table that `shuzi form read` or the page wrote."""
    content = read_bounded(path, _MAX_BYTES, "error.table.other")
    try:
        found = json.loads(content.decode("utf-8"))
        version = found["format"]
    except (TypeError, KeyError, ValueError, RecursionError) as problem:
        raise DataError("error.table.other", path=path) from problem
    if version != FORMAT:
        shown = visible(str(version)[:_SHOWN])
        raise DataError("error.table.format", path=path, found=shown, wanted=FORMAT)
    try:
        return Table.from_dict(_TABLE.read(found))
    except FieldError as problem:
        raise _error(problem, path) from problem


def _error(problem: FieldError, path: Path) -> DataError:
    where = visible(problem.field).encode("utf-8", "backslashreplace").decode()
    if problem.missing:
        return DataError("error.table.missing", path=path, where=where)
    shown = visible(repr(problem.value)[:_SHOWN])
    return DataError("error.table.value", path=path, where=where, wanted=problem.expected, found=shown)


def graded_in(table: Table, row: Row | None = None) -> tuple[Field, ...]:
    """Return the fields of a table that earn points, in its order; with the keys of a row's version."""
    own = {field.name: field for field in table.fields_of(row)} if row else {}
    return tuple(own.get(field.name, field) for field in table.fields if field.points)


def heads_of(table: Table, labelled: bool = False) -> list[str]:
    """Return the heads of the columns of points: of each field with a key, and of all; [] if nothing is graded.

    >>> table = Table("Exam", (Field("q1", boxes=2, points=3.0, key=("42",)), Field("q2", boxes=1, points=5.0)), ())
    >>> heads_of(table)
    ['q1, points', 'Points of 8']
    """
    graded = graded_in(table)
    if not graded:
        return []
    maximum = sum(field.points for field in graded)
    return [
        *(
            say("form.points_of", name=(field.label if labelled else "") or field.name)
            for field in graded
            if field.key
        ),
        say("form.points", max=f"{maximum:g}"),
    ]


def texts_of(table: Table, row: Row) -> list[str]:
    """Return what a row has in these columns; "" where nothing was written, or not all was photographed."""
    graded = graded_in(table, row)
    if not graded:
        return []
    cells = {} if is_empty(row) else row.cells
    earned = {field.name: earned_by(field, cells.get(field.name)) for field in graded}
    there = [points for points in earned.values() if points is not None]
    texts = {name: "" if points is None else f"{points:.10g}" for name, points in earned.items()}
    total = f"{sum(there):.10g}" if len(there) == len(earned) else ""
    return [*(texts[field.name] for field in graded if field.key), total]


def is_incomplete(table: Table, row: Row) -> bool:
    """Tell whether a page with points of a row was not photographed, so that nobody knows its total."""
    return any(earned_by(field, row.cells.get(field.name)) is None for field in graded_in(table, row))


def is_empty(row: Row) -> bool:
    """Tell whether nothing is written in a row, as in that of somebody who was absent."""
    return all(cell.status in (BLANK, PRINTED) for cell in row.cells.values())


def name_of(table: Table, row: Row) -> str:
    """Return whom a row is about, such as a number and a name; else which sheet and row it is."""
    return "  ".join(persons_of(table, row)) or say("form.print.row", sheet=row.sheet, row=row.number + 1)


def persons_of(table: Table, row: Row) -> list[str]:
    """Return whom a row is about: what is printed from the roster, or what was read and its name there.

    >>> field = Field("id", among=("007", "008"), names=("Ada", "Bo"))
    >>> persons_of(Table("Exam", (field,), ()), Row(1, 0, {"id": Cell("008", "ok", 1.0)}))
    ['008', 'Bo']
    """
    found: list[str] = []
    for column in table.fields:
        text = row.cells[column.name].text if column.name in row.cells else ""
        if column.column:
            found.append(text)
        elif column.names and text:
            found += [text, dict(zip(column.among, column.names, strict=False)).get(text, "")]
    return [text for text in found if text]


def earned_by(field: Field, cell: Cell | None) -> float | None:
    """Return the points of an answer; None if its page was not photographed."""
    if cell is None or cell.rule == MISSING:
        return None
    if not field.key and field.number_in(cell.text) is None:
        return 0.0  # as the sum of a spreadsheet, which passes over text
    return field.earned(cell.text)
