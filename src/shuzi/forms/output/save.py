"""A table becomes the file that its ending names, in one step."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from shuzi.atomic import check_replaceable, replacing
from shuzi.errors import DataError, require, writing
from shuzi.forms.output.csv import as_csv
from shuzi.forms.output.xlsx import save_xlsx
from shuzi.forms.result import Table

ENDINGS = (".csv", ".xlsx", ".json")


def check_target(path: Path, endings: Sequence[str] = ENDINGS) -> None:
    """Refuse a file that could not be written, before there is anything to lose.

    Parameters
    ----------
    path
        The file.
    endings
        Those that have a format, in lower case.

    Raises
    ------
    DataError
        The ending is another, or the folder or the file cannot be written.
    MissingExtra
        It is .xlsx, and openpyxl is not installed.
    """
    if path.suffix.lower() not in endings:
        raise DataError("error.form.ending", path=path, endings=", ".join(endings))
    if path.suffix.lower() == ".xlsx":
        require("openpyxl", "forms", "extra.forms")
    with writing(path):
        check_replaceable(path)


def save_table(table: Table, path: Path) -> None:
    """Write a table as CSV, XLSX or JSON; the file is replaced only when it is whole.

    Raises
    ------
    DataError
        The ending is unknown, or the file cannot be written.
    MissingExtra
        It is .xlsx, and openpyxl is not installed.
    """
    check_target(path)
    with writing(path), replacing(path) as part:
        if path.suffix.lower() == ".xlsx":
            save_xlsx(table, part)
        elif path.suffix.lower() == ".csv":
            part.write_text(as_csv(table), encoding="utf-8", newline="")
        else:
            _write_json(table, part)


def _write_json(table: Table, part: Path) -> None:
    """Write JSON piece by piece: a stack makes tens of megabytes of it."""
    with part.open("w", encoding="utf-8") as file:
        for piece in json.JSONEncoder(ensure_ascii=False, indent=1).iterencode(table.as_dict()):
            file.write(piece.translate(_LONE))
        file.write("\n")


_LONE = {code: f"\\u{code:04x}" for code in range(0xD800, 0xE000)}  # of names that are not UTF-8
