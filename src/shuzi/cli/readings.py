"""A reading becomes a line: for people, as JSON, or as a row of a table, and many become a file."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from shuzi.atomic import replacing
from shuzi.cli.localized import columns
from shuzi.errors import DataError, ShuziError, require, writing
from shuzi.messages.visible import neutral, visible, visible_json
from shuzi.reading.report.columns import COLUMNS, LINE_COLUMNS, line_values_of, values_of
from shuzi.reading.report.result import Reading

PLAIN = r"-?\d+([.,]\d+)*|[^-][^=@]*|"  # a negative number is not a formula, but "-1-2" is
_MAX_NAME = 40  # columns for a name; a longer name pushes the rest to the right

ENDINGS = (".csv", ".xlsx", ".jsonl")
_MAX_ROWS = 1_048_575  # rows of an XLSX worksheet, below its head

Result = Reading | ShuziError


def as_json(name: str, result: Result) -> str:
    r"""Turn the result for a picture into a JSON object.

    >>> from shuzi.errors import PictureError
    >>> as_json("a.png", PictureError("error.picture.blank"))
    '{"source": "a.png", "error": "There is no ink in the picture, so there is no digit to read."}\n'
    """
    facts = {"source": name, "error": str(result)} if isinstance(result, ShuziError) else result.as_dict(name)
    return visible_json(json.dumps(facts, ensure_ascii=False)) + "\n"


def as_json_lines(name: str, result: Result) -> str:
    """Turn the result for a picture into a JSON object for each of its numbers.

    >>> as_json_lines("a.png", Reading("17", "ok", 0.99, (), ("reading.ok", {})))[:52]
    '{"source": "a.png", "line": 1, "text": "17", "digits'
    """
    if isinstance(result, ShuziError) or not result.lines:
        return as_json(name, result)
    lines = [{"source": name, "line": number} | line.as_dict() for number, line in enumerate(result.lines, start=1)]
    return "".join(visible_json(json.dumps(facts, ensure_ascii=False)) + "\n" for facts in lines)


def as_row(name: str, result: Result) -> str:
    r"""Turn the result for a picture into a row of CSV (RFC 4180) for a spreadsheet.

    Text that a spreadsheet would take for a formula gets an apostrophe in front, and characters that a terminal would
    act on are escaped. `as_json` keeps names as they are.

    >>> as_row("a, b.png", Reading("1\n2", "ok", 0.98765, (), ("reading.ok", {})))
    '"a, b.png","1\n2","ok","0.9877","Read.","1\n2","ok","0.9877"\r\n'
    >>> as_row("=HYPERLINK(1).png", Reading("1", "ok", 1.0, (), ("reading.ok", {})))
    '"\'=HYPERLINK(1).png","1","ok","1.0","Read.","1","ok","1.0"\r\n'
    >>> as_row("a.png", Reading("-1-2", "ok", 1.0, (), ("reading.ok", {})))
    '"a.png","\'-1-2","ok","1.0","Read.","12","ok","1.0"\r\n'
    """
    name = _cell(name)
    if isinstance(result, ShuziError):
        return _row(name, "", "error", "", _cell(str(result)), "", "error", "")
    return _row(name, _number(result.text), *values_of(result)[2:])


def as_rows(name: str, result: Result) -> str:
    r"""Turn the result for a picture into a row of CSV for each of its numbers, as `as_row` does.

    >>> as_rows("a.png", Reading("1\n2", "ok", 0.98765, (), ("reading.ok", {})))
    '"a.png","1","1","ok","0.9877","Read.","1","0","0","0","0"\r\n"a.png","2","2","ok","0.9877","Read.","2","0","0","0","0"\r\n'
    """
    rows = line_values_of(result)
    if isinstance(result, ShuziError):
        rows = [(*rows[0][:5], _cell(str(result)), *rows[0][6:])]
    return "".join(
        _row(_cell(name), *("" if value is None else value for value in (number, _number(text), *others)))
        for _, number, text, *others in rows
    )


def _number(text: str) -> str:
    """Keep a number from being taken for a formula; digits and marks cannot control a terminal."""
    return text if re.fullmatch(PLAIN, text) else f"'{text}"


def _cell(text: str) -> str:
    """Keep text from being taken for a formula; "-" alone, which means standard input, is harmless."""
    return text if text == "-" else neutral(text)


def _row(*cells: str | float) -> str:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerow(cells)  # some spreadsheets end a cell at ; too
    return text.getvalue()


HEAD, LINES_HEAD = _row(*COLUMNS), _row(*LINE_COLUMNS)
"""The header row of a table, and of one with a row for each number."""


def lines_for(names: list[str]) -> Callable[[str, Result], str]:
    r"""Return a function that puts readings into words: a single one as its number, several each after its name.

    >>> from dataclasses import replace
    >>> from shuzi.reading.report.result import Ignored
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
            if ending == ".jsonl":
                head, write = "", as_json_lines if by_line else as_json
            else:
                head, write = (LINES_HEAD, as_rows) if by_line else (HEAD, as_row)
                head = "\ufeff" + head
            lines = [write(name, result) for name, result in results]
            part.write_text(head + "".join(lines), encoding="utf-8", newline="")


def _save_xlsx(results: Sequence[tuple[str, Result]], path: Path, by_line: bool) -> None:
    library: Any = require("openpyxl", "forms", "extra.forms")
    if by_line:
        rows = [row for name, result in results for row in line_values_of(result, name)]
    else:
        rows = [values_of(result, name) for name, result in results]
    if len(rows) > _MAX_ROWS:
        raise DataError("error.read.many_rows", most=_MAX_ROWS)
    book = library.Workbook(write_only=True)
    sheet = book.create_sheet("shuzi")
    sheet.freeze_panes = "A2"
    sheet.append(LINE_COLUMNS if by_line else COLUMNS)
    for row in rows:
        cells = []
        for value in row:
            cell = library.cell.WriteOnlyCell(sheet, neutral(value) if isinstance(value, str) else value)
            if isinstance(value, str):
                cell.data_type, cell.number_format = "s", "@"
            cells.append(cell)
        sheet.append(cells)
    book.save(path)
