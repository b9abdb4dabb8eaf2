"""The kinds of fields, a class each: keys, boxes, text, rules, points, and cell in a worksheet."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from fractions import Fraction
from typing import Annotated, Any, ClassVar

from shuzi.declared import Declared, Flag, Positive, between, one_of, that
from shuzi.errors import ShuziError
from shuzi.forms.fields import (
    AMONG,
    CARD,
    DATE,
    IBAN,
    IDENTIFIER,
    KINDS,
    NUMBER,
    PHONE,
    SEVERAL,
    TICK,
    TIME,
    DigitsKeys,
    Field,
    FieldKeys,
    FieldKind,
    Shown,
    Wrong,
    quoted,
)
from shuzi.forms.grammar import (
    ANY,
    BETWEEN,
    MAX_BOXES,
    MAX_DECIMALS,
    MAX_OPTION_LENGTH,
    MAX_OPTIONS,
    MAX_WEIGHT,
    ONE,
    Text,
    Texts,
    are_options,
    are_weights,
    is_number,
)
from shuzi.forms.notation import (
    DATE_ORDERS,
    HOURS,
    IBAN_LENGTHS,
    NOTATIONS,
    OF_DIGITS,
    YEAR,
    Notation,
    has_decimals,
    in_fours,
    is_date,
    is_time,
    years_from,
)
from shuzi.reading.automaton import Automaton, compile_pattern
from shuzi.reading.result import without_marks

__all__ = [  # what a field is, and its kinds, wherever they are written
    "AMONG",
    "BOX_RANGES",
    "CARD",
    "DATE",
    "DIGITS_KEPT",
    "IBAN",
    "IDENTIFIER",
    "KINDS",
    "NUMBER",
    "PHONE",
    "SEVERAL",
    "TICK",
    "TIME",
    "Field",
    "FieldKind",
    "number_format",
]

DIGITS_KEPT = 15
"""Digits of a number that a spreadsheet keeps."""

_INSTANT = 0.0001  # of a day, which is 1 in a spreadsheet: less than half a minute
_EXACT = 1e-9  # how far two numbers that are the same may lie apart in binary
_FIRST_DAY = date(1900, 3, 1)  # from which on spreadsheets agree: some have a 29 February before it


class _NumberKeys(DigitsKeys, total=False):
    decimals: Annotated[int, between(1, MAX_DECIMALS)]
    length: Annotated[int, between(1, MAX_BOXES)]
    min: Annotated[Any, that(is_number, "spec.limit")]
    max: Annotated[Any, that(is_number, "spec.limit")]
    check: Annotated[str, one_of(*OF_DIGITS)]
    weights: Annotated[list[int], that(are_weights, "spec.weights", max=MAX_WEIGHT)]
    with_x: Flag
    pattern: Text
    sum_of: Texts
    total: Flag
    tolerance: Positive
    half_tolerance: Positive


@dataclass(frozen=True)
class Number(Field):
    """A value to calculate with."""

    kind: str = NUMBER

    declared: ClassVar[Declared[Any]] = Declared(_NumberKeys)
    doubts_points: ClassVar[bool] = False

    @classmethod
    def range_in(cls, table: Mapping[str, Any], boxes: int, wrong: Wrong) -> dict[str, Any]:
        minimum, maximum = table.get("min"), table.get("max")
        whole = table.get("length", boxes) - table.get("decimals", 0)
        if minimum is not None and maximum is not None and minimum > maximum:
            raise wrong("error.spec.range", "max")
        if maximum is not None and maximum < 0:
            raise wrong("error.spec.never", "max", boxes=table.get("length", boxes))
        if minimum is not None and minimum >= 10**whole:
            raise wrong("error.spec.never", "min", boxes=table.get("length", boxes))
        return {"minimum": minimum, "maximum": maximum}

    @property
    def groups(self) -> tuple[int, ...]:
        return (self.boxes - self.decimals, self.decimals) if self.decimals else (self.boxes,)

    def signs(self, language: str) -> str:
        return "." if self.decimals else ""

    def text_of(self, digits: str) -> str:
        if not self.decimals or not digits:
            return digits
        digits = digits.rjust(self.decimals + 1, "0")
        return f"{digits[: -self.decimals]}.{digits[-self.decimals :]}"

    def text_in_boxes(self, written: str) -> str:
        if not self.decimals:
            return written.replace(" ", "")
        whole, rest = (part.replace(" ", "") for part in (written[: -self.decimals], written[-self.decimals :]))
        if len(rest) == self.decimals:
            return f"{whole or '0'}.{rest}"
        return f"{whole}.{rest}" if rest else whole

    def text_in_a_line(self, text: str) -> str:
        return text.replace(",", ".") if self.decimals else text

    def is_whole(self, written: str) -> bool:
        has_all = not self.decimals or " " not in written[-self.decimals - 1 :].lstrip()
        return " " not in written.strip() and (has_all or not written.strip())

    def _broken_form(self, text: str, plain: str) -> str:
        if not has_decimals(text, self.decimals):
            return "number"
        is_low = self.minimum is not None and float(text) < self.minimum
        return "range" if is_low or (self.maximum is not None and float(text) > self.maximum) else ""

    def line_pattern(self) -> Automaton | None:
        pattern = self.pattern
        if self.decimals and not pattern:
            pattern = f"\\d{{1,{self.boxes - self.decimals}}}\\.\\d{{{self.decimals}}}"
        if not pattern:
            return None
        return compile_pattern(pattern).with_commas() if self.decimals else compile_pattern(pattern)

    def box_pattern(self) -> Automaton | None:
        return None if self.decimals else super().box_pattern()

    def as_written(self, answer: str | float | date | time) -> str:
        if isinstance(answer, int | float) and answer == round(answer, self.decimals):
            return f"{answer:.{self.decimals}f}"
        return super().as_written(answer)

    def reason_against(self, answer: str) -> ShuziError | None:
        if not self.can_hold(answer):
            return ShuziError("spec.not_in_boxes")
        # compared by its value, whatever zeros are written before it
        whole, point, rest = answer.partition(".")
        whole = whole.lstrip("0") or "0"
        zeros = range(self.boxes - len(whole + rest) + 1)
        broken = [self.broken("0" * count + whole + point + rest) for count in zeros]
        # with a tolerance, other numbers are right too, and these may keep the rules
        if "" in broken or (self.tolerance and NUMBER not in broken):
            return None
        return ShuziError(f"form.rule.{broken[0]}")

    def number_in(self, text: str) -> float | int | None:
        whole, point, rest = text.partition(".")
        whole = whole.removeprefix("-")
        if not text.isascii() or len(whole + rest) > DIGITS_KEPT or not whole.isdecimal():
            return None
        if rest:
            return float(text) if rest.isdecimal() else None
        return None if point else int(text)

    def cell_of(self, text: str) -> tuple[Any, str] | None:
        value = None if self.column else self.number_in(text)
        return None if value is None else (value, number_format(len(text.partition(".")[2])))

    def earned(self, text: str) -> float:
        value = _value(text)
        if not self.key or value is None:
            return value or 0.0
        # exactly, since a float does not tell two numbers of more than fifteen digits apart
        exact = Fraction(text)
        apart = [abs(exact - Fraction(right)) - Fraction(_EXACT) for right in self._right_numbers()]
        is_right = any(off <= self.tolerance for off in apart)
        is_near = self.half_tolerance and any(off <= self.half_tolerance for off in apart)
        return self.points if is_right else self.points / 2 if is_near else 0.0

    def formula(self, cell: str, shown: Shown = str, text: str = "") -> str:
        half = f"IF({self._is_near(cell, self.half_tolerance)},{self.points / 2:.15g},0)"
        rest = half if self.half_tolerance else "0"
        # not AND, which is an error where a text is compared with a number
        right = self._is_near(cell, self.tolerance)
        # a cell keeps a number of more than fifteen digits as text, with which a spreadsheet cannot calculate
        long = [right for right in self.key if sum(map(str.isdigit, right)) > DIGITS_KEPT]
        same = ",".join(f"EXACT({cell},{quoted(shown(right))})" for right in long)
        as_text = f"IF(OR({same}),{self.points:.15g},0)" if long else "0"
        if earned := self.earned(text):
            as_text = f"IF(EXACT({cell},{quoted(shown(text))}),{earned:.15g},{as_text})"
        return f"=IF(ISNUMBER({cell}),IF({right},{self.points:.15g},{rest}),{as_text})"

    def _is_near(self, cell: str, tolerance: float) -> str:
        off = ",".join(f"ABS({cell}-{float(text):.15g})" for text in self._right_numbers())
        return f"MIN({off})<={tolerance + _EXACT:.12g}" if off else "FALSE"

    def _right_numbers(self) -> list[str]:
        return [text for text in self.key if _value(text) is not None]


def _value(text: str) -> float | None:
    # as in the cell of a spreadsheet and on the page: Python's numbers may have digits of any script, and _
    value = float(text) if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) else math.inf
    return value if math.isfinite(value) else None


def number_format(decimals: int) -> str:
    """Return a worksheet's format of numbers."""
    return "0." + "0" * decimals if decimals else "0"


