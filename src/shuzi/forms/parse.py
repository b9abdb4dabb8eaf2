"""A TOML file becomes a spec; each mistake is reported with its line and field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from shuzi.data.tables import check_size, read_bounded
from shuzi.forms.parsing.fields import FieldTable
from shuzi.forms.parsing.grammar import MOST_FIELDS, MOST_TRACED, SHEET, is_text
from shuzi.forms.parsing.sheet_versions import versions_of
from shuzi.forms.parsing.source import Source
from shuzi.forms.roster import LARGEST as LARGEST_ROSTER
from shuzi.forms.roster import roster_of
from shuzi.forms.spec import BOXES, PAPERS, Field, Spec
from shuzi.forms.toml import LARGEST, tables_of, text_of

_BESIDE = {"roster": (LARGEST_ROSTER, "error.roster.large"), "blank": (20_000_000, "error.spec.blank_large")}

Beside = Callable[[str, str], bytes]
"""Takes what a file is to a spec, "roster" or "blank", and its name; returns its bytes, or raises a DataError.

What returns bytes that were not read from a file calls `check_beside`.
"""


def read_spec(path: Path) -> Spec:
    r"""Read a spec; the paths of its roster and of its blank form start at the spec's folder.

    Raises
    ------
    DataError
        The file cannot be read, is not TOML, or has a mistake, which the error names with its line and field.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "scores.toml"
    >>> _ = path.write_text('title = "Scores"\nrows = 20\n[[fields]]\nname = "q1"\nboxes = 2\n', "utf-8")
    >>> read_spec(path).fields[0].boxes
    2
    """
    return spec_of(read_text(path), path, beside_file(path))


def spec_of(text: str, path: Path, beside: Beside) -> Spec:
    """Return the spec that a text describes; errors call it `path`, and are those of `read_spec`.

    Parameters
    ----------
    text
        In TOML.
    path
        Its file; it is not opened.
    beside
        Returns the roster or the blank form that the spec names.
    """
    sheet = tables_of(text, path)
    blank = beside("blank", sheet["blank"]) if is_text(sheet.get("blank")) else b""
    return spec_of_tables(sheet, Source(path, text), beside, blank)


def check_beside(what: str, name: str, content: bytes) -> None:
    """Raise a DataError if what a spec names, called `name`, is larger than a roster or a blank form may be."""
    most, too_large = _BESIDE[what]
    check_size(content, Path(name), most, too_large)


def beside_file(path: Path) -> Beside:
    """Return what reads the files that the spec at `path` names."""

    def read(what: str, name: str) -> bytes:
        most, too_large = _BESIDE[what]
        return read_bounded(path.parent / name, most, too_large)

    return read


def read_text(path: Path) -> str:
    """Return the text of a spec's file; raises DataError."""
    return text_of(read_bounded(path, LARGEST, "error.spec.large"), path)


def spec_of_tables(sheet: Mapping[str, Any], source: Source, beside: Beside, blank: bytes) -> Spec:
    """Return the spec that the tables of a file describe.

    Parameters
    ----------
    sheet
        What the file says, or more.
    source
        The file.
    beside
        Returns the roster that the sheet names.
    blank
        The blank form of a traced form, as a PNG; b"" for a sheet that is printed.

    Raises
    ------
    DataError
        There is a mistake, which the error names with its line and field.
    """
    source.check(SHEET, sheet)
    tables = _field_tables(sheet, source, blank)
    roster_path = source.path.parent / sheet.get("roster", "")
    roster = roster_of(beside("roster", sheet["roster"]), roster_path) if "roster" in sheet else ()
    # first each field alone, then all together
    fields: list[Field] = []
    for table in tables:
        table.check_name([field.name for field in fields])
        field = table.field(sheet.get("style", BOXES), roster, roster_path)
        fields.append(table.with_boxes(field) if blank else table.without_boxes(field))
    for table, field in zip(tables, fields, strict=True):
        table.check_sum(field, fields)
    _check_rows(sheet, source, fields)
    is_printed = any(field.column for field in fields)
    spec = Spec(
        sheet["title"].strip(),
        tuple(fields),
        sheet.get("language", language_of(sheet["title"])),
        sheet.get("paper", "A4"),
        sheet.get("landscape", False),
        len(roster) if is_printed else sheet.get("rows", 0),
        sheet.get("note", "").strip(),
        roster,
        roster_path if roster else None,
        blank,
        versions_of(sheet, source, fields),
    )
    for table, field in zip(tables, fields, strict=True):
        table.check_on_paper(field, spec.size)
    return spec


def _field_tables(sheet: Mapping[str, Any], source: Source, blank: bytes) -> list[FieldTable]:
    """Return the tables of the fields; raise a DataError if the sheet cannot have them, or lacks what it needs."""
    tables, most = sheet.get("fields", []), MOST_TRACED if blank else MOST_FIELDS
    if "title" not in sheet:
        raise source.wrong("error.spec.missing", 0, "title", sheet)
    if not 0 < len(tables) <= most or not all(isinstance(table, dict) for table in tables):
        raise source.wrong("error.spec.no_fields", 0, "fields", sheet, most=most)
    if not blank and sheet.get("paper", "A4") not in PAPERS:
        raise source.wrong("error.spec.paper", 0, "paper", sheet, names=", ".join(PAPERS))
    if blank:
        source.refuse("error.spec.not_traced", sheet, ("rows", "note"))
    return [FieldTable(source, position, table) for position, table in enumerate(tables, start=1)]


def _check_rows(sheet: Mapping[str, Any], source: Source, fields: list[Field]) -> None:
    """Raise a DataError if the sheet's rows, its roster and its fields do not fit together."""
    is_printed, has_rows = any(field.column for field in fields), "rows" in sheet
    uses_roster = is_printed or any("among_column" in table for table in sheet["fields"])
    if "roster" in sheet and not uses_roster:
        raise source.wrong("error.spec.unused_roster", 0, "roster", sheet)
    if is_printed and has_rows:
        raise source.wrong("error.spec.rows_and_roster", 0, "rows", sheet)
    if all(field.column for field in fields):
        raise source.wrong("error.spec.nothing_written", 0, "fields", sheet)
    if (is_printed or has_rows) and all(field.column or field.once for field in fields):
        raise source.wrong("error.spec.only_once", 0, "fields", sheet)


def language_of(title: str) -> str:
    """Tell the language of a title by its characters: the user's may be another one when the sheet is read.

    >>> language_of("Scores"), language_of("成绩")
    ('en', 'zh')
    """
    return "zh" if any("\u4e00" <= each <= "\u9fff" for each in title) else "en"
