"""A TOML file becomes a spec; each mistake is reported with its line and field."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from shuzi.errors import DataError, ShuziError
from shuzi.forms.bounded import read_bounded
from shuzi.forms.check_digits import CHECKS, SHORTEST
from shuzi.forms.roster import MOST_ROWS, check_column, read_roster
from shuzi.forms.spec import BOXES, COMB, DATE, IDENTIFIER, NUMBER, OPEN, PAPERS, Field, Spec
from shuzi.messages import LANGUAGES

MOST_FIELDS, MOST_BOXES = 60, 24
_LARGEST = 1_000_000  # bytes
_LONGEST = 200  # characters of a title, a label or a value

Wanted = tuple[Callable[[Any], bool], ShuziError]


def _text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= _LONGEST and value.isprintable()


def _one_of(*names: str) -> Wanted:
    return lambda value: value in names, ShuziError("spec.one_of", names=", ".join(names))


def _whole(least: int, most: int) -> Wanted:
    def fits(value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most

    return fits, ShuziError("spec.whole", least=least, most=most)


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and 0 < len(value) <= MOST_ROWS and all(map(_text, value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e18


_TEXT: Wanted = _text, ShuziError("spec.text", most=_LONGEST)
_FLAG: Wanted = lambda value: isinstance(value, bool), ShuziError("spec.flag")
_NUMBER: Wanted = _is_number, ShuziError("spec.number")
_LIST: Wanted = _is_list, ShuziError("spec.list")

_SHEET: Mapping[str, Wanted] = {
    "title": _TEXT,
    "note": _TEXT,
    "language": _one_of(*LANGUAGES),
    "paper": _one_of(*PAPERS),
    "landscape": _FLAG,
    "rows": _whole(1, MOST_ROWS),
    "style": _one_of(BOXES, COMB, OPEN),
    "roster": _TEXT,
    "fields": (lambda value: isinstance(value, list), ShuziError("spec.fields")),
}
_FIELD: Mapping[str, Wanted] = {
    "name": _TEXT,
    "label": _TEXT,
    "kind": _one_of(NUMBER, IDENTIFIER, DATE),
    "boxes": _whole(1, MOST_BOXES),
    "decimals": _whole(1, 6),
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
}
_RENAMED = {"length": "digits", "min": "least", "max": "most"}


def read_spec(path: Path) -> Spec:
    r"""Read a spec; the path of its roster starts at the spec's folder.

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
    content = read_bounded(path, _LARGEST, "error.spec.large")
    try:
        text = content.decode("utf-8-sig")
        given = tomllib.loads(text)
    except UnicodeDecodeError as problem:
        raise DataError("error.spec.encoding", path=path) from problem
    except (ValueError, RecursionError) as problem:  # not only TOMLDecodeError: a number may be too long for int
        raise DataError("error.spec.toml", path=path, reason=problem) from problem
    return _Source(path, text).spec(given)


class _Source:
    """A file that a spec is read from; knows on which line a key stands."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._lines = text.splitlines()

    def spec(self, given: dict[str, Any]) -> Spec:
        self._check(given, _SHEET, 0)
        tables = given.get("fields", [])
        if "title" not in given:
            raise self._wrong("error.spec.missing", 0, "title")
        if not 0 < len(tables) <= MOST_FIELDS or not all(isinstance(each, dict) for each in tables):
            raise self._wrong("error.spec.no_fields", 0, "fields", most=MOST_FIELDS)
        roster_path = self._path.parent / given.get("roster", "")
        roster = read_roster(roster_path) if "roster" in given else ()
        fields: list[Field] = []
        for number, table in enumerate(tables, start=1):
            self._check(table, _FIELD, number)
            if "name" not in table:
                raise self._wrong("error.spec.missing", number, "name")
            if table["name"] in [each.name for each in fields]:
                raise self._wrong("error.spec.twice", number, "name", value=table["name"])
            fields.append(self._field(number, table, given.get("style", BOXES), roster, roster_path))
        for number, each in enumerate(fields, start=1):
            self._check_sum(number, each, fields)
        printed = any(each.column for each in fields)
        if printed and "rows" in given:
            raise self._wrong("error.spec.rows_and_roster", 0, "rows")
        if not any(not each.column for each in fields):
            raise self._wrong("error.spec.nothing_written", 0, "fields")
        if (printed or "rows" in given) and all(each.column or each.once for each in fields):
            raise self._wrong("error.spec.only_once", 0, "fields")
        return Spec(
            given["title"].strip(),
            tuple(fields),
            given.get("language", _language_of(given["title"])),
            given.get("paper", "A4"),
            given.get("landscape", False),
            len(roster) if printed else given.get("rows", 0),
            given.get("note", "").strip(),
            roster,
            roster_path if roster else None,
        )

    def _field(
        self, number: int, table: dict[str, Any], style: str, roster: tuple[dict[str, str], ...], path: Path
    ) -> Field:
        kind = table.get("kind", NUMBER)
        values = {_RENAMED.get(key, key): value for key, value in table.items() if key != "among_column"}
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
            if unfit := [key for key in ("boxes", "decimals", "length", "min", "max", "check") if key in table]:
                raise self._wrong("error.spec.date", number, unfit[0])
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

    def _check(self, table: dict[str, Any], known: Mapping[str, Wanted], number: int) -> None:
        for key, value in table.items():
            if key not in known:
                raise self._wrong("error.spec.key", number, key, known=", ".join(known))
            fits, wanted = known[key]
            if not fits(value):
                raise self._wrong("error.spec.value", number, key, value=_short(repr(value)), wanted=wanted)

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


def _language_of(title: str) -> str:
    """Tell by its characters: the user's language may be another one when the printed sheet is read."""
    return "zh" if any("\u4e00" <= each <= "\u9fff" for each in title) else "en"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _fits(value: str, field: Field) -> bool:
    """Tell whether a value can be written in a field's boxes."""
    plain = value.replace(".", "", 1) if field.decimals else value.replace("-", "") if field.kind == DATE else value
    allowed = plain[:-1] if field.last_may_be_x and plain.endswith("X") else plain
    return allowed.isdecimal() and allowed.isascii() and len(plain) <= field.boxes
