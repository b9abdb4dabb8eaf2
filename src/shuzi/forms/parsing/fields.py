"""The table of a field in a spec becomes a Field, if its keys and values fit together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from shuzi.errors import DataError
from shuzi.forms.parsing.grammar import FIELD, SMALLEST_BOX
from shuzi.forms.parsing.keys import WrongKeyError, answers_to, can_hold
from shuzi.forms.parsing.limits import LIMITS, check_boxes, limits_of
from shuzi.forms.parsing.source import Source
from shuzi.forms.roster import check_column
from shuzi.forms.spec import (
    BOXES,
    CARD,
    DATE,
    IBAN,
    IDENTIFIER,
    LEAST_DIGITS,
    NUMBER,
    ONE,
    OPEN,
    PHONE,
    TICK,
    TIME,
    Field,
)
from shuzi.forms.values.check_digits import may_have
from shuzi.forms.values.countries import IBAN_LENGTHS
from shuzi.ink.boxes import Box
from shuzi.reading.patterns.expression import compile_pattern

_READ_APART = ("among_column", "name_column", "at", "key", "min", "max")
_RENAMED = {"length": "digits"}
_OF_PRINTED = ("name", "label", "kind", "column")
_NOT_OF_PARTS = ("decimals", "length", "min", "max", "check", "weights", "with_x", "pattern")
_NOT_OF = {  # a kind that knows its own check digit and pattern
    DATE: tuple(key for key in _NOT_OF_PARTS if key not in ("min", "max")),
    TIME: _NOT_OF_PARTS,
    PHONE: ("decimals", "min", "max", "check", "weights", "with_x"),
    CARD: ("decimals", "min", "max", "check", "weights", "with_x", "pattern"),
    IBAN: _NOT_OF_PARTS,
}
DATE_BOXES, TIME_BOXES = 8, 4
_FIXED_BOXES = {DATE: DATE_BOXES, TIME: TIME_BOXES}
_ONLY_OF = {"order": DATE, "country": IBAN}
MOST_DIGITS = {PHONE: 15, CARD: 19}
"""The most digits of a phone's number, and of a card's."""

_CHECKED = {CARD: "luhn", IBAN: "iban"}
_OF_TICKS = ("name", "label", "kind", "options", "choose", "once", "required", "points", "key", "partial", "at")
_OF_KEYS = ("tolerance", "half_tolerance", "partial")
_OF_NUMBERS = ("decimals", "min", "max", "sum_of", "total")


class FieldTable:
    """The table of a field.

    Parameters
    ----------
    source
        The file it is in.
    position
        Which of the fields it is, from 1.
    table
        Its keys and values.
    """

    def __init__(self, source: Source, position: int, table: dict[str, Any]) -> None:
        source.check(FIELD, table, position)
        self._source, self._position, self._table = source, position, table
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
        """Return the field, without its boxes on a traced form.

        Parameters
        ----------
        style
            The sheet's style, for a field that names none.
        roster, roster_path
            The rows of the roster and its file; no rows if there is none.

        Raises
        ------
        DataError
            Its keys do not fit together, or the roster lacks what they name.
        """
        table, kind = self._table, self._table.get("kind", NUMBER)
        if table.get("once"):
            self._refuse("error.spec.unique", ["unique"])
        values = {_RENAMED.get(key, key): table[key] for key in table if key not in _READ_APART}
        values["label"] = table.get("label", table["name"]).strip()
        values.setdefault("style", style)
        values |= {key: tuple(values[key]) for key in ("among", "sum_of", "weights") if key in values}
        if kind == TICK:
            return self._to_tick(values)
        self._refuse("error.spec.only_ticks", ("options", "choose"))
        if "column" in table:
            self._refuse("error.spec.printed", [key for key in table if key not in _OF_PRINTED])
            self._check_column("column", roster, roster_path, unique=kind == IDENTIFIER)
            return Field(**values)
        for key, only in _ONLY_OF.items():
            if kind != only:
                self._refuse("error.spec.only_kind", [key], kind=only)
        self._refuse("error.spec.kind", _NOT_OF.get(kind, ()), kind=kind)
        values |= limits_of(table, self._wrong)
        values["boxes"] = self._boxes(kind)
        check_boxes(table, values["boxes"], self._wrong)
        self._check_weights(values)
        if kind in _CHECKED:
            values["check"] = _CHECKED[kind]
        if kind != NUMBER:
            self._refuse("error.spec.only_numbers", [key for key in _OF_NUMBERS if kind != DATE or key not in LIMITS])
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
            if replace(field, among=(), required=True).broken(value) or not can_hold(field, value):
                raise self._wrong("error.spec.value_of_list", "among", value=value)
        return field

    def _to_tick(self, values: dict[str, Any]) -> Field:
        """Return a field of boxes to tick; raise a DataError if what the table holds does not fit it."""
        self._refuse("error.spec.tick", [key for key in self._table if key not in _OF_TICKS])
        self._need("options")
        options = tuple(option.strip() for option in self._table["options"])
        if twice := next((option for index, option in enumerate(options) if option in options[:index]), None):
            raise self._wrong("error.spec.option_twice", "options", value=twice)
        return self._graded(Field(**values | {"options": options, "boxes": len(options), "style": BOXES}))

    def _graded(self, field: Field) -> Field:
        """Return a field with its key, and with the points that it then has; raise a DataError if they do not fit."""
        table = self._table
        if "key" not in table:
            self._refuse("error.spec.no_key", _OF_KEYS)
            if "points" in table and field.kind != NUMBER:
                raise self._wrong("error.spec.no_key", "points")
            # what is written is the points, so no more may be
            return field if field.most is not None or not field.points else replace(field, most=field.points)
        if field.kind != NUMBER:
            self._refuse("error.spec.only_numbers", ["tolerance", "half_tolerance"])
        self._check_partial(field)
        try:
            key = answers_to(field, table["key"])
        except WrongKeyError as problem:
            raise self._wrong("error.spec.key_value", "key", value=problem.answer, reason=problem.reason) from problem
        return replace(field, key=key, points=table.get("points", 1.0))

    def _check_partial(self, field: Field) -> None:
        """Raise a DataError if only some of the points can be earned where there is no part to earn."""
        if field.choose == ONE or field.kind != TICK:
            self._refuse("error.spec.only_any", ["partial"])
        if field.half_tolerance and field.half_tolerance <= field.tolerance:
            raise self._wrong("error.spec.half_tolerance", "half_tolerance")

    def _boxes(self, kind: str) -> int:
        """Return how many boxes the field has; raise a DataError if its kind has another number of them."""
        table = self._table
        if kind == IBAN:
            self._need("country")
            if table["country"] not in IBAN_LENGTHS:
                known = ", ".join(sorted(IBAN_LENGTHS))
                raise self._wrong("error.spec.country", "country", value=table["country"], known=known)
            fixed = IBAN_LENGTHS[table["country"]] - len(table["country"])
        elif kind in _FIXED_BOXES:
            fixed = _FIXED_BOXES[kind]
        else:
            self._need("boxes")
            boxes: int = table["boxes"]
            if kind in LEAST_DIGITS and not LEAST_DIGITS[kind] <= boxes <= MOST_DIGITS[kind]:
                least, most = LEAST_DIGITS[kind], MOST_DIGITS[kind]
                raise self._wrong("error.spec.kind_boxes", "boxes", kind=kind, least=least, most=most)
            return boxes
        if table.get("boxes", fixed) != fixed:
            raise self._wrong("error.spec.fixed_boxes", "boxes", kind=kind, boxes=fixed)
        return fixed

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
        least = field.digits or max(field.decimals + 1, LEAST_DIGITS.get(field.kind, 0))
        lengths = range(least, (field.digits or field.boxes) + 1)
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
        if field.kind == TICK and len(boxes) != count:
            raise self._wrong("error.spec.option_places", "at", boxes=count)
        if len(boxes) == 1:
            x, y, wide, high = boxes[0]
            boxes = tuple(Box(x + index * wide / count, y, wide / count, high) for index in range(count))
        if field.style == OPEN or len(boxes) != count:
            raise self._wrong("error.spec.places", "at", boxes=1 if field.style == OPEN else count)
        if min(box.width for box in boxes) < SMALLEST_BOX:
            raise self._wrong("error.spec.narrow", "at", boxes=count, least=SMALLEST_BOX)
        return replace(field, at=boxes)

    def check_on_paper(self, field: Field, size: tuple[float, float]) -> None:
        """Raise a DataError if a box reaches beyond the paper, whose width and height are given in millimetres."""
        if any(box.right > size[0] + 1 or box.bottom > size[1] + 1 for box in field.at):
            raise self._wrong("error.spec.off_paper", "at", width=size[0], height=size[1])