class _IdentifierKeys(DigitsKeys, total=False):
    length: Annotated[int, between(1, MAX_BOXES)]
    check: Annotated[str, one_of(*OF_DIGITS)]
    weights: Annotated[list[int], that(are_weights, "spec.weights", max=MAX_WEIGHT)]
    with_x: Flag
    pattern: Text


@dataclass(frozen=True)
class Identifier(Field):
    """A text of digits, such as 007."""

    kind: str = IDENTIFIER

    declared: ClassVar[Declared[Any]] = Declared(_IdentifierKeys)
    _patterns: ClassVar[Mapping[str, str]] = {  # of check digits; an X at the end is not a digit
        "isbn": "97[89]\\d{10}|\\d{9}\\d?",
        "resident-id": "[1-9]\\d{5}(19|20)\\d\\d(0[1-9]|1[0-2])(0[1-9]|[12]\\d|3[01])\\d{3}\\d?",
    }

    @property
    def digits_pattern(self) -> str:
        return self.pattern or self._patterns.get(self.check, "")


@dataclass(frozen=True)
class _InParts(Field):
    """A value of several numbers, each in boxes of its own."""

    needs: ClassVar[str] = "name"
    is_listed_as_written: ClassVar[bool] = False
    doubts_points: ClassVar[bool] = False

    @property
    def _parts(self) -> Notation:
        raise NotImplementedError

    @property
    def notation(self) -> Notation | None:
        return self._parts

    @property
    def groups(self) -> tuple[int, ...]:
        return self._parts.widths

    def text_of(self, digits: str) -> str:
        return self._parts.text_of(digits)

    def text_in_boxes(self, written: str) -> str:
        # the 0 of a month, a day or an hour is often left out
        parts = [part.replace(" ", "") for part in self._parts.parts_of(written)]
        return self.text_of(self._parts.digits_in(parts) or written.replace(" ", ""))

    def text_in_a_line(self, text: str) -> str:
        return self.text_of(self._parts.digits_in(self._parts.parts_in_a_line(text)) or without_marks(text))

    def is_whole(self, written: str) -> bool:
        return not any(" " in part.strip() for part in self._parts.parts_of(written))

    def line_pattern(self) -> Automaton | None:
        return compile_pattern(self._parts.in_a_line)

    def box_pattern(self) -> Automaton | None:
        return compile_pattern(self._parts.in_boxes).of_digits()

    def _is_right(self, cell: str, shown: Shown) -> str:
        # such a cell holds a number, unless it is no day or time
        moments = [_moment(text) for text in self.answers if is_date(text) or is_time(text)]
        near = ",".join(f"ABS({cell}-{moment})<={_INSTANT}" for moment in moments) or "FALSE"
        return f"IF(ISNUMBER({cell}),OR({near}),{super()._is_right(cell, shown)})"


