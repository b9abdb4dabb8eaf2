"""Readings are saved as a table: CSV for spreadsheets, XLSX, or JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shuzi.atomic import replacing
from shuzi.cli.readings import HEAD, Result, as_json, as_row
from shuzi.errors import DataError, require
from shuzi.forms.output.csv import neutral
from shuzi.reading.report.columns import COLUMNS, values_of

ENDINGS = (".csv", ".xlsx", ".jsonl")
_MOST_ROWS = 1_048_575  # of an XLSX worksheet, below its head


def check_ending(path: Path) -> str:
    """Return the ending of a file name, in lower case.

    Raises
    ------
    DataError
        No format has it.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise DataError("error.form.ending", path=path, endings=", ".join(ENDINGS))
    return ending


def save_readings(results: Sequence[tuple[str, Result]], path: Path) -> None:
    """Write the result for each picture; the file is replaced only when it is whole.

    Parameters
    ----------
    results
        The name of each picture, and its reading or its error.
    path
        Its ending decides: .csv with a byte order mark, so that spreadsheets see that it is UTF-8; .xlsx, in which
        texts stay texts, so that 007 keeps its zeros; .jsonl, one object a line.

    Raises
    ------
    DataError
        The ending is unknown, or the file cannot be written.
    MissingExtra
        It is .xlsx, and openpyxl is not installed.
    """
    ending = check_ending(path)
    try:
        with replacing(path) as part:
            if ending == ".xlsx":
                _save_xlsx(results, part)
            else:
                lines = [
                    as_json(name, result) if ending == ".jsonl" else as_row(name, result) for name, result in results
                ]
                head = "\ufeff" + HEAD if ending == ".csv" else ""
                part.write_text(head + "".join(lines), encoding="utf-8", newline="")
    except OSError as problem:
        raise DataError("error.data.unwritable", path=path, reason=problem.strerror or problem) from problem


def _save_xlsx(results: Sequence[tuple[str, Result]], path: Path) -> None:
    library: Any = require("openpyxl", "forms", "extra.forms")
    if len(results) > _MOST_ROWS:
        raise DataError("error.read.many_rows", most=_MOST_ROWS)
    book = library.Workbook(write_only=True)
    sheet = book.create_sheet("shuzi")
    sheet.freeze_panes = "A2"
    sheet.append(COLUMNS)
    for name, result in results:
        cells = []
        for value in values_of(result, name):
            cell = library.cell.WriteOnlyCell(sheet, neutral(value) if isinstance(value, str) else value)
            if isinstance(value, str):
                cell.data_type, cell.number_format = "s", "@"
            cells.append(cell)
        sheet.append(cells)
    book.save(path)
