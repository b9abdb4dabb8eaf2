"""A TOML file becomes a spec; each mistake is reported with its line and field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from shuzi.errors import DataError, ShuziError
from shuzi.forms.bounded import check_size, read_bounded
from shuzi.forms.check_digits import CHECKS, SHORTEST
from shuzi.forms.roster import LARGEST as LARGEST_ROSTER
from shuzi.forms.roster import MOST_ROWS, check_column, roster_of
from shuzi.forms.spec import BOXES, COMB, DATE, IDENTIFIER, NUMBER, OPEN, PAPERS, Field, Spec
from shuzi.forms.toml import LARGEST, tables_of, text_of
from shuzi.ink.boxes import Box
from shuzi.messages import LANGUAGES

MOST_FIELDS, MOST_TRACED, MOST_BOXES, MOST_DECIMALS = 60, 200, 24, 6
"""Fields of a sheet that is printed from its spec, of a traced form, boxes of a field, and those after a point."""

_BESIDE = {"roster": (LARGEST_ROSTER, "error.roster.large"), "blank": (20_000_000, "error.spec.blank_large")}
_SMALLEST_BOX = 2.0  # millimetres
LONGEST = 200
"""Characters of a title, a label or a value."""

SIDES = 70, 600
"""The shortest and longest side of a traced form's paper in millimetres."""

Wanted = tuple[Callable[[Any], bool], ShuziError]
Beside = Callable[[str, str], bytes]
"""Takes what a file is to a spec, "roster" or "blank", and its name; returns its bytes, or raises a DataError.

What returns bytes that were not read from a file calls `check_beside`.
"""


def is_text(value: Any) -> bool:
    """Tell whether a value is a text for a title, a label or a value: of one line, and neither empty nor too long."""
    return isinstance(value, str) and 0 < len(value.strip()) <= LONGEST and value.isprintable()


def _one_of(*names: str) -> Wanted:
    return lambda value: value in names, ShuziError("spec.one_of", names=", ".join(names))


