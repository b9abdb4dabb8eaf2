"""The grammar of a spec: its TOML, its keys, what the value of each must be, and where a mistake is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Protocol, get_args

from typing_extensions import TypedDict

from shuzi import toml
from shuzi.data.tables import check_size
from shuzi.declared import Declared, FieldError, Flag, Positive, between, closest, one_of, that
from shuzi.errors import DataError, ShuziError
from shuzi.forms.kinds import DATE_ORDERS, IBAN_LENGTHS, MIN_LENGTHS, OF_DIGITS
from shuzi.forms.roster import MAX_ROWS
from shuzi.forms.spec import (
    AMONG,
    ANY,
    BETWEEN,
    BOXES,
    COMB,
    DATE,
    MIN_DIGITS,
    NUMBER,
    ONE,
    OPEN,
    PAPERS,
    TICK,
    Field,
    FieldKind,
)
from shuzi.messages import LANGUAGES
from shuzi.messages.visible import visible
from shuzi.toml import line_of

MAX_FIELDS, MAX_TRACED, MAX_BOXES, MAX_DECIMALS = 60, 200, 24, 6
"""Fields of a sheet that is printed from its spec, of a traced form, boxes of a field, and those after a point."""

MIN_BOX_SIZE = 2.0
"""The least width and height of a traced box in millimetres."""

MAX_TEXT_LENGTH = 200
"""Characters of a title, a label or a value."""

_MAX_WEIGHT = 10  # more are the same as less, but for multiples of 11

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


def _are_options(value: Any) -> bool:
    return _is_list(value) and len(value) <= MAX_OPTIONS and all(map(_is_option, value))


def _is_option(text: str) -> bool:
    return len(text.strip()) <= MAX_OPTION_LENGTH and BETWEEN.strip() not in text


def _is_key(value: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    return 0 < len(values) <= MAX_ANSWERS and all(
        is_text(answer) or is_number(answer) or isinstance(answer, date | time) for answer in values
    )


def _are_keys(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_key, value.values()))


def _are_versions(value: Any) -> bool:
    tables = isinstance(value, list) and 2 <= len(value) <= _MAX_VERSIONS
    return tables and all(isinstance(version, dict) for version in value)


def _is_version(value: Any) -> bool:
    return is_text(value) and len(value.strip()) <= _MAX_VERSION_LENGTH


def is_number(value: Any) -> bool:
    """Tell whether a value of TOML is a number that is no larger than any that fits in boxes."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**MAX_BOXES


def _is_limit(value: Any) -> bool:
    return is_number(value) or type(value) is date


def _are_weights(value: Any) -> bool:
    numbers = isinstance(value, list) and 2 <= len(value) <= MAX_BOXES
    return numbers and all(type(weight) is int and 0 < abs(weight) <= _MAX_WEIGHT for weight in value)


def _is_country(value: Any) -> bool:
    return isinstance(value, str) and bool(re.fullmatch("[A-Z]{2}", value))


def _are_boxes(value: Any) -> bool:
    boxes = value if isinstance(value, list) and value and all(isinstance(box, list) for box in value) else [value]
    return len(boxes) <= max(MAX_BOXES, *IBAN_LENGTHS.values()) and all(
        isinstance(box, list)
        and len(box) == 4
        and all(isinstance(side, int | float) and not isinstance(side, bool) and abs(side) < 1e18 for side in box)
        and min(box[:2]) >= 0
        and min(box[2:]) >= MIN_BOX_SIZE
        for box in boxes
    )


_Text = Annotated[str, that(is_text, "spec.text", most=MAX_TEXT_LENGTH)]
_List = Annotated[list[str], that(_is_list, "spec.list")]
_Style = Annotated[str, one_of(BOXES, COMB, OPEN)]


class _Sheet(TypedDict, total=False):
    title: _Text
    note: _Text
    language: Annotated[str, one_of(*LANGUAGES)]
    paper: Annotated[str, that(is_paper, "spec.paper", names=", ".join(PAPERS), least=SIDES[0], most=SIDES[1])]
    landscape: Flag
    rows: Annotated[int, between(1, MAX_ROWS)]
    style: _Style
    roster: _Text
    blank: _Text
    fields: Annotated[list[Any], that(lambda value: isinstance(value, list), "spec.fields")]
    versions: Annotated[list[Any], that(_are_versions, "spec.versions", least=2, most=_MAX_VERSIONS)]


