"""Readings and tables become what an assistant is told: few words, and doubt said as doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from shuzi.errors import ShuziError
from shuzi.forms.result import Cell, Table
from shuzi.reading.report.result import OK, Reading

ERROR = "error"

_MOST_ALTERNATIVES = 5


@dataclass(frozen=True)
class Alternative:
    """Another text that may be written there, and its probability."""

    text: str
    probability: float


@dataclass(frozen=True)
class Number:
    """The text of one picture.

    `status` is "ok" (rely on it), "unsure" (show the picture to a person), "not-a-digit", "blank", or "error".
    """

    source: str
    text: str
    digits: str
    status: str
    confidence: float
    message: str
    alternatives: list[Alternative] = field(default_factory=list)


@dataclass(frozen=True)
class TableCell:
    """The text of one cell; `status` is "ok", "unsure", "blank" or "printed"."""

    text: str
    status: str
    confidence: float
    message: str = ""
    alternatives: list[Alternative] = field(default_factory=list)


@dataclass(frozen=True)
class TableRow:
    """One row: the photographs it is from, and its cells by the name of their column."""

    source: str
    cells: dict[str, TableCell]


@dataclass(frozen=True)
class Problem:
    """A photograph that could not be read, or one that is missing, and why."""

    source: str
    message: str


@dataclass(frozen=True)
class Answer:
    """A table: its columns, its rows, how many cells a person should look at, and what could not be read."""

    title: str
    columns: list[str]
    rows: list[TableRow]
    doubtful: int
    problems: list[Problem]


def number_of(name: str, reading: Reading | ShuziError) -> Number:
    """Return what is told about one picture."""
    if isinstance(reading, ShuziError):
        return Number(_plain(name), text="", digits="", status=ERROR, confidence=0.0, message=_plain(str(reading)))
    return Number(
        source=_plain(name),
        text=reading.text,
        digits=reading.digits_text,
        status=reading.status,
        confidence=round(reading.confidence, 4),
        message=reading.message,
        alternatives=[] if reading.status == OK else _alternatives(reading.alternatives),
    )


def answer_of(table: Table) -> Answer:
    """Return what is told about a table."""
    return Answer(
        title=table.title,
        columns=[column.name for column in table.fields],
        rows=[
            TableRow(source=_plain(row.sources), cells={name: _cell(cell) for name, cell in row.cells.items()})
            for row in table.rows
        ],
        doubtful=table.doubtful,
        problems=[
            Problem(source=_plain(problem.source), message=_plain(problem.message)) for problem in table.problems
        ],
    )


def _cell(cell: Cell) -> TableCell:
    return TableCell(
        text=cell.text,
        status=cell.status,
        confidence=round(cell.confidence, 4),
        message=cell.message,
        alternatives=_alternatives(cell.alternatives) if cell.message else [],
    )


def _plain(text: str) -> str:
    """Return a text that can be sent: names of files may hold bytes that are no UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode()


def _alternatives(texts: Sequence[tuple[str, float]]) -> list[Alternative]:
    return [
        Alternative(text=text, probability=round(probability, 4)) for text, probability in texts[:_MOST_ALTERNATIVES]
    ]
