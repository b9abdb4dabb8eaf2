"""A sheet: its fields, paper, roster and versions, as TOML describes it; a mistake is reported with its line."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from shuzi.data.tables import check_size, read_bounded, rows_of, trimmed
from shuzi.errors import DataError
from shuzi.forms.fields import Wrong
from shuzi.forms.grammar import (
    BOXES,
    MAX_FIELDS,
    MAX_ROWS,
    MAX_SPEC_BYTES,
    MAX_TRACED,
    MIN_BOX_SIZE,
    ONE,
    OPEN,
    PAPERS,
    SHEET,
    VERSION,
    Source,
    is_text,
    tables_of,
    text_of,
)
from shuzi.forms.kinds import IDENTIFIER, KINDS, NUMBER, Field
from shuzi.forms.notation import CHECKS, may_have
from shuzi.ink.boxes import Box
from shuzi.reading.automaton import compile_pattern

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


_BESIDE = {"roster": (MAX_ROSTER_BYTES, "error.roster.large"), "blank": (20_000_000, "error.spec.blank_large")}

Beside = Callable[[str, str], bytes]
"""Takes what a file is to a spec, "roster" or "blank", and its name; returns its bytes, or raises a DataError.

What returns bytes that were not read from a file calls `check_beside`.
"""


def read_spec(path: Path) -> Spec:
    """Read a spec; the paths of its roster and of its blank form start at the spec's folder."""
    return spec_of(read_text(path), path, beside_file(path))


def spec_of(text: str, path: Path, beside: Beside) -> Spec:
    """Return the spec that a text describes; errors call it `path`, and are those of `read_spec`."""
    sheet = tables_of(text, path)
    blank = beside("blank", sheet["blank"]) if is_text(sheet.get("blank")) else b""
    return spec_of_tables(sheet, Source(path, text), beside, blank)


def check_beside(what: str, name: str, content: bytes) -> None:
    """Raise a DataError if what a spec names, called `name`, is larger than a roster or a blank form may be."""
    max_bytes, too_large = _BESIDE[what]
    check_size(content, Path(name), max_bytes, too_large)


def beside_file(path: Path) -> Beside:
    """Return what reads the files that the spec at `path` names."""

    def read(what: str, name: str) -> bytes:
        max_bytes, too_large = _BESIDE[what]
        return read_bounded(path.parent / name, max_bytes, too_large)

    return read


def read_text(path: Path) -> str:
    """Return the text of a spec's file; raises DataError."""
    return text_of(read_bounded(path, MAX_SPEC_BYTES, "error.spec.large"), path)


def spec_of_tables(sheet: Mapping[str, Any], source: Source, beside: Beside, blank: bytes) -> Spec:
    """Return the spec that the tables of a file describe."""
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
    tables, max_tables = sheet.get("fields", []), MAX_TRACED if blank else MAX_FIELDS
    if "title" not in sheet:
        raise source.wrong("error.spec.missing", 0, "title", sheet)
    if not 0 < len(tables) <= max_tables or not all(isinstance(table, dict) for table in tables):
        raise source.wrong("error.spec.no_fields", 0, "fields", sheet, max=max_tables)
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
    return "zh" if any("\u4e00" <= character <= "\u9fff" for character in title) else "en"


_READ_APART = ("among_column", "name_column", "at", "key", "min", "max")
_RENAMED = {"length": "digits"}
_OF_PRINTED = ("name", "label", "kind", "column")
_KEYS = tuple(dict.fromkeys(key for own in KINDS.values() for key in own.declared.keys))


