"""The contents of a sheet: its fields, their rules, how they are printed, and its versions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

from shuzi.forms.kinds import NOTATIONS, WITH_X, Notation, digits_of, in_fours, is_date, is_number, is_time, passes
from shuzi.ink.boxes import Box
from shuzi.reading.patterns.automaton import compile_pattern

FieldKind = Literal["number", "identifier", "date", "time", "phone", "card", "iban", "tick"]
NUMBER, IDENTIFIER, DATE, TIME, PHONE, CARD, IBAN, TICK = get_args(FieldKind)
"""The kinds of fields: a value to calculate with, text such as 007, a day, hours and minutes, the numbers of a phone,
of a bank card and of an account, and boxes to tick."""

ONE, ANY = "one", "any"
"""How many boxes may be ticked."""

BETWEEN = "; "
"""Stands between the options that are ticked in one field."""

SEVERAL = "several"
"""The rule that only one box may be ticked."""

FieldStyle = Literal["boxes", "comb", "open"]
BOXES, COMB, OPEN = get_args(FieldStyle)
"""How a field is printed: a box for each digit, a box with short ticks between digits, or one empty box."""

AMONG = "among"
"""The rule that only the values on a field's list may be written."""

MIN_DIGITS = {PHONE: 5, CARD: 12}
"""The least digits of a phone's number, and of a card's."""

PAPERS = {"A4": (210.0, 297.0), "Letter": (215.9, 279.4)}
"""Width and height in millimetres."""


@dataclass(frozen=True)
class Field:
    """A field of a sheet.

    Examples
    --------
    >>> score = Field("score", boxes=3, decimals=1, maximum=20.0)
    >>> score.text_of("175"), score.text_of("5"), score.broken("17.5"), score.broken("20.5")
    ('17.5', '0.5', '', 'range')
    >>> answer = Field("q1", kind=TICK, boxes=2, options=("yes", "no"))
    >>> answer.broken("no"), answer.broken("yes; no"), answer.broken("maybe")
    ('', 'several', 'among')
    """

    name: str  # its name in the result
    label: str = ""  # what is printed beside or above it
    kind: str = NUMBER  # NUMBER, IDENTIFIER, DATE, TIME, PHONE, CARD, IBAN or TICK
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

    @property
    def notation(self) -> Notation | None:
        """How a value of several parts is written; None if it has none."""
        return NOTATIONS.get(self.order if self.kind == DATE else self.kind)

    @property
    def groups(self) -> tuple[int, ...]:
        """The numbers of boxes that stand together: around a point, the parts of a date, in fours; one to tick."""
        if self.kind == TICK:
            return (1,) * self.boxes
        if self.notation:
            return self.notation.widths
        if self.kind in (CARD, IBAN):
            return in_fours(self.boxes, 4 if self.kind == CARD else 2)
        return (self.boxes - self.decimals, self.decimals) if self.decimals else (self.boxes,)

    def text_of(self, digits: str) -> str:
        """Put what is written in the boxes, last digit last, into the form that the result has."""
        if self.notation:
            return self.notation.text_of(digits)
        if self.decimals and digits:
            digits = digits.rjust(self.decimals + 1, "0")
            return f"{digits[: -self.decimals]}.{digits[-self.decimals :]}"
        return self.country + digits if digits else ""

    def in_boxes(self, text: str) -> str:
        """Return the text of a cell as it stands in boxes, without what is printed beside them."""
        return digits_of(text, self.order, self.country)

    def broken(self, text: str) -> str:
        """Return the name of the first rule that a text breaks: "" if none."""
        if not text:
            return "required" if self.required else ""
        if self.kind == TICK:
            ticked = text.split(BETWEEN)
            if any(option not in self.options for option in ticked):
                return AMONG
            return SEVERAL if self.choose == ONE and len(ticked) > 1 else ""
        plain = self.in_boxes(text)
        if self.digits is not None and len(plain) != self.digits:
            return "length"
        if self.kind == DATE and not is_date(text):
            return "date"
        if self.kind == DATE and not self.earliest <= text <= self.latest:
            return "range"
        if self.kind == TIME and not is_time(text):
            return "time"
        if self.kind == NUMBER and not is_number(text, self.decimals):
            return "number"
        if self.kind in MIN_DIGITS and not MIN_DIGITS[self.kind] <= len(plain) <= self.boxes:
            return "length"
        if self.kind == IBAN and len(plain) != self.boxes:
            return "length"
        if self.kind == NUMBER and not (self.minimum is None or float(text) >= self.minimum):
            return "range"
        if self.kind == NUMBER and not (self.maximum is None or float(text) <= self.maximum):
            return "range"
        if self.check and not passes(self.check, self.country + plain, self.weights, self.with_x):
            return "check"
        if self.pattern and not compile_pattern(self.pattern).accepts(text):
            return "pattern"
        if self.among and text not in self.among:
            return AMONG
        return ""

    @property
    def last_may_be_x(self) -> bool:
        """Whether the last character may be the X of a check digit that stands for 10."""
        return self.check in WITH_X and self.with_x