class _Field(TypedDict, total=False):
    name: _Text
    label: _Text
    kind: Annotated[str, one_of(*get_args(FieldKind))]
    boxes: Annotated[int, between(1, MAX_BOXES)]
    decimals: Annotated[int, between(1, MAX_DECIMALS)]
    order: Annotated[str, one_of(*DATE_ORDERS)]
    country: Annotated[str, that(_is_country, "spec.country")]
    style: _Style
    column: _Text
    once: Flag
    required: Flag
    length: Annotated[int, between(1, MAX_BOXES)]
    min: Annotated[Any, that(_is_limit, "spec.limit")]
    max: Annotated[Any, that(_is_limit, "spec.limit")]
    check: Annotated[str, one_of(*OF_DIGITS)]
    weights: Annotated[list[int], that(_are_weights, "spec.weights", most=_MAX_WEIGHT)]
    with_x: Flag
    among: _List
    pattern: _Text
    among_column: _Text
    name_column: _Text
    sum_of: _List
    total: Flag
    options: Annotated[
        list[str],
        that(_are_options, "spec.options", most=MAX_OPTIONS, longest=MAX_OPTION_LENGTH, between=BETWEEN.strip()),
    ]
    choose: Annotated[str, one_of(ONE, ANY)]
    unique: Flag
    points: Positive
    key: Annotated[Any, that(_is_key, "spec.key")]
    tolerance: Positive
    half_tolerance: Positive
    partial: Flag
    at: Annotated[list[Any], that(_are_boxes, "spec.place", least=MIN_BOX_SIZE)]


class _Version(TypedDict, total=False):
    name: Annotated[str, that(_is_version, "spec.version", most=_MAX_VERSION_LENGTH)]
    order: _List
    keys: Annotated[dict[str, Any], that(_are_keys, "spec.keys")]


SHEET, FIELD, VERSION = Declared[_Sheet](_Sheet), Declared[_Field](_Field), Declared[_Version](_Version)
"""The declarations of the whole spec, of a field, and of a version."""


class Source:
    """The file that a spec is read from.

    `path`: what errors call it.
    """

    def __init__(self, path: Path, text: str) -> None:
        self.path, self._text = path, text

    def wrong(
        self, error: str, position: int, key: str, table: Mapping[str, Any], tables: str = "fields", **values: Any
    ) -> DataError:
        """Return the error about a key.

        `position`: that of the field, from 1; 0 is the sheet. `tables`: the list of tables that `position` counts:
        "fields" or "versions".
        """
        name = table.get("name")
        name = visible(_short(name)) if isinstance(name, str) and name.strip() else position
        place = "spec.in_field" if tables == "fields" else "spec.in_version"
        where = ShuziError(place, name=name) if position else ShuziError("spec.in_sheet")
        line = line_of(self._text, key, tables, position)
        return DataError(error, **values | {"path": self.path, "line": line, "where": where, "option": key})

    def check(
        self, declared: Declared[Any], table: Mapping[str, Any], position: int = 0, tables: str = "fields"
    ) -> None:
        """Raise a DataError if the sheet, a field or a version has an unknown key, or a value that it cannot have.

        The first field, and the first version, is at position 1.
        """
        for key in table:
            if key not in declared.keys:
                meant, known = closest(key, declared.keys), ", ".join(declared.keys)
                error = "error.spec.key_like" if meant else "error.spec.key"
                raise self.wrong(error, position, key, table, tables, known=known, meant=meant)
        try:
            declared.read(table)
        except FieldError as problem:
            key, value = str(problem.path[0]), _short(repr(problem.value))
            raise self.wrong(
                "error.spec.value", position, key, table, tables, value=value, wanted=problem.expected
            ) from problem

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

    Raises
    ------
    DataError
        It is too large, or not UTF-8.

    Examples
    --------
    >>> text_of(b'\xef\xbb\xbftitle = "Scores"', Path("scores.toml"))
    'title = "Scores"'
    """
    check_size(content, path, MAX_SPEC_BYTES, "error.spec.large")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise DataError("error.spec.encoding", path=path) from problem


def tables_of(text: str, path: Path) -> dict[str, Any]:
    r"""Return what a text in TOML says; errors call it `path`.

    Raises
    ------
    DataError
        It is not TOML, or a key has more than 8 dots.

    Examples
    --------
    >>> tables_of('title = "a.b.c.d.e.f.g.h.i.j.k"', Path("scores.toml"))
    {'title': 'a.b.c.d.e.f.g.h.i.j.k'}
    """
    plain = _QUOTED.sub(lambda found: "" if found[0][0] == "#" else "_" + "\n" * found[0].count("\n"), text)
    if deep := _DEEP.search(plain):
        line = plain.count("\n", 0, deep.start()) + 1
        raise DataError("error.spec.dots", path=path, line=line, most=_MAX_DOTS)
    try:
        return toml.loads(text)
    except (ValueError, RecursionError) as problem:  # not only TOMLDecodeError: a number may be too long
        raise DataError("error.spec.toml", path=path, reason=problem) from problem


class WrongKeyError(Exception):
    """An answer that no cell can have, and a sentence that says why."""

    def __init__(self, answer: str, reason: ShuziError) -> None:
        super().__init__(answer)
        self.answer, self.reason = answer, reason


def answers_to(field: Field, key: Any) -> tuple[str, ...]:
    """Return the right answers of a field; raise a WrongKeyError that names one that cannot be an answer."""
    given = key if isinstance(key, list) else [key]
    answers = tuple(dict.fromkeys(_as_written(field, answer) for answer in given))
    for answer in answers:
        if reason := _reason_against(field, answer):
            raise WrongKeyError(answer, reason)
    return answers


def _reason_against(field: Field, answer: str) -> ShuziError | None:
    """Say why no cell of a field can have this text, or the same number, and keep the rules; None if one can."""
    if field.kind == TICK:
        return None if answer in field.options else ShuziError(f"form.rule.{AMONG}")
    if not can_hold(field, answer):
        return ShuziError("spec.not_in_boxes")
    forms = [answer]
    if field.kind == NUMBER:
        # a number is compared by its value, whatever zeros are written before it
        whole, point, rest = answer.partition(".")
        whole = whole.lstrip("0") or "0"
        forms = ["0" * zeros + whole + point + rest for zeros in range(field.boxes - len(whole + rest) + 1)]
    elif (form := field.text_of(field.in_boxes(answer))) != answer:
        return ShuziError("spec.other_form", form=form)
    broken = [field.broken(form) for form in forms]
    # with a tolerance, other numbers are right too, and these may keep the rules
    if "" in broken or (field.tolerance and NUMBER not in broken):
        return None
    return ShuziError(f"form.rule.{broken[0]}")


def _as_written(field: Field, answer: str | float | date | time) -> str:
    """Return a right answer, which may be a number, a date or a time of TOML, as the text of a cell."""
    if isinstance(answer, str):
        return answer.strip()
    if isinstance(answer, time):
        return answer.isoformat("minutes") if answer == answer.replace(second=0, microsecond=0) else str(answer)
    if isinstance(answer, date):
        return answer.isoformat()
    return (
        f"{answer:.{field.decimals}f}"
        if field.kind == NUMBER and answer == round(answer, field.decimals)
        else f"{answer}"
    )


def can_hold(field: Field, value: str) -> bool:
    """Return whether a value can be written in a field's boxes."""
    plain = field.in_boxes(value)
    allowed = plain[:-1] if field.last_may_be_x and plain.endswith("X") else plain
    return allowed.isdecimal() and allowed.isascii() and len(plain) <= field.boxes


