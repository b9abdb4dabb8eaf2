"""The grammar of a spec: the keys of its TOML, and what the value of each must be."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Annotated, Any, get_args

from typing_extensions import TypedDict

from shuzi.declared import Declared, Flag, Positive, between, one_of, that
from shuzi.forms.roster import MOST_ROWS
from shuzi.forms.spec import ANY, BETWEEN, BOXES, COMB, ONE, OPEN, PAPERS, FieldKind
from shuzi.forms.values.check_digits import OF_DIGITS
from shuzi.forms.values.countries import IBAN_LENGTHS
from shuzi.forms.values.notation import DATE_ORDERS
from shuzi.messages import LANGUAGES

MOST_FIELDS, MOST_TRACED, MOST_BOXES, MOST_DECIMALS = 60, 200, 24, 6
"""Fields of a sheet that is printed from its spec, of a traced form, boxes of a field, and those after a point."""

SMALLEST_BOX = 2.0
"""The least width and height of a traced box in millimetres."""

LONGEST = 200
"""Characters of a title, a label or a value."""

_MOST_WEIGHT = 10  # more are the same as less, but for multiples of 11

MOST_ANSWERS = 100
"""Right answers of a question."""

_MOST_VERSIONS, _LONGEST_VERSION = 12, 20  # characters of a name

MOST_OPTIONS, LONGEST_OPTION = 12, 60
"""Boxes to tick of a field, and characters of what stands beside one."""

SIDES = 70, 600
"""The shortest and longest side of a traced form's paper in millimetres."""


def is_text(value: Any) -> bool:
    """Tell whether a value is a text for a title, a label or a value: of one line, and neither empty nor too long."""
    return isinstance(value, str) and 0 < len(value.strip()) <= LONGEST and value.isprintable()


def is_paper(value: Any) -> bool:
    """Tell whether a value names a paper: "A4", "Letter", or width and height in millimetres, such as "105x148"."""
    sides = re.fullmatch(r"(\d{2,3}(?:\.\d)?)x(\d{2,3}(?:\.\d)?)", value) if isinstance(value, str) else None
    return value in [*PAPERS] or bool(sides and all(SIDES[0] <= float(side) <= SIDES[1] for side in sides.groups()))


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and 0 < len(value) <= MOST_ROWS and all(map(is_text, value))


def _are_options(value: Any) -> bool:
    return _is_list(value) and len(value) <= MOST_OPTIONS and all(map(_is_option, value))


def _is_option(text: str) -> bool:
    return len(text.strip()) <= LONGEST_OPTION and BETWEEN.strip() not in text


def _is_key(value: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    return 0 < len(values) <= MOST_ANSWERS and all(
        is_text(answer) or is_number(answer) or isinstance(answer, date | time) for answer in values
    )


def _are_keys(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_key, value.values()))


def _are_versions(value: Any) -> bool:
    tables = isinstance(value, list) and 2 <= len(value) <= _MOST_VERSIONS
    return tables and all(isinstance(version, dict) for version in value)


def _is_version(value: Any) -> bool:
    return is_text(value) and len(value.strip()) <= _LONGEST_VERSION


def is_number(value: Any) -> bool:
    """Tell whether a value of TOML is a number that is no larger than any that fits in boxes."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**MOST_BOXES


def _is_limit(value: Any) -> bool:
    return is_number(value) or type(value) is date


def _are_weights(value: Any) -> bool:
    numbers = isinstance(value, list) and 2 <= len(value) <= MOST_BOXES
    return numbers and all(type(weight) is int and 0 < abs(weight) <= _MOST_WEIGHT for weight in value)


def _is_country(value: Any) -> bool:
    return isinstance(value, str) and bool(re.fullmatch("[A-Z]{2}", value))


def _are_boxes(value: Any) -> bool:
    boxes = value if isinstance(value, list) and value and all(isinstance(box, list) for box in value) else [value]
    return len(boxes) <= max(MOST_BOXES, *IBAN_LENGTHS.values()) and all(
        isinstance(box, list)
        and len(box) == 4
        and all(isinstance(side, int | float) and not isinstance(side, bool) and abs(side) < 1e18 for side in box)
        and min(box[:2]) >= 0
        and min(box[2:]) >= SMALLEST_BOX
        for box in boxes
    )


_Text = Annotated[str, that(is_text, "spec.text", most=LONGEST)]
_List = Annotated[list[str], that(_is_list, "spec.list")]
_Style = Annotated[str, one_of(BOXES, COMB, OPEN)]


class _Sheet(TypedDict, total=False):
    title: _Text
    note: _Text
    language: Annotated[str, one_of(*LANGUAGES)]
    paper: Annotated[str, that(is_paper, "spec.paper", names=", ".join(PAPERS), least=SIDES[0], most=SIDES[1])]
    landscape: Flag
    rows: Annotated[int, between(1, MOST_ROWS)]
    style: _Style
    roster: _Text
    blank: _Text
    fields: Annotated[list[Any], that(lambda value: isinstance(value, list), "spec.fields")]
    versions: Annotated[list[Any], that(_are_versions, "spec.versions", least=2, most=_MOST_VERSIONS)]


class _Field(TypedDict, total=False):
    name: _Text
    label: _Text
    kind: Annotated[str, one_of(*get_args(FieldKind))]
    boxes: Annotated[int, between(1, MOST_BOXES)]
    decimals: Annotated[int, between(1, MOST_DECIMALS)]
    order: Annotated[str, one_of(*DATE_ORDERS)]
    country: Annotated[str, that(_is_country, "spec.country")]
    style: _Style
    column: _Text
    once: Flag
    required: Flag
    length: Annotated[int, between(1, MOST_BOXES)]
    min: Annotated[Any, that(_is_limit, "spec.limit")]
    max: Annotated[Any, that(_is_limit, "spec.limit")]
    check: Annotated[str, one_of(*OF_DIGITS)]
    weights: Annotated[list[int], that(_are_weights, "spec.weights", most=_MOST_WEIGHT)]
    with_x: Flag
    among: _List
    pattern: _Text
    among_column: _Text
    name_column: _Text
    sum_of: _List
    total: Flag
    options: Annotated[
        list[str],
        that(_are_options, "spec.options", most=MOST_OPTIONS, longest=LONGEST_OPTION, between=BETWEEN.strip()),
    ]
    choose: Annotated[str, one_of(ONE, ANY)]
    unique: Flag
    points: Positive
    key: Annotated[Any, that(_is_key, "spec.key")]
    tolerance: Positive
    half_tolerance: Positive
    partial: Flag
    at: Annotated[list[Any], that(_are_boxes, "spec.place", least=SMALLEST_BOX)]


class _Version(TypedDict, total=False):
    name: Annotated[str, that(_is_version, "spec.version", most=_LONGEST_VERSION)]
    order: _List
    keys: Annotated[dict[str, Any], that(_are_keys, "spec.keys")]


SHEET, FIELD, VERSION = Declared[_Sheet](_Sheet), Declared[_Field](_Field), Declared[_Version](_Version)
"""The declarations of the whole spec, of a field, and of a version."""
