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

_CONFIDENCES = ("confidence", "digits_confidence")
_DIGITS = 4  # of a probability


def values_of(reading: Reading | ShuziError, source: str = "") -> tuple[Any, ...]:
    """Return the values of a row, one for each of COLUMNS.

    Parameters
    ----------
    reading
        A reading, or why the picture could not be read; then the confidences are None.
    source
        The picture's name, where the reading does not know it.

    Examples
    --------
    >>> values_of(Reading("1.5", "unsure", 0.81, (), ("reading.ok", {}), digits_confidence=0.97, digits_status="ok"))
    ('', '1.5', 'unsure', 0.81, 'Read.', '15', 'ok', 0.97)
    """
    if isinstance(reading, ShuziError):
        return (source or str(reading.values.get("path", "")), "", "error", None, str(reading), "", "error", None)
    confidence, of_digits = round(reading.confidence, _DIGITS), round(reading.digits_confidence, _DIGITS)
    own = (reading.text, reading.status, confidence, reading.message)
    return (source or reading.source or "", *own, reading.digits_text, reading.digits_status, of_digits)


def to_dataframe(readings: Iterable[Reading | ShuziError]) -> Any:
    """Return readings as a data frame of pandas or, where only that is installed, of Polars.

    Parameters
    ----------
    readings
        What `Reader.read_many` yields, errors included.

    Returns
    -------
    A data frame with a row for each picture and the columns of COLUMNS: texts, and confidences as floats.

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
    rows = [values_of(reading) for reading in readings]
    if find_spec("pandas") is not None:
        frame: Any = import_module("pandas").DataFrame(rows, columns=list(COLUMNS))
        return frame.astype(dict.fromkeys(_CONFIDENCES, float))
    if find_spec("polars") is not None:
        types = dict.fromkeys(COLUMNS, str) | dict.fromkeys(_CONFIDENCES, float)
        return import_module("polars").DataFrame(rows, schema=types, orient="row")
    raise ModuleNotFoundError("shuzi.to_dataframe needs pandas or Polars: python -m pip install pandas")
