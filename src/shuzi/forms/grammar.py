"""The grammar of a spec: its TOML, what its values may be, and where a mistake is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from typing_extensions import TypedDict

from shuzi import toml
from shuzi.data.tables import check_size
from shuzi.declared import Declared, FieldError, Flag, between, closest, one_of, that
from shuzi.errors import DataError, ShuziError
from shuzi.forms.notation import IBAN_LENGTHS
from shuzi.messages import LANGUAGES, visible
from shuzi.toml import line_of

FieldStyle = Literal["boxes", "comb", "open"]
BOXES, COMB, OPEN = get_args(FieldStyle)
"""How a field is printed: a box for each digit, a box with short ticks between digits, or one empty box."""

ONE, ANY = "one", "any"
"""How many boxes may be ticked."""

BETWEEN = "; "
"""Stands between the options that are ticked in one field."""

PAPERS = {"A4": (210.0, 297.0), "Letter": (215.9, 279.4)}
"""Width and height in millimetres."""

MAX_FIELDS, MAX_TRACED, MAX_BOXES, MAX_DECIMALS = 60, 200, 24, 6
"""Fields of a sheet that is printed from its spec, of a traced form, boxes of a field, and those after a point."""

MIN_BOX_SIZE = 2.0
"""The least width and height of a traced box in millimetres."""

MAX_ROWS = 10_000
"""Rows that a roster may have."""

MAX_TEXT_LENGTH = 200
"""Characters of a title, a label or a value."""

MAX_WEIGHT = 10
"""Of modulus 11: more are the same as less, but for multiples of 11."""

MAX_ANSWERS = 100
"""Right answers of a question."""

_MAX_VERSIONS, _MAX_VERSION_LENGTH = 12, 20  # characters of a name

MAX_OPTIONS, MAX_OPTION_LENGTH = 12, 60
"""Boxes to tick of a field, and characters of what stands beside one."""

SIDES = 70, 600
"""The shortest and longest side of a traced form's paper in millimetres."""


def is_text(value: Any) -> bool:
    """Tell whether a value is a text for a title, a label or a value: of one line, and neither empty nor too long."""
    return isinstance(value, str) and 0 < len(value.strip()) <= MAX_TEXT_LENGTH and value.isprintable()


def is_paper(value: Any) -> bool:
    """Tell whether a value names a paper: "A4", "Letter", or width and height in millimetres, such as "105x148"."""
    sides = re.fullmatch(r"(\d{2,3}(?:\.\d)?)x(\d{2,3}(?:\.\d)?)", value) if isinstance(value, str) else None
    return value in [*PAPERS] or bool(sides and all(SIDES[0] <= float(side) <= SIDES[1] for side in sides.groups()))


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and 0 < len(value) <= MAX_ROWS and all(map(is_text, value))


def are_options(value: Any) -> bool:
    """Tell whether a value is a list of options to tick."""
    return _is_list(value) and len(value) <= MAX_OPTIONS and all(map(_is_option, value))


def _is_option(text: str) -> bool:
    return len(text.strip()) <= MAX_OPTION_LENGTH and BETWEEN.strip() not in text


def is_key(value: Any) -> bool:
    """Tell whether a value is a right answer, or a list of them."""
    values = value if isinstance(value, list) else [value]
    return 0 < len(values) <= MAX_ANSWERS and all(
        is_text(answer) or is_number(answer) or isinstance(answer, date | time) for answer in values
    )


def _are_keys(value: Any) -> bool:
    return isinstance(value, dict) and all(map(is_key, value.values()))


def _are_versions(value: Any) -> bool:
    tables = isinstance(value, list) and 2 <= len(value) <= _MAX_VERSIONS
    return tables and all(isinstance(version, dict) for version in value)


def _is_version(value: Any) -> bool:
    return is_text(value) and len(value.strip()) <= _MAX_VERSION_LENGTH


