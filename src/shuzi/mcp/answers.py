"""Turn readings and tables into answers for an assistant: short, and with every doubt stated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from shuzi.errors import ShuziError
from shuzi.forms.result import Cell, Problem, Table
from shuzi.reading.report.result import OK, Reading
from shuzi.reading.report.result import NumberLine as Line

ERROR = "error"

_MOST_ALTERNATIVES = 5


@dataclass(frozen=True)
class Alternative:
    """Another possible text, and its probability."""

    text: str
    probability: float


@dataclass(frozen=True)
class NumberLine:
    """One of several numbers in a picture."""

    text: str
    digits: str
    status: str
    confidence: float
    message: str


@dataclass(frozen=True)
class Number:
    """The text of one picture; of several numbers, `lines` has each of them in reading order.

    `status` is "ok" (rely on it), "unsure" (show the picture to a person), "not-a-digit", "blank", or "error".
    """

    source: str
    text: str
    digits: str
    status: str
    confidence: float
    message: str
    alternatives: list[Alternative] = field(default_factory=list)
    lines: list[NumberLine] = field(default_factory=list)


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
    """One row: its photographs, and its cells by column name."""

    source: str
    cells: dict[str, TableCell]


@dataclass(frozen=True)
class Answer:
    """A table: its columns and rows, the number of cells for a person to check, and the problems."""

    title: str
    columns: list[str]
    rows: list[TableRow]
    doubtful: int
    problems: list[Problem]


def number_of(name: str, reading: Reading | ShuziError) -> Number:
    """Return the answer about one picture."""
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
        lines=[_line(line) for line in reading.lines] if len(reading.lines) > 1 else [],
    )


def _line(line: Line) -> NumberLine:
    return NumberLine(
        text=line.text,
        digits=line.digits_text,
        status=line.status,
        confidence=round(line.confidence, 4),
        message=line.message,
    )


def answer_of(table: Table) -> Answer:
    """Return the answer about a table."""
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
    """Return a text that can be sent: file names may hold bytes that are not UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode()


def _alternatives(texts: Sequence[tuple[str, float]]) -> list[Alternative]:
    return [
        Alternative(text=text, probability=round(probability, 4)) for text, probability in texts[:_MOST_ALTERNATIVES]
    ]