class FieldTable:
    """The table of a field."""

    def __init__(self, source: Source, position: int, table: dict[str, Any]) -> None:
        self._source, self._position, self._table = source, position, table
        kind = table.get("kind", NUMBER)
        self._kind = KINDS.get(kind if isinstance(kind, str) else "", KINDS[NUMBER])
        source.check_keys(_KEYS, table, position, "fields")
        for key in table:
            if key not in self._kind.declared.keys:
                others = ", ".join(other for other, own in KINDS.items() if key in own.declared.keys)
                raise self._wrong("error.spec.kind", key, kind=self._kind.kind, others=others)
        source.check(self._kind.declared, table, position)
        self._need("name")

    def _wrong(self, error: str, key: str, **values: Any) -> DataError:
        return self._source.wrong(error, self._position, key, self._table, **values)

    def _need(self, key: str) -> None:
        if key not in self._table:
            raise self._wrong("error.spec.missing", key)

    def _refuse(self, error: str, keys: Sequence[str], **values: Any) -> None:
        self._source.refuse(error, self._table, keys, self._position, **values)

    def check_name(self, names: Sequence[str]) -> None:
        """Raise a DataError if the name is that of another field, whose names are given."""
        name = self._table["name"]
        if name in names:
            raise self._wrong("error.spec.twice", "name", value=name)
        if same := next((other for other in names if other.split() == name.split()), None):
            raise self._wrong("error.spec.spaces", "name", value=same.strip())

    def field(self, style: str, roster: tuple[dict[str, str], ...], roster_path: Path) -> Field:
        """Return the field, without its boxes on a traced form."""
        table, own = self._table, self._kind
        if table.get("once"):
            self._refuse("error.spec.unique", ["unique"])
        values = {_RENAMED.get(key, key): table[key] for key in table if key not in _READ_APART}
        values["label"] = table.get("label", table["name"]).strip()
        values.setdefault("style", style)
        if own.is_tick:  # nothing is written in its boxes
            values["style"] = BOXES
        values |= {key: tuple(values[key]) for key in ("among", "sum_of", "weights") if key in values}
        if "column" in table:
            self._refuse("error.spec.printed", [key for key in table if key not in _OF_PRINTED])
            self._check_column("column", roster, roster_path, unique=own.kind == IDENTIFIER)
            return Field(**values)
        self._need(own.needs)
        if "options" in table:
            values["options"] = self._options()
        values["boxes"] = self._boxes()
        self._check_boxes(values["boxes"])
        values |= own.range_in(table, values["boxes"], self._wrong)
        if own.own_check:
            values["check"] = own.own_check
        self._check_weights(values)
        if "name_column" in table:
            self._need("among_column")
        if "among_column" in table:
            if "among" in table:
                raise self._wrong("error.spec.two_lists", "among_column")
            self._check_column("among_column", roster, roster_path, unique=True)
            values["among"] = tuple(row[table["among_column"]] for row in roster)
            values["names"] = ("",) * len(roster)
        if "name_column" in table:
            self._check_column("name_column", roster, roster_path, unique=False)
            values["names"] = tuple(row[table["name_column"]] for row in roster)
        field = Field(**values)
        if field.pattern:
            self._check_pattern(field)
        field = self._graded(field)
        for value in field.among:
            if (needed := len(field.in_boxes(value))) > field.boxes:
                raise self._wrong("error.spec.boxes_of_list", "boxes", value=value, needed=needed, boxes=field.boxes)
            if replace(field, among=(), required=True).broken(value) or not field.can_hold(value):
                raise self._wrong("error.spec.value_of_list", "among", value=value)
        return field

    def _options(self) -> tuple[str, ...]:
        """Return what stands beside boxes to tick; raise a DataError if two are alike."""
        options = tuple(option.strip() for option in self._table["options"])
        if twice := next((option for index, option in enumerate(options) if option in options[:index]), None):
            raise self._wrong("error.spec.option_twice", "options", value=twice)
        return options

    def _graded(self, field: Field) -> Field:
        """Return a field with its key, and with the points that it then has; raise a DataError if they do not fit."""
        table = self._table
        if "key" not in table:
            self._refuse("error.spec.no_key", ("tolerance", "half_tolerance", "partial"))
            if "points" in table and field.kind != NUMBER:
                raise self._wrong("error.spec.no_key", "points")
            # what is written is the points, so no more may be
            return field if field.maximum is not None or not field.points else replace(field, maximum=field.points)
        if field.choose == ONE:
            self._refuse("error.spec.only_any", ["partial"])
        if field.half_tolerance and field.half_tolerance <= field.tolerance:
            raise self._wrong("error.spec.half_tolerance", "half_tolerance")
        key = _answers(field, table["key"], "key", self._wrong)
        return replace(field, key=key, points=table.get("points", 1.0))

    def _boxes(self) -> int:
        """Return how many boxes the field has; raise a DataError if its kind has another number of them."""
        min_boxes, max_boxes = self._kind.boxes_in(self._table)
        boxes: int = self._table.get("boxes", max_boxes)
        if min_boxes <= boxes <= max_boxes:
            if min_boxes < max_boxes:
                self._need("boxes")
            return boxes
        kind = self._kind.kind
        if min_boxes == max_boxes:
            raise self._wrong("error.spec.fixed_boxes", "boxes", kind=kind, boxes=min_boxes)
        raise self._wrong("error.spec.kind_boxes", "boxes", kind=kind, min=min_boxes, max=max_boxes)

    def _check_boxes(self, boxes: int) -> None:
        """Raise a DataError if what is asked for never fits in the boxes."""
        table, decimals = self._table, self._table.get("decimals", 0)
        length = table.get("length", boxes)
        if decimals >= boxes:
            raise self._wrong("error.spec.decimals", "decimals", boxes=boxes)
        if length > boxes:
            raise self._wrong("error.spec.length", "length", boxes=boxes)
        if length < self._kind.box_range[0] or length <= decimals:
            raise self._wrong("error.spec.never", "length", boxes=boxes)
        if "check" in table and boxes < (min_boxes := CHECKS[table["check"]].lengths[0]):
            raise self._wrong("error.spec.check", "check", min=min_boxes)

    def _check_weights(self, values: dict[str, Any]) -> None:
        """Raise a DataError if there are weights of no modulus 11, or these or the length do not fit."""
        if values.get("check") != "mod11":
            self._refuse("error.spec.only_mod11", ("weights", "with_x"))
        if "weights" in values and len(values["weights"]) != values["boxes"]:
            raise self._wrong("error.spec.weights", "weights", boxes=values["boxes"])
        check, length = values.get("check"), values.get("digits")
        if check and length and not may_have(check, length, values.get("weights", ())):
            raise self._wrong("error.spec.check_length", "length", length=length)

    def _check_pattern(self, field: Field) -> None:
        """Raise a DataError if the pattern is none, or nothing that can be written in the field fits it."""
        try:
            automaton = compile_pattern(field.pattern)
        except DataError as problem:
            raise self._wrong("error.spec.pattern", "pattern", reason=problem) from problem
        min_length = field.digits or max(field.decimals + 1, field.box_range[0])
        lengths = range(min_length, (field.digits or field.boxes) + 1)
        if not any(
            automaton.may_hold(length - field.decimals, field.decimals)
            for length in lengths
            if not field.check or may_have(field.check, length, field.weights)
        ):
            raise self._wrong("error.spec.never", "pattern", boxes=field.boxes)

    def _check_column(self, key: str, roster: tuple[dict[str, str], ...], path: Path, unique: bool) -> None:
        if not roster:
            raise self._wrong("error.spec.no_roster", key)
        check_column(roster, path, self._table[key], unique)

    def check_sum(self, field: Field, fields: Sequence[Field]) -> None:
        """Raise a DataError if the field is the sum of anything but other numbers of the same row."""
        by_name = {other.name: other for other in fields}
        for index, name in enumerate(field.sum_of):
            part = by_name.get(name)
            usable = part and part is not field and not part.column and part.kind == NUMBER and not part.sum_of
            if not usable or part is None or part.once != field.once or name in field.sum_of[:index]:
                raise self._wrong("error.spec.sum", "sum_of", value=name)

    def without_boxes(self, field: Field) -> Field:
        """Return a field of a sheet that is printed; raise a DataError if the table says where it is."""
        self._refuse("error.spec.no_blank", ["at"])
        return field

    def with_boxes(self, field: Field) -> Field:
        """Return a field of a traced form with its boxes; raise a DataError if they do not fit it."""
        self._refuse("error.spec.not_traced", ("column", "once"))
        self._need("at")
        at = self._table["at"]
        boxes = tuple(Box(*map(float, box)) for box in (at if isinstance(at[0], list) else [at]))
        if field.style == OPEN and len(boxes) == 1:
            return replace(field, at=boxes)
        count = field.boxes
        if field.is_tick and len(boxes) != count:
            raise self._wrong("error.spec.option_places", "at", boxes=count)
        if len(boxes) == 1:
            x, y, wide, high = boxes[0]
            boxes = tuple(Box(x + index * wide / count, y, wide / count, high) for index in range(count))
        if field.style == OPEN or len(boxes) != count:
            raise self._wrong("error.spec.places", "at", boxes=1 if field.style == OPEN else count)
        if min(box.width for box in boxes) < MIN_BOX_SIZE:
            raise self._wrong("error.spec.narrow", "at", boxes=count, min=MIN_BOX_SIZE)
        return replace(field, at=boxes)

    def check_on_paper(self, field: Field, size: tuple[float, float]) -> None:
        """Raise a DataError if a box reaches beyond the paper, whose width and height are given in millimetres."""
        if any(box.right > size[0] + 1 or box.bottom > size[1] + 1 for box in field.at):
            raise self._wrong("error.spec.off_paper", "at", width=size[0], height=size[1])


