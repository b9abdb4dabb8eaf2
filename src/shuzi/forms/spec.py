"""A sheet: its title, its fields, its paper, its roster, which a CSV file lists, and its versions."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from shuzi.data.tables import rows_of, trimmed
from shuzi.errors import DataError
from shuzi.forms.grammar import MAX_ROWS, PAPERS
from shuzi.forms.kinds import Field

_PRINTED_OF_SHEET = ("title", "language", "paper", "landscape", "rows", "note")
_PRINTED_OF_FIELD = ("name", "label", "kind", "boxes", "decimals", "style", "column", "once")
_LATER = {"options": (), "order": "ymd", "country": ""}


@dataclass(frozen=True)
class Spec:
    """A sheet."""

    title: str  # printed at its head
    fields: tuple[Field, ...]  # its fields in order
    language: str = "en"  # of the words that shuzi prints: "zh" or "en"
    paper: str = "A4"  # a key of `PAPERS`, or the width and height of a traced form in millimetres, such as "105x148"
    landscape: bool = False  # whether the longer side is horizontal
    rows: int = 0  # rows of the table; 0 for a sheet of one record, with its fields below one another
    note: str = ""  # a sentence printed below the title
    # the rows of the roster: column names and what they hold
    roster: tuple[dict[str, str], ...] = field(default=(), hash=False)
    roster_path: Path | None = None  # its file, which no result may replace
    # the picture of a traced form, flat and upright, with `SCALE` pixels to a millimetre, as a PNG; b"" if the sheet
    # is printed from the spec
    blank: bytes = field(default=b"", repr=False)
    versions: tuple[Version, ...] = ()  # its versions; none if all sheets are alike
    version: str = ""  # which of them this is, as `sheets_of` returns it

    @property
    def written(self) -> tuple[Field, ...]:
        """The fields that people fill in."""
        return tuple(field for field in self.fields if not field.column)

    @property
    def printed(self) -> tuple[Field, ...]:
        """The fields that are printed from the roster."""
        return tuple(field for field in self.fields if field.column)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the paper in millimetres."""
        width, height = PAPERS.get(self.paper) or map(float, self.paper.split("x"))
        return (height, width) if self.landscape else (width, height)

    @property
    def id(self) -> str:
        """Ten hexadecimal digits that change with what is printed; rules may change after printing."""
        # sheets without what came later keep their id
        printed = {name: getattr(self, name) for name in _PRINTED_OF_SHEET}
        printed |= {"version": self.version} if self.version else {}
        fields = [
            {name: getattr(field, name) for name in _PRINTED_OF_FIELD}
            | {name: getattr(field, name) for name, unset in _LATER.items() if getattr(field, name) != unset}
            for field in self.fields
        ]
        names = [[row[field.column] for field in self.printed] for row in self.roster] if self.printed else []
        traced = [hashlib.sha256(self.blank).hexdigest(), [field.at for field in self.fields]] if self.blank else []
        content = json.dumps([printed, fields, names, *traced], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:10].upper()

    def field_named(self, name: str) -> Field:
        """Return a field by its name, which must be there."""
        return next(field for field in self.fields if field.name == name)


@dataclass(frozen=True)
class Version:
    """A version of a sheet: its name, and the fields in its order with its keys."""

    name: str
    fields: tuple[Field, ...]

    @staticmethod
    def of(name: str, fields: Sequence[Field], order: Iterable[str], keys: Mapping[str, tuple[str, ...]]) -> Version:
        """Return a version of some fields."""
        # a table that somebody wrote may have keys of ungraded fields, or two fields of one name
        own = {field.name: replace(field, key=field.key and keys.get(field.name, field.key)) for field in fields}
        moved = [field_name for field_name in dict.fromkeys(order) if field_name in own]
        places = iter(moved)
        return Version(
            name, tuple(own[next(places, field.name) if field.name in moved else field.name] for field in fields)
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "name": self.name,
            "order": [field.name for field in self.fields],
            "keys": {field.name: [*field.key] for field in self.fields if field.key},
        }


def sheets_of(spec: Spec) -> tuple[Spec, ...]:
    """Return a spec for each version of a sheet, with an id of its own; the spec itself if it has no versions."""
    if not spec.versions:
        return (spec,)
    return tuple(replace(spec, fields=version.fields, version=version.name, versions=()) for version in spec.versions)


MAX_COLUMNS = 200
"""Columns that a roster may have."""

MAX_ROSTER_BYTES = 10_000_000
"""Bytes that a roster may have."""


def roster_of(content: bytes, path: Path) -> tuple[dict[str, str], ...]:
    r"""Return the rows of a roster: the first row names the columns, which commas, semicolons or tabs separate.

    >>> roster_of(b"number;name\n007;Ada\n", Path("class.csv"))
    ({'number': '007', 'name': 'Ada'},)
    """
    numbered = rows_of(content, path, MAX_ROWS + 2)
    lines, rows = [line for line, _ in numbered], [trimmed(row) for _, row in numbered]
    if len(rows) < 2:
        raise DataError("error.roster.empty", path=path)
    if len(rows) > MAX_ROWS + 1:
        raise DataError("error.roster.many", path=path, max=MAX_ROWS)
    names = [name.strip() for name in rows[0]]
    if len(names) > MAX_COLUMNS:
        raise DataError("error.roster.wide", path=path, max=MAX_COLUMNS)
    if twice := _twice(names):
        raise DataError("error.roster.columns", path=path, names=", ".join(twice))
    for line, row in zip(lines, rows, strict=True):
        if len(row) > len(names):
            raise DataError("error.roster.row", path=path, line=line, found=len(row), wanted=len(names))
    return tuple(
        {name: cell.strip() for name, cell in zip(names, [*row, *[""] * len(names)], strict=False)}
        for row in rows[1:]
    )


def check_column(roster: Iterable[dict[str, str]], path: Path, column: str, unique: bool) -> None:
    """Check a column that is used."""
    rows = [*roster]
    if column not in rows[0]:
        raise DataError("error.roster.no_column", path=path, column=column, columns=", ".join(rows[0]))
    if not unique:
        return
    values = [row[column] for row in rows]
    if "" in values:
        raise DataError("error.roster.no_value", path=path, column=column, line=values.index("") + 2)
    if twice := _twice(values):
        raise DataError("error.roster.twice", path=path, column=column, values=", ".join(twice[:5]))


def _twice(values: list[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]