def _whole(least: int, most: int) -> Wanted:
    def fits(value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most

    return fits, ShuziError("spec.whole", least=least, most=most)


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and 0 < len(value) <= MOST_ROWS and all(map(is_text, value))


def is_paper(value: Any) -> bool:
    """Tell whether a value names a paper: "A4", "Letter", or width and height in millimetres, such as "105x148"."""
    found = re.fullmatch(r"(\d{2,3}(?:\.\d)?)x(\d{2,3}(?:\.\d)?)", value) if isinstance(value, str) else None
    return value in [*PAPERS] or bool(found and all(SIDES[0] <= float(each) <= SIDES[1] for each in found.groups()))


def _is_place(value: Any) -> bool:
    boxes = value if isinstance(value, list) and value and all(isinstance(each, list) for each in value) else [value]
    return len(boxes) <= MOST_BOXES and all(
        isinstance(each, list)
        and len(each) == 4
        and all(map(_is_number, each))
        and min(each[:2]) >= 0
        and min(each[2:]) >= _SMALLEST_BOX
        for each in boxes
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e18


_TEXT: Wanted = is_text, ShuziError("spec.text", most=LONGEST)
_FLAG: Wanted = lambda value: isinstance(value, bool), ShuziError("spec.flag")
_NUMBER: Wanted = _is_number, ShuziError("spec.number")
_LIST: Wanted = _is_list, ShuziError("spec.list")

_SHEET: Mapping[str, Wanted] = {
    "title": _TEXT,
    "note": _TEXT,
    "language": _one_of(*LANGUAGES),
    "paper": (is_paper, ShuziError("spec.paper", names=", ".join(PAPERS), least=SIDES[0], most=SIDES[1])),
    "landscape": _FLAG,
    "rows": _whole(1, MOST_ROWS),
    "style": _one_of(BOXES, COMB, OPEN),
    "roster": _TEXT,
    "blank": _TEXT,
    "fields": (lambda value: isinstance(value, list), ShuziError("spec.fields")),
}
_FIELD: Mapping[str, Wanted] = {
    "name": _TEXT,
    "label": _TEXT,
    "kind": _one_of(NUMBER, IDENTIFIER, DATE),
    "boxes": _whole(1, MOST_BOXES),
    "decimals": _whole(1, MOST_DECIMALS),
    "style": _one_of(BOXES, COMB, OPEN),
    "column": _TEXT,
    "once": _FLAG,
    "required": _FLAG,
    "length": _whole(1, MOST_BOXES),
    "min": _NUMBER,
    "max": _NUMBER,
    "check": _one_of(*CHECKS),
    "among": _LIST,
    "among_column": _TEXT,
    "sum_of": _LIST,
    "total": _FLAG,
    "at": (_is_place, ShuziError("spec.place", least=_SMALLEST_BOX)),
}
_RENAMED = {"length": "digits", "min": "least", "max": "most"}


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
    given = tables_of(text, path)
    return Source(path, text, beside).spec(
        given, beside("blank", given["blank"]) if is_text(given.get("blank")) else b""
    )


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


class Source:
    """A file that a spec is read from; knows on which line a key stands.

    Parameters
    ----------
    path
        What errors call it.
    text
        What is in it.
    beside
        Returns the roster that the spec names.
    """

    def __init__(self, path: Path, text: str, beside: Beside) -> None:
        self._path, self._beside = path, beside
        self._lines = text.splitlines()

    def spec(self, given: Mapping[str, Any], blank: bytes) -> Spec:
        """Return the spec that the tables of the file describe; raises DataError."""
        self._check(given, _SHEET, 0)
        tables, most = given.get("fields", []), MOST_TRACED if blank else MOST_FIELDS
        if "title" not in given:
            raise self._wrong("error.spec.missing", 0, "title")
        if not 0 < len(tables) <= most or not all(isinstance(each, dict) for each in tables):
            raise self._wrong("error.spec.no_fields", 0, "fields", most=most)
        if not blank and given.get("paper", "A4") not in PAPERS:
            raise self._wrong("error.spec.paper", 0, "paper", names=", ".join(PAPERS))
        if blank:
            self.refuse("error.spec.not_traced", given, ("rows", "note"))
        roster_path = self._path.parent / given.get("roster", "")
        roster = roster_of(self._beside("roster", given["roster"]), roster_path) if "roster" in given else ()
        fields: list[Field] = []
        for number, table in enumerate(tables, start=1):
            self.check_field(table, number)
            if "name" not in table:
                raise self._wrong("error.spec.missing", number, "name")
            self._check_name(number, table["name"], [each.name for each in fields])
            made = self._field(number, table, given.get("style", BOXES), roster, roster_path)
            fields.append(self._placed(number, table, made, bool(blank)))
        for number, each in enumerate(fields, start=1):
            self._check_sum(number, each, fields)
        if roster and not any(key in table for table in tables for key in ("column", "among_column")):
            raise self._wrong("error.spec.unused_roster", 0, "roster")
        printed = any(each.column for each in fields)
        if printed and "rows" in given:
            raise self._wrong("error.spec.rows_and_roster", 0, "rows")
        if not any(not each.column for each in fields):
            raise self._wrong("error.spec.nothing_written", 0, "fields")
        if (printed or "rows" in given) and all(each.column or each.once for each in fields):
            raise self._wrong("error.spec.only_once", 0, "fields")
        spec = Spec(
            given["title"].strip(),
            tuple(fields),
            given.get("language", language_of(given["title"])),
            given.get("paper", "A4"),
            given.get("landscape", False),
            len(roster) if printed else given.get("rows", 0),
            given.get("note", "").strip(),
            roster,
            roster_path if roster else None,
            blank,
        )
        wide, high = spec.size
        for number, each in enumerate(fields, start=1):
            if any(box.right > wide + 1 or box.bottom > high + 1 for box in each.at):
                raise self._wrong("error.spec.off_paper", number, "at", width=wide, height=high)
        return spec

    def _check_name(self, number: int, name: str, others: Sequence[str]) -> None:
        if name in others:
            raise self._wrong("error.spec.twice", number, "name", value=name)
        if same := next((each for each in others if each.split() == name.split()), None):
            raise self._wrong("error.spec.spaces", number, "name", value=same.strip())

    def _placed(self, number: int, table: dict[str, Any], made: Field, traced: bool) -> Field:
        """Add where a field of a traced form is."""
        if not traced:
            if "at" in table:
                raise self._wrong("error.spec.no_blank", number, "at")
            return made
        if unfit := [key for key in ("column", "once") if key in table]:
            raise self._wrong("error.spec.not_traced", number, unfit[0])
        if "at" not in table:
            raise self._wrong("error.spec.missing", number, "at")
        at = table["at"]
        boxes = tuple(Box(*map(float, each)) for each in (at if isinstance(at[0], list) else [at]))
        if made.style == OPEN and len(boxes) == 1:
            return replace(made, at=boxes)
        if len(boxes) == 1:
            x, y, wide, high = boxes[0]
            boxes = tuple(Box(x + n * wide / made.boxes, y, wide / made.boxes, high) for n in range(made.boxes))
        if made.style == OPEN or len(boxes) != made.boxes:
            raise self._wrong("error.spec.places", number, "at", boxes=1 if made.style == OPEN else made.boxes)
        if min(each.width for each in boxes) < _SMALLEST_BOX:
            raise self._wrong("error.spec.narrow", number, "at", boxes=made.boxes, least=_SMALLEST_BOX)
        return replace(made, at=boxes)

    def _field(
        self, number: int, table: dict[str, Any], style: str, roster: tuple[dict[str, str], ...], path: Path
    ) -> Field:
        kind = table.get("kind", NUMBER)
        values = {_RENAMED.get(key, key): each for key, each in table.items() if key not in ("among_column", "at")}
        values["label"] = table.get("label", table["name"]).strip()
        values.setdefault("style", style)
        values |= {key: tuple(values[key]) for key in ("among", "sum_of") if key in values}
        if "column" in table:
            if unfit := [key for key in table if key not in ("name", "label", "kind", "column")]:
                raise self._wrong("error.spec.printed", number, unfit[0])
            self._needs_roster(number, "column", roster)
            check_column(roster, path, table["column"], unique=kind == IDENTIFIER)
            return Field(**values)
        if kind == DATE:
            unfit = [key for key in ("decimals", "length", "min", "max", "check") if key in table]
            if unfit or table.get("boxes", 8) != 8:
                raise self._wrong("error.spec.date", number, [*unfit, "boxes"][0])
            values["boxes"] = 8
        if "boxes" not in values:
            raise self._wrong("error.spec.missing", number, "boxes")
        if values.get("decimals", 0) >= values["boxes"]:
            raise self._wrong("error.spec.decimals", number, "decimals", boxes=values["boxes"])
        if kind != NUMBER and (
            unfit := [key for key in ("decimals", "min", "max", "sum_of", "total") if key in table]
        ):
            raise self._wrong("error.spec.only_numbers", number, unfit[0])
        if table.get("length", 0) > values["boxes"]:
            raise self._wrong("error.spec.length", number, "length", boxes=values["boxes"])
        if table.get("min", -1e18) > table.get("max", 1e18):
            raise self._wrong("error.spec.range", number, "max")
        if table.get("min", 0) >= 10 ** (values["boxes"] - values.get("decimals", 0)) or table.get("max", 0) < 0:
            key = "min" if table.get("max", 0) >= 0 else "max"
            raise self._wrong("error.spec.never", number, key, boxes=values["boxes"])
        if table.get("check") and values["boxes"] < SHORTEST[table["check"]]:
            raise self._wrong("error.spec.check", number, "check", least=SHORTEST[table["check"]])
        if "among_column" in table:
            if "among" in table:
                raise self._wrong("error.spec.two_lists", number, "among_column")
            self._needs_roster(number, "among_column", roster)
            check_column(roster, path, table["among_column"], unique=True)
            values["among"] = tuple(row[table["among_column"]] for row in roster)
        made = Field(**values)
        for value in made.among:
            if replace(made, among=(), required=True).broken(value) or not _fits(value, made):
                raise self._wrong("error.spec.value_of_list", number, "among", value=value)
        return made

    def _needs_roster(self, number: int, key: str, roster: tuple[dict[str, str], ...]) -> None:
        if not roster:
            raise self._wrong("error.spec.no_roster", number, key)

    def _check_sum(self, number: int, made: Field, fields: list[Field]) -> None:
        known = {each.name: each for each in fields}
        for place, name in enumerate(made.sum_of):
            other = known.get(name)
            usable = other and other is not made and not other.column and other.kind == NUMBER and not other.sum_of
            if not usable or other is None or other.once != made.once or name in made.sum_of[:place]:
                raise self._wrong("error.spec.sum", number, "sum_of", value=name)

    def check_field(self, table: Mapping[str, Any], number: int) -> None:
        """Raise a DataError if a field, the first of which is number 1, has an unknown key or a wrong value."""
        self._check(table, _FIELD, number)

    def _check(self, table: Mapping[str, Any], known: Mapping[str, Wanted], number: int) -> None:
        for key, value in table.items():
            if key not in known:
                raise self._wrong("error.spec.key", number, key, known=", ".join(known))
            fits, wanted = known[key]
            if not fits(value):
                raise self._wrong("error.spec.value", number, key, value=_short(repr(value)), wanted=wanted)

    def refuse(self, error: str, table: Mapping[str, Any], keys: Sequence[str]) -> None:
        """Raise a DataError if the sheet has one of these keys."""
        if unfit := [key for key in keys if key in table]:
            raise self._wrong(error, 0, unfit[0])

    def _wrong(self, error: str, number: int, key: str, **values: Any) -> DataError:
        line, name = self._place(number, key)
        where = ShuziError("spec.in_field", name=name or number) if number else ShuziError("spec.in_sheet")
        return DataError(error, **values | {"path": self._path, "line": line, "where": where, "option": key})

    def _place(self, number: int, key: str) -> tuple[int, str]:
        """Return the line of a key and the name of its field; the field's first line if the key is not there."""
        start, end, count = 0, len(self._lines), 0
        for place, line in enumerate(self._lines):
            if re.match(r"\s*\[\[\s*\"?fields\"?\s*\]\]", line):
                count += 1
                if count == number:
                    start = place
                elif count == number + 1:
                    end = place
        part = self._lines[start:end]
        named = [re.match(r"\s*name\s*=\s*(['\"])(.*?)\1", line) for line in part]
        name = next((found[2] for found in named if found), "") if number else ""
        quoted = rf"\s*['\"]?{re.escape(key)}['\"]?\s*="
        return next((start + place for place, line in enumerate(part) if re.match(quoted, line)), start) + 1, name


def language_of(title: str) -> str:
    """Tell the language of a title by its characters: the user's may be another one when the sheet is read.

    >>> language_of("Scores"), language_of("成绩")
    ('en', 'zh')
    """
    return "zh" if any("\u4e00" <= each <= "\u9fff" for each in title) else "en"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _fits(value: str, field: Field) -> bool:
    """Tell whether a value can be written in a field's boxes."""
    plain = value.replace(".", "", 1) if field.decimals else value.replace("-", "") if field.kind == DATE else value
    allowed = plain[:-1] if field.last_may_be_x and plain.endswith("X") else plain
    return allowed.isdecimal() and allowed.isascii() and len(plain) <= field.boxes