def _moment(text: str) -> str:
    """Return the formula for a day as ISO 8601 has it, or a time."""
    numbers = ",".join(str(int(part)) for part in re.split("[-:]", text))
    return f"DATE({numbers})" if is_date(text) else f"TIME({numbers},0)"


class _DateKeys(DigitsKeys, total=False):
    order: Annotated[str, one_of(*DATE_ORDERS)]
    min: Annotated[Any, that(lambda value: type(value) is date, "spec.day")]
    max: Annotated[Any, that(lambda value: type(value) is date, "spec.day")]


@dataclass(frozen=True)
class Date(_InParts):
    """A day, in the result as ISO 8601 writes it."""

    kind: str = DATE

    declared: ClassVar[Declared[Any]] = Declared(_DateKeys)
    box_range: ClassVar[tuple[int, int]] = (8, 8)
    room_between: ClassVar[float] = 5.2
    room_behind: ClassVar[float] = 5.2
    names_outside: ClassVar[bool] = True

    @classmethod
    def range_in(cls, table: Mapping[str, Any], boxes: int, wrong: Wrong) -> dict[str, Any]:
        ends = {"earliest": table.get("min"), "latest": table.get("max")}
        days = {name: day.isoformat() for name, day in ends.items() if day}
        if days.get("earliest", cls.earliest) > days.get("latest", cls.latest):
            raise wrong("error.spec.range_of_dates", "max" if "max" in table else "min")
        return days

    @property
    def _parts(self) -> Notation:
        return NOTATIONS[self.order]

    def _with_years(self) -> Notation:
        """Return how it is written, with the years of its range."""
        years = years_from(int(self.earliest[:4]), int(self.latest[:4]))
        parts = self._parts
        return replace(parts, patterns=tuple(years if part == YEAR else part for part in parts.patterns))

    def line_pattern(self) -> Automaton | None:
        return compile_pattern(self._with_years().in_a_line)

    def box_pattern(self) -> Automaton | None:
        return compile_pattern(self._with_years().in_boxes).of_digits()

    def signs(self, language: str) -> str:
        if language == "zh":
            return "".join({"y": "年", "m": "月", "d": "日"}[part] for part in self.order)
        return "--" if self.order == "ymd" else "//"

    def in_boxes(self, text: str) -> str:
        if self.order != DATE_ORDERS[0] and text.count("-") == 2:
            parts = text.split("-")
            text = "".join(parts[DATE_ORDERS[0].index(part)] for part in self.order)
        return super().in_boxes(text)

    def _broken_form(self, text: str, plain: str) -> str:
        if not is_date(text):
            return "date"
        return "" if self.earliest <= text <= self.latest else "range"

    def has_range(self, is_pattern_used: bool) -> bool:
        return not is_pattern_used

    def cell_of(self, text: str) -> tuple[Any, str] | None:
        day = date.fromisoformat(text) if is_date(text) else None
        return (day, "yyyy-mm-dd") if day and day >= _FIRST_DAY else None


