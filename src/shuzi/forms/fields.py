"""A field of a sheet: what a spec may say of it, and what all kinds of fields can be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Annotated, Any, ClassVar, Literal, Protocol, get_args

from typing_extensions import TypedDict

from shuzi.declared import Declared, Flag, Positive, between, one_of, that
from shuzi.errors import DataError, ShuziError
from shuzi.forms.grammar import BOXES, MAX_BOXES, MIN_BOX_SIZE, ONE, Style, Text, Texts, are_boxes, is_key
from shuzi.forms.notation import CHECKS, Notation, passes
from shuzi.ink.boxes import Box
from shuzi.reading.automaton import Automaton, compile_pattern
from shuzi.reading.result import without_marks

FieldKind = Literal["number", "identifier", "date", "time", "phone", "card", "iban", "tick"]
NUMBER, IDENTIFIER, DATE, TIME, PHONE, CARD, IBAN, TICK = get_args(FieldKind)
"""The kinds of fields: a value to calculate with, text such as 007, a day, hours and minutes, the numbers of a phone,
of a bank card and of an account, and boxes to tick."""

SEVERAL = "several"
"""The rule that only one box may be ticked."""

AMONG = "among"
"""The rule that only the values on a field's list may be written."""

_MAX_QUOTED = 120  # characters of a text in a formula, where quotes count twice and 255 are the most

Shown = Callable[[str], str]
"""Turns a text into what the cell of a worksheet with it holds."""


class Wrong(Protocol):
    """Makes the error about a key of a field."""

    def __call__(self, error: str, key: str, **values: Any) -> DataError:
        """Return it."""


class FieldKeys(TypedDict, total=False):
    """The keys that a spec may have of each field."""

    name: Text
    label: Text
    kind: Annotated[str, one_of(*get_args(FieldKind))]
    once: Flag
    required: Flag
    points: Positive
    key: Annotated[Any, that(is_key, "spec.key")]
    at: Annotated[list[Any], that(are_boxes, "spec.place", min=MIN_BOX_SIZE)]


class DigitsKeys(FieldKeys, total=False):
    """Those of each field that digits are written in."""

    boxes: Annotated[int, between(1, MAX_BOXES)]
    style: Style
    column: Text
    among: Texts
    among_column: Text
    name_column: Text
    unique: Flag


KINDS: dict[str, type[Field]] = {}
"""The class of each kind; `shuzi.forms.kinds` has them."""