@dataclass(frozen=True)
class Spec:
    """A sheet.

    Examples
    --------
    >>> spec = Spec("Scores", (Field("q1", boxes=2), Field("q2", boxes=2)), rows=20)
    >>> spec.id, spec.written[1].name, spec.size
    ('ECA947CE05', 'q2', (210.0, 297.0))
    """

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
        return id_of(self)

    def field_named(self, name: str) -> Field:
        """Return a field by its name, which must be there."""
        return next(field for field in self.fields if field.name == name)


def id_of(spec: Spec) -> str:
    """Return ten hexadecimal digits that change with what is printed; rules may change after printing."""
    # sheets without what came later keep their id
    printed = {name: getattr(spec, name) for name in _PRINTED_OF_SHEET}
    printed |= {"version": spec.version} if spec.version else {}
    fields = [
        {name: getattr(field, name) for name in _PRINTED_OF_FIELD}
        | {name: getattr(field, name) for name, unset in _LATER.items() if getattr(field, name) != unset}
        for field in spec.fields
    ]
    names = [[row[field.column] for field in spec.printed] for row in spec.roster] if spec.printed else []
    traced = [hashlib.sha256(spec.blank).hexdigest(), [field.at for field in spec.fields]] if spec.blank else []
    content = json.dumps([printed, fields, names, *traced], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:10].upper()


_PRINTED_OF_SHEET = ("title", "language", "paper", "landscape", "rows", "note")


_PRINTED_OF_FIELD = ("name", "label", "kind", "boxes", "decimals", "style", "column", "once")


_LATER = {"options": (), "order": "ymd", "country": ""}


@dataclass(frozen=True)
class Version:
    """A version of a sheet: its name, and the fields in its order with its keys."""

    name: str
    fields: tuple[Field, ...]

    @staticmethod
    def of(name: str, fields: Sequence[Field], order: Iterable[str], keys: Mapping[str, tuple[str, ...]]) -> Version:
        """Return a version of some fields.

        Examples
        --------
        >>> fields = [Field(name, boxes=1, key=("7",), points=1.0) for name in ("q1", "q2", "q3")]
        >>> version = Version.of("B", fields, ["q3", "q1"], {"q1": ("8",)})
        >>> [(field.name, field.key) for field in version.fields]
        [('q3', ('7',)), ('q2', ('7',)), ('q1', ('8',))]
        """
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
    """Return a spec for each version of a sheet, with an id of its own; the spec itself if it has no versions.

    >>> fields = (Field("q1", boxes=1), Field("q2", boxes=1))
    >>> spec = Spec("Exam", fields, versions=(Version("A", fields), Version("B", fields[::-1])))
    >>> [(sheet.version, sheet.fields[0].name) for sheet in sheets_of(spec)], len({s.id for s in sheets_of(spec)})
    ([('A', 'q1'), ('B', 'q2')], 2)
    """
    if not spec.versions:
        return (spec,)
    return tuple(replace(spec, fields=version.fields, version=version.name, versions=()) for version in spec.versions)