@dataclass(frozen=True)
class Time(_InParts):
    """Hours and minutes."""

    kind: str = TIME

    declared: ClassVar[Declared[Any]] = Declared(DigitsKeys)
    box_range: ClassVar[tuple[int, int]] = (4, 4)

    @property
    def _parts(self) -> Notation:
        return HOURS

    def signs(self, language: str) -> str:
        return ":"

    def _broken_form(self, text: str, plain: str) -> str:
        return "" if is_time(text) else "time"

    def cell_of(self, text: str) -> tuple[Any, str] | None:
        return (time.fromisoformat(text), "hh:mm") if is_time(text) else None


class _CardKeys(DigitsKeys, total=False):
    length: Annotated[int, between(1, MAX_BOXES)]


class _PhoneKeys(_CardKeys, total=False):
    pattern: Text


@dataclass(frozen=True)
class Phone(Field):
    """The number of a phone."""

    kind: str = PHONE

    declared: ClassVar[Declared[Any]] = Declared(_PhoneKeys)
    box_range: ClassVar[tuple[int, int]] = (5, 15)
    doubts_points: ClassVar[bool] = False
    doubts_signs: ClassVar[bool] = True

    def _broken_form(self, text: str, plain: str) -> str:
        return "" if self.box_range[0] <= len(plain) <= self.boxes else "length"

    @property
    def digits_pattern(self) -> str:
        return self.pattern or f"\\d{{{self.box_range[0]},{self.boxes}}}"


@dataclass(frozen=True)
class Card(Phone):
    """The number of a bank card."""

    kind: str = CARD

    declared: ClassVar[Declared[Any]] = Declared(_CardKeys)
    box_range: ClassVar[tuple[int, int]] = (12, 19)
    own_check: ClassVar[str] = "luhn"
    room_between: ClassVar[float] = 2.0
    doubts_points: ClassVar[bool] = True
    doubts_signs: ClassVar[bool] = False

    @property
    def groups(self) -> tuple[int, ...]:
        return in_fours(self.boxes, 4)


