"""Readings become the rows of a table."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from shuzi.errors import ShuziError
from shuzi.reading.report.result import Reading

COLUMNS = ("source", "text", "status", "confidence", "message", "digits_text", "digits_status", "digits_confidence")
"""The columns of a table of readings; the status of a picture that could not be read is "error"."""

LINE_COLUMNS = (
    *("source", "line", "text", "status", "confidence", "message", "digits_text"),
    *("x", "y", "width", "height"),
)
"""The columns of a table with a row for each number: `line` counts from 1, the box is in pixels of the picture."""

_CONFIDENCES = ("confidence", "digits_confidence")
_WHOLE = ("line", "x", "y", "width", "height")
_DIGITS = 4  # of a probability


def values_of(reading: Reading | ShuziError, source: str = "") -> tuple[Any, ...]:
    """Return the values of a row, one for each of COLUMNS."""
    if isinstance(reading, ShuziError):
        return (source or str(reading.values.get("path", "")), "", "error", None, str(reading), "", "error", None)
    confidence, of_digits = round(reading.confidence, _DIGITS), round(reading.digits_confidence, _DIGITS)
    own = (reading.text, reading.status, confidence, reading.message)
    return (source or reading.source or "", *own, reading.digits_text, reading.digits_status, of_digits)


def line_values_of(reading: Reading | ShuziError, source: str = "") -> list[tuple[Any, ...]]:
    """Return the values of a row for each number of a reading, for LINE_COLUMNS; without a number, of one row."""
    if isinstance(reading, ShuziError) or not reading.lines:
        source, text, status, confidence, message, digits_text, *_ = values_of(reading, source)
        return [(source, None, text, status, confidence, message, digits_text, None, None, None, None)]
    source = source or reading.source or ""
    return [
        (
            *(source, number, line.text, line.status, round(line.confidence, _DIGITS), line.message),
            *(line.digits_text, *line.box),
        )
        for number, line in enumerate(reading.lines, start=1)
    ]


def to_dataframe(readings: Iterable[Reading | ShuziError], lines: bool = False) -> Any:
    """Return readings as a data frame of pandas or, where only that is installed, of Polars.

    Parameters
    ----------
    readings
        What `Reader.read_many` yields, errors included.
    lines
        Whether to give a row for each number instead of each picture.

    Returns
    -------
    A data frame with a row for each picture and the columns of COLUMNS: texts, and confidences as floats. Of numbers,
    the columns are those of LINE_COLUMNS.

    Raises
    ------
    ModuleNotFoundError
        Neither pandas nor Polars is installed.

    Examples
    --------
    >>> import shuzi
    >>> reading = Reading("17", "ok", 0.99, (), ("reading.ok", {}), source="a.png")
    >>> frame = shuzi.to_dataframe([reading])
    >>> frame["source"][0], frame["text"][0], float(frame["confidence"][0])
    ('a.png', '17', 0.99)
    """
    columns: tuple[str, ...] = LINE_COLUMNS if lines else COLUMNS
    rows = [row for reading in readings for row in (line_values_of(reading) if lines else [values_of(reading)])]
    numbers = {name: float for name in columns if name in _CONFIDENCES}
    if find_spec("pandas") is not None:
        frame: Any = import_module("pandas").DataFrame(rows, columns=list(columns))
        return frame.astype(numbers | {name: "Int64" for name in columns if name in _WHOLE})
    if find_spec("polars") is not None:
        types: dict[str, type] = (
            dict.fromkeys(columns, str) | numbers | {name: int for name in columns if name in _WHOLE}
        )
        return import_module("polars").DataFrame(rows, schema=types, orient="row")
    raise ModuleNotFoundError("shuzi.to_dataframe needs pandas or Polars: python -m pip install pandas")