LIMITS = {"min": "earliest", "max": "latest"}
"""The keys of a range, and what a date calls its ends."""

_ENDS_OF_NUMBERS = {"min": "minimum", "max": "maximum"}


class _Wrong(Protocol):
    """Makes the error about a key of the field."""

    def __call__(self, error: str, key: str, **values: Any) -> DataError: ...


def limits_of(table: Mapping[str, Any], wrong: _Wrong) -> dict[str, Any]:
    """Return the range of a field, as `Field` takes it.

    Raises
    ------
    DataError
        A date has a limit that is no day, something else has a day, or the first day is after the last.
    """
    is_date = table.get("kind") == DATE
    limits = {key: table[key] for key in LIMITS if key in table}
    for key, limit in limits.items():
        if is_number(limit) == is_date:
            raise wrong("error.spec.limit_of_date" if is_date else "error.spec.limit_of_number", key)
    if not is_date:
        return {_ENDS_OF_NUMBERS[key]: limit for key, limit in limits.items()}
    days = {LIMITS[key]: limit.isoformat() for key, limit in limits.items()}
    if days.get("earliest", Field.earliest) > days.get("latest", Field.latest):
        raise wrong("error.spec.range_of_dates", "max" if "max" in table else "min")
    return days


def check_boxes(table: Mapping[str, Any], boxes: int, wrong: _Wrong) -> None:
    """Raise a DataError if what is asked for never fits in the boxes."""
    decimals, days = table.get("decimals", 0), table.get("kind") == DATE
    minimum, maximum = (0 if days else table.get(key, 0) for key in LIMITS)
    if decimals >= boxes:
        raise wrong("error.spec.decimals", "decimals", boxes=boxes)
    if table.get("length", 0) > boxes:
        raise wrong("error.spec.length", "length", boxes=boxes)
    length = table.get("length", boxes)
    if length < MIN_DIGITS.get(table.get("kind", NUMBER), 0) or length <= decimals:
        raise wrong("error.spec.never", "length", boxes=boxes)
    if "min" in table and "max" in table and minimum > maximum:
        raise wrong("error.spec.range", "max")
    if minimum >= 10 ** (length - decimals) or maximum < 0:
        raise wrong("error.spec.never", "max" if maximum < 0 else "min", boxes=length)
    if table.get("check") and boxes < MIN_LENGTHS[table["check"]]:
        raise wrong("error.spec.check", "check", least=MIN_LENGTHS[table["check"]])