def is_number(value: Any) -> bool:
    """Tell whether a value of TOML is a number that is no larger than any that fits in boxes."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**MAX_BOXES


def are_weights(value: Any) -> bool:
    """Tell whether a value is the weights of modulus 11."""
    numbers = isinstance(value, list) and 2 <= len(value) <= MAX_BOXES
    return numbers and all(type(weight) is int and 0 < abs(weight) <= MAX_WEIGHT for weight in value)


def are_boxes(value: Any) -> bool:
    """Tell whether a value is a box in millimetres, or a list of them."""
    boxes = value if isinstance(value, list) and value and all(isinstance(box, list) for box in value) else [value]
    return len(boxes) <= max(MAX_BOXES, *IBAN_LENGTHS.values()) and all(
        isinstance(box, list)
        and len(box) == 4
        and all(isinstance(side, int | float) and not isinstance(side, bool) and abs(side) < 1e18 for side in box)
        and min(box[:2]) >= 0
        and min(box[2:]) >= MIN_BOX_SIZE
        for box in boxes
    )


Text = Annotated[str, that(is_text, "spec.text", max=MAX_TEXT_LENGTH)]
Texts = Annotated[list[str], that(_is_list, "spec.list")]
Style = Annotated[str, one_of(*get_args(FieldStyle))]
"""What a title, a list of values, and the style of fields must be."""


class _Sheet(TypedDict, total=False):
    title: Text
    note: Text
    language: Annotated[str, one_of(*LANGUAGES)]
    paper: Annotated[str, that(is_paper, "spec.paper", names=", ".join(PAPERS), min=SIDES[0], max=SIDES[1])]
    landscape: Flag
    rows: Annotated[int, between(1, MAX_ROWS)]
    style: Style
    roster: Text
    blank: Text
    fields: Annotated[list[Any], that(lambda value: isinstance(value, list), "spec.fields")]
    versions: Annotated[list[Any], that(_are_versions, "spec.versions", min=2, max=_MAX_VERSIONS)]


class _Version(TypedDict, total=False):
    name: Annotated[str, that(_is_version, "spec.version", max=_MAX_VERSION_LENGTH)]
    order: Texts
    keys: Annotated[dict[str, Any], that(_are_keys, "spec.keys")]


SHEET, VERSION = Declared[_Sheet](_Sheet), Declared[_Version](_Version)
"""The declarations of the whole spec, and of a version; `shuzi.forms.kinds` has those of fields."""


class Source:
    """The file that a spec is read from."""

    def __init__(self, path: Path, text: str) -> None:
        self.path, self._text = path, text

    def wrong(
        self, error: str, position: int, key: str, table: Mapping[str, Any], tables: str = "fields", **values: Any
    ) -> DataError:
        """Return the error about a key."""
        name = table.get("name")
        name = visible(_short(name)) if isinstance(name, str) and name.strip() else position
        place = "spec.in_field" if tables == "fields" else "spec.in_version"
        where = ShuziError(place, name=name) if position else ShuziError("spec.in_sheet")
        line = line_of(self._text, key, tables, position)
        return DataError(error, **values | {"path": self.path, "line": line, "where": where, "option": key})

    def check(
        self, declared: Declared[Any], table: Mapping[str, Any], position: int = 0, tables: str = "fields"
    ) -> None:
        """Raise a DataError if the sheet, a field or a version has an unknown key, or a value that it cannot have."""
        self.check_keys(declared.keys, table, position, tables)
        try:
            declared.read(table)
        except FieldError as problem:
            key, value = str(problem.path[0]), _short(repr(problem.value))
            raise self.wrong(
                "error.spec.value", position, key, table, tables, value=value, wanted=problem.expected
            ) from problem

    def check_keys(self, keys: Sequence[str], table: Mapping[str, Any], position: int, tables: str) -> None:
        """Raise a DataError if a table has another key than these."""
        for key in table:
            if key not in keys:
                meant, known = closest(key, keys), ", ".join(keys)
                error = "error.spec.key_like" if meant else "error.spec.key"
                raise self.wrong(error, position, key, table, tables, known=known, meant=meant)

    def refuse(
        self, error: str, table: Mapping[str, Any], keys: Sequence[str], position: int = 0, **values: Any
    ) -> None:
        """Raise a DataError if the sheet, or the field, has one of these keys; `values` are what it mentions."""
        for key in table:
            if key in keys:
                raise self.wrong(error, position, key, table, **values)


def _short(text: str) -> str:
    return text if len(text) <= MAX_TEXT_LENGTH else text[:MAX_TEXT_LENGTH] + "…"


MAX_SPEC_BYTES = 200_000
"""Bytes that a spec may have."""

_MAX_DOTS = 8  # of a key: tomllib takes as long as the square of their number
# strings and comments, in which dots join no keys; what is not closed ends with the line or the text, as is an error
_QUOTED = re.compile(
    r'"""(?:[^\\"]|\\[\s\S]|"(?!""))*+(?:""")?+'
    r"|'''(?:[^']|'(?!''))*+(?:''')?+"
    r'|"(?:[^"\\\n]|\\.)*+"?+'
    r"|'[^'\n]*+'?+"
    r"|\#[^\n]*+"
)
_DEEP = re.compile(rf"(?:\.[ \t]*+[\w-]++[ \t]*+){{{_MAX_DOTS + 1}}}")


def text_of(content: bytes, path: Path) -> str:
    r"""Return the text of a spec; errors call it `path`.

    >>> text_of(b'\xef\xbb\xbftitle = "Scores"', Path("scores.toml"))
    'title = "Scores"'
    """
    check_size(content, path, MAX_SPEC_BYTES, "error.spec.large")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise DataError("error.spec.encoding", path=path) from problem


def tables_of(text: str, path: Path) -> dict[str, Any]:
    """Return what a text in TOML says; errors call it `path`.

    >>> tables_of('title = "a.b.c.d.e.f.g.h.i.j.k"', Path("scores.toml"))
    {'title': 'a.b.c.d.e.f.g.h.i.j.k'}
    """
    plain = _QUOTED.sub(lambda found: "" if found[0][0] == "#" else "_" + "\n" * found[0].count("\n"), text)
    if deep := _DEEP.search(plain):
        line = plain.count("\n", 0, deep.start()) + 1
        raise DataError("error.spec.dots", path=path, line=line, max=_MAX_DOTS)
    try:
        return toml.loads(text)
    except (ValueError, RecursionError) as problem:  # not only TOMLDecodeError: a number may be too long
        raise DataError("error.spec.toml", path=path, reason=problem) from problem