class _IbanKeys(DigitsKeys, total=False):
    country: Annotated[
        str, that(lambda value: value in [*IBAN_LENGTHS], "spec.country", known=", ".join(sorted(IBAN_LENGTHS)))
    ]


@dataclass(frozen=True)
class Iban(Field):
    """The number of an account; its country is printed."""

    kind: str = IBAN

    declared: ClassVar[Declared[Any]] = Declared(_IbanKeys)
    needs: ClassVar[str] = "country"
    box_range: ClassVar[tuple[int, int]] = (0, 0)
    own_check: ClassVar[str] = "iban"
    room_between: ClassVar[float] = 2.0
    is_listed_as_written: ClassVar[bool] = False

    @classmethod
    def boxes_in(cls, table: Mapping[str, Any]) -> tuple[int, int]:
        boxes = IBAN_LENGTHS[table["country"]] - len(table["country"])
        return boxes, boxes

    @property
    def groups(self) -> tuple[int, ...]:
        return in_fours(self.boxes, 2)

    def text_of(self, digits: str) -> str:
        return self.country + digits if digits else ""

    def in_boxes(self, text: str) -> str:
        return super().in_boxes(text).removeprefix(self.country)

    def _broken_form(self, text: str, plain: str) -> str:
        return "" if len(plain) == self.boxes else "length"

    @property
    def digits_pattern(self) -> str:
        return f"\\d{{{self.boxes}}}"


class _TickKeys(FieldKeys, total=False):
    options: Annotated[
        list[str],
        that(are_options, "spec.options", max=MAX_OPTIONS, longest=MAX_OPTION_LENGTH, between=BETWEEN.strip()),
    ]
    choose: Annotated[str, one_of(ONE, ANY)]
    partial: Flag


@dataclass(frozen=True)
class Tick(Field):
    """Boxes to tick."""

    kind: str = TICK

    declared: ClassVar[Declared[Any]] = Declared(_TickKeys)
    needs: ClassVar[str] = "options"
    box_range: ClassVar[tuple[int, int]] = (0, 0)
    is_tick: ClassVar[bool] = True

    @classmethod
    def boxes_in(cls, table: Mapping[str, Any]) -> tuple[int, int]:
        return len(table["options"]), len(table["options"])

    @property
    def groups(self) -> tuple[int, ...]:
        return (1,) * self.boxes

    def broken(self, text: str) -> str:
        if not text:
            return super().broken(text)
        ticked = text.split(BETWEEN)
        if any(option not in self.options for option in ticked):
            return AMONG
        return SEVERAL if self.choose == ONE and len(ticked) > 1 else ""

    def reason_against(self, answer: str) -> ShuziError | None:
        return None if answer in self.options else ShuziError(f"form.rule.{AMONG}")

    @property
    def answers(self) -> tuple[str, ...]:
        """The texts that are right; of any-of-n a single one, which names all that must be ticked."""
        if self.choose == ANY:
            return (BETWEEN.join(option for option in self.options if option in self.key),)
        return self.key

    def earned(self, text: str) -> float:
        if not self.partial:
            return super().earned(text)
        # as in the formula, an option counts once, and what is none counts nothing
        ticked = set(text.split(BETWEEN)) & {*self.options}
        right = len(ticked & {*self.key})
        return self.points * max(2 * right - len(ticked), 0) / len(self.key)

    def formula(self, cell: str, shown: Shown = str, text: str = "") -> str:
        if not self.partial:
            return super().formula(cell, shown, text)
        found = "".join(f"{'+' if o in self.key else '-'}{_ticked(cell, o, shown)}" for o in self.options)
        return f"=MAX(0,0{found})*{self.points:.15g}/{len(self.key)}"


def _ticked(cell: str, option: str, shown: Shown) -> str:
    """Return the formula for whether an option is ticked, 1 or 0; the first one of a text may be shown otherwise."""
    names = dict.fromkeys((shown(BETWEEN + option).removeprefix(BETWEEN), shown(option)))
    found = ",".join(
        f"ISNUMBER(FIND({quoted(BETWEEN + name + BETWEEN)},{quoted(BETWEEN)}&{cell}&{quoted(BETWEEN)}))"
        for name in names
    )
    return f"OR({found})"


BOX_RANGES = {kind: own.box_range for kind, own in KINDS.items() if own.box_range[1]}
"""How many boxes a field of each kind may have, where no other key says so."""