@dataclass(frozen=True)
class Field:
    """A field of a sheet, of digits that stand for themselves; kinds differ from this."""

    name: str  # its name in the result
    label: str = ""  # what is printed beside or above it
    kind: str = NUMBER  # a key of `KINDS`
    boxes: int = 0  # how many digits there is room for, or boxes to tick; 0 if it is printed from the roster
    order: str = "ymd"  # in which a date is written: a key of `NOTATIONS`
    country: str = ""  # the two letters before the digits of an IBAN
    decimals: int = 0  # how many of them follow the printed decimal point
    style: str = BOXES  # BOXES, COMB or OPEN
    column: str = ""  # the roster's column that is printed here; nothing is written then
    once: bool = False  # whether it stands once on each page, above the table
    required: bool = False  # whether it must be filled in
    digits: int | None = None  # the number of digits that must be written; None if any
    minimum: float | None = None  # the range of a number; None if there is no limit
    maximum: float | None = None
    earliest: str = "1900-01-01"  # the range of a date, as ISO 8601 writes it
    latest: str = "2099-12-31"
    check: str = ""  # the check digit's method, one of `CHECKS`
    weights: tuple[int, ...] = ()  # of modulus 11, as `mod11` takes them
    with_x: bool = True
    among: tuple[str, ...] = ()  # the only values that may be written
    names: tuple[str, ...] = ()  # who each of them is, "" if that is not known; none if they are not from a roster
    # what the text fits: a regular expression or a name, as `shuzi.Reader.read` takes them; "" if anything
    pattern: str = ""
    sum_of: tuple[str, ...] = ()  # the fields of the same row that add up to this one
    total: bool = False  # whether a spreadsheet adds up the column
    options: tuple[str, ...] = ()  # of boxes to tick: what stands beside each
    choose: str = ONE  # how many of them may be ticked: ONE or ANY
    unique: bool = False  # whether no two rows may have the same
    points: float = 0.0  # what the field earns at most; 0 if it is not graded
    key: tuple[str, ...] = ()  # the right answers, which earn all of them; where a number has none, it is the points
    tolerance: float = 0.0  # by how much a number may differ from the key, and for half of the points; 0 for none
    half_tolerance: float = 0.0
    partial: bool = False  # whether some of the right boxes of any-of-n earn some of the points
    # on a traced form: a box for each digit or option, or a single one if it is open, in millimetres
    at: tuple[Box, ...] = ()

    declared: ClassVar[Declared[Any]]  # the keys that a spec may have of it
    needs: ClassVar[str] = "boxes"  # the key that it must have
    box_range: ClassVar[tuple[int, int]] = (1, MAX_BOXES)  # how many boxes it may have; (0, 0) if other keys say so
    own_check: ClassVar[str] = ""  # the check digit that every value has
    is_tick: ClassVar[bool] = False  # whether boxes are ticked, and no digits written
    room_between: ClassVar[float] = 2.6  # millimetres between groups of boxes
    room_behind: ClassVar[float] = 0.0  # millimetres behind the last
    names_outside: ClassVar[bool] = False  # whether a doubt names what was read outside of its range
    is_listed_as_written: ClassVar[bool] = True  # whether people write the values of a list as the list has them
    doubts_points: ClassVar[bool] = True  # whether a point or a comma among the digits is a doubt
    doubts_signs: ClassVar[bool] = False  # whether a sign, such as a +, is one

    def __init_subclass__(cls) -> None:
        if "kind" in vars(cls):
            KINDS[cls.kind] = cls

    def __new__(cls, _name: str = "", _label: str = "", kind: str = NUMBER, *_: Any, **__: Any) -> Field:
        """Make a field of the kind that is asked for, as `pathlib.Path` makes a path of the machine's kind."""
        return object.__new__(KINDS[kind] if cls is Field else cls)

    @classmethod
    def boxes_in(cls, table: Mapping[str, Any]) -> tuple[int, int]:
        """Return how many boxes the field that a spec's table describes has, at least and at most."""
        return cls.box_range

    @classmethod
    def range_in(cls, table: Mapping[str, Any], boxes: int, wrong: Wrong) -> dict[str, Any]:
        """Return the range that a spec's table says, as `Field` takes it; raise a DataError if nothing is within."""
        return {}

    @property
    def notation(self) -> Notation | None:
        """How a value of several parts is written; None if it has none."""
        return None

    @property
    def groups(self) -> tuple[int, ...]:
        """The numbers of boxes that stand together."""
        return (self.boxes,)

    def signs(self, language: str) -> str:
        """Return what is printed behind each group of boxes."""
        return ""

    def text_of(self, digits: str) -> str:
        """Put what is written in the boxes, last digit last, into the form that the result has."""
        return digits

    def text_in_boxes(self, written: str) -> str:
        """Put the characters of the boxes, a space for an empty one, into the form that the result has."""
        return self.text_of(written.replace(" ", ""))

    def text_in_a_line(self, text: str) -> str:
        """Put what was read without boxes into the form that the result has."""
        return self.text_of(without_marks(text))

    def is_whole(self, written: str) -> bool:
        """Tell whether the boxes that are filled, a space for an empty one, stand together as they should."""
        return " " not in written.strip()

    def in_boxes(self, text: str) -> str:
        """Return the text of a cell as it stands in boxes, without what is printed beside them."""
        return text.replace("-", "").replace(".", "").replace(":", "")

    def can_hold(self, value: str) -> bool:
        """Return whether a value can be written in the boxes."""
        plain = self.in_boxes(value)
        allowed = plain[:-1] if self.last_may_be_x and plain.endswith("X") else plain
        return allowed.isdecimal() and allowed.isascii() and len(plain) <= self.boxes

    def broken(self, text: str) -> str:
        """Return the name of the first rule that a text breaks: "" if none."""
        if not text:
            return "required" if self.required else ""
        plain = self.in_boxes(text)
        if self.digits is not None and len(plain) != self.digits:
            return "length"
        if rule := self._broken_form(text, plain):
            return rule
        if self.check and not passes(self.check, self.country + plain, self.weights, self.with_x):
            return "check"
        if self.pattern and not compile_pattern(self.pattern).accepts(text):
            return "pattern"
        return AMONG if self.among and text not in self.among else ""

    def _broken_form(self, text: str, plain: str) -> str:
        """Return the rule that a text breaks, or what stands in boxes of it, by its form and range."""
        return ""

    @property
    def last_may_be_x(self) -> bool:
        """Whether the last character may be the X of a check digit that stands for 10."""
        return bool(self.check) and CHECKS[self.check].with_x and self.with_x

    def has_range(self, is_pattern_used: bool) -> bool:
        """Tell whether there are values that it cannot have, apart from a pattern that was used in reading."""
        return self.minimum is not None or self.maximum is not None

    @property
    def digits_pattern(self) -> str:
        """The pattern of its digits; "" if it has none."""
        return self.pattern

    def line_pattern(self) -> Automaton | None:
        """Return the pattern of what is written without boxes, with the marks that people write; None without one."""
        return self.box_pattern()  # what is no number may be written with dashes

    def box_pattern(self) -> Automaton | None:
        """Return the pattern of the digits in boxes, without what is printed beside them; None if it has none."""
        return compile_pattern(self.digits_pattern).of_digits() if self.digits_pattern else None

    def as_written(self, answer: str | float | date | time) -> str:
        """Return a right answer, which may be a number, a date or a time of TOML, as the text of a cell."""
        if isinstance(answer, str):
            return answer.strip()
        if isinstance(answer, time):
            return answer.isoformat("minutes") if answer == answer.replace(second=0, microsecond=0) else str(answer)
        return answer.isoformat() if isinstance(answer, date) else f"{answer}"

    def reason_against(self, answer: str) -> ShuziError | None:
        """Say why no cell can have this text and keep the rules; None if one can."""
        if not self.can_hold(answer):
            return ShuziError("spec.not_in_boxes")
        if (form := self.text_of(self.in_boxes(answer))) != answer:
            return ShuziError("spec.other_form", form=form)
        rule = self.broken(answer)
        return ShuziError(f"form.rule.{rule}") if rule else None

    def number_in(self, text: str) -> float | int | None:
        """Return the value of a cell's text to calculate with; None if it is text or no number.

        >>> [Field("n").number_in(text) for text in ("007", "7.50", "-7")]
        [7, 7.5, -7]
        >>> Field("n", boxes=16).number_in("1234567890123456") is None
        True
        """
        return None

    def cell_of(self, text: str) -> tuple[Any, str] | None:
        """Return the value of a text in a worksheet, and its format; None if the text itself stands there."""
        return None

    @property
    def answers(self) -> tuple[str, ...]:
        """The texts that are right."""
        return self.key

    def earned(self, text: str) -> float:
        """Return what an answer earns."""
        return self.points if text in self.answers else 0.0

    def formula(self, cell: str, shown: Shown = str, text: str = "") -> str:
        """Return the formula for what the answer in a cell earns, so that it follows corrections."""
        return f"=IF({self._is_right(cell, shown)},{self.points:.15g},0)"

    def _is_right(self, cell: str, shown: Shown) -> str:
        """Return the formula for whether a cell holds a right answer."""
        return f"OR({','.join(f'EXACT({cell},{quoted(shown(text))})' for text in self.answers)})"


def quoted(text: str) -> str:
    """Return a text as a formula has it."""
    parts = [""] if not text else [text[start : start + _MAX_QUOTED] for start in range(0, len(text), _MAX_QUOTED)]
    return "&".join('"' + part.replace('"', '""') + '"' for part in parts)