def _answers(field: Field, given: Any, key: str, wrong: Wrong) -> tuple[str, ...]:
    """Return the right answers that a key gives a field; raise a DataError for one that no cell can have."""
    given = given if isinstance(given, list) else [given]
    answers = tuple(dict.fromkeys(field.as_written(answer) for answer in given))
    for answer in answers:
        if reason := field.reason_against(answer):
            raise wrong("error.spec.key_value", key, value=answer, reason=reason)
    return answers


def versions_of(sheet: Mapping[str, Any], source: Source, fields: Sequence[Field]) -> tuple[Version, ...]:
    """Return the versions that a sheet's tables describe; none if it has none."""
    if "versions" not in sheet:
        return ()
    if "rows" in sheet or "blank" in sheet or any(field.column for field in fields):
        raise source.wrong("error.spec.no_versions", 1, "versions", sheet["versions"][0], "versions")
    found: list[Version] = []
    for position, table in enumerate(sheet["versions"], start=1):
        source.check(VERSION, table, position, "versions")

        def wrong(error: str, key: str, position: int = position, table: Any = table, **values: Any) -> DataError:
            return source.wrong(error, position, key, table, "versions", **values)

        if "name" not in table:
            raise wrong("error.spec.missing", "name")
        name = table["name"].strip()
        # as a spreadsheet compares them
        if same := next((version.name for version in found if version.name.casefold() == name.casefold()), None):
            raise wrong("error.spec.version_twice", "name", value=same)
        by_name = {field.name: field for field in fields}
        order = table.get("order", [])
        for index, field_name in enumerate(order):
            if field_name not in by_name or field_name in order[:index]:
                raise wrong("error.spec.version_field", "order", value=field_name)
        keys = {}
        for field_name, key in table.get("keys", {}).items():
            if field_name not in by_name or not by_name[field_name].key:
                raise wrong("error.spec.version_key", f"keys.{field_name}", value=field_name)
            keys[field_name] = _answers(by_name[field_name], key, f"keys.{field_name}", wrong)
        found.append(Version.of(name, fields, order, keys))
    return tuple(found)
