"""The JSON of a table, which anybody may have changed, becomes the table again once each value is what it must be."""

from __future__ import annotations

import base64
import binascii
import json
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired, get_args

from typing_extensions import TypedDict

from shuzi.data.tables import read_bounded
from shuzi.declared import Declared, FieldError, Flag, Fraction, Text, between, one_of, that
from shuzi.errors import DataError
from shuzi.forms.parsing.grammar import MOST_ANSWERS, MOST_BOXES, MOST_OPTIONS
from shuzi.forms.result import FORMAT, CellStatus, Table
from shuzi.forms.roster import MOST_ROWS
from shuzi.forms.spec import ANY, ONE, FieldKind
from shuzi.messages.visible import visible

RuleOfText = Literal["", "required", "length", "date", "time", "number", "range", "check", "pattern", "among", "sum"]
RuleOfInk = Literal["lines", "missing", "ink", "several", "trace", "filled", "struck", "twice", "words"]
"""The rules that a cell may break: of its text, and of its ink, its page and its column."""

_LARGEST = 500_000_000  # bytes of a table
_MOST = 10**15  # more pixels, pages, rows or points than anything has
_COLUMNS, _ROWS = 1_000, 1_000_000  # a worksheet has 16,384 and 1,048,576
_LONGEST = 10_000  # characters of a text; a cell of a worksheet has 32,767
_SHOWN = 80  # of a wrong value in an error


def _is_text(value: Any) -> bool:
    return type(value) is str and len(value) <= _LONGEST


def _texts_up_to(most: int) -> Any:
    return that(
        lambda value: type(value) is list and len(value) <= most and all(map(_is_text, value)),
        "expected.texts",
        most=most,
    )


def _is_amount(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value <= _MOST


def _is_box(value: Any) -> bool:
    return (
        type(value) is list
        and len(value) == 4
        and all(type(side) in (int, float) and abs(side) <= _MOST for side in value)
    )


def _is_turns(value: Any) -> bool:
    return type(value) is int and 0 <= value < 4


def _is_picture(value: Any) -> bool:
    try:
        return value is None or ((type(value) is str and bool(base64.b64decode(value, validate=True))) or value == "")
    except (binascii.Error, ValueError):
        return False


def _entries_up_to(most: int) -> Any:
    return that(lambda value: type(value) is not list or len(value) <= most, "expected.entries", most=most)


_Said = Annotated[str, that(_is_text, "expected.short_text", most=_LONGEST)]
_SaidOrNone = Annotated[
    str | None, that(lambda value: value is None or _is_text(value), "expected.short_text", most=_LONGEST)
]
_Amount = Annotated[float, that(_is_amount, "expected.amount", most=_MOST)]
_Picture = Annotated[str | None, that(_is_picture, "expected.base64")]
_Turns = Annotated[int | None, that(lambda value: value is None or _is_turns(value), "expected.turns")]
_Number = Annotated[int, between(0, _MOST)]
_Key = Annotated[list[str], _texts_up_to(MOST_ANSWERS)]


class _Column(TypedDict):
    name: _Said
    label: _Said
    kind: Annotated[str, one_of(*get_args(FieldKind))]
    decimals: Annotated[int, between(0, MOST_BOXES)]
    total: Flag
    printed: Flag
    options: NotRequired[Annotated[list[str], _texts_up_to(MOST_OPTIONS)]]
    choose: NotRequired[Annotated[str, one_of(ONE, ANY)]]
    among: NotRequired[Annotated[list[str], _texts_up_to(MOST_ROWS)]]
    names: NotRequired[Annotated[list[str], _texts_up_to(MOST_ROWS)]]
    points: NotRequired[_Amount]
    key: NotRequired[_Key]
    tolerance: NotRequired[_Amount]
    half_tolerance: NotRequired[_Amount]
    partial: NotRequired[Flag]


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
    row: Annotated[int, between(1, _MOST)]
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
    """Read the JSON of a table that `shuzi form read` or the page wrote.

    Raises
    ------
    DataError
        The file is missing, is no such table, is of another version of shuzi, or has a value that no table has, which
        the error names.
    """
    content = read_bounded(path, _LARGEST, "error.table.other")
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
