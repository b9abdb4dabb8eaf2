"""A reader's result becomes a reading that people and programs can use: sentences, JSON."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shuzi.errors import ShuziError
from shuzi.ink.boxes import Box
from shuzi.messages import say
from shuzi.pictures.open import open_picture, page_named

Status = Literal["ok", "blank", "not-a-digit", "unsure"]
DigitStatus = Literal["ok", "not-a-digit", "unsure"]
OK: Final = "ok"
BLANK: Final = "blank"
NOT_A_DIGIT: Final = "not-a-digit"
UNSURE: Final = "unsure"
_NOT_PLAIN = ("reading.ok_beside_signs", "reading.among.ok_beside", "reading.display.between")
_AS_ALL: Any = ""  # the status of the whole text
_WIDEST, _HIGHEST = 640, 320  # pixels as shown
_LARGEST = 3.0  # enlargement, so that a 28x28 image is not shown larger than its pixels deserve

COLOURS = {OK: "#15803d", UNSURE: "#b45309", NOT_A_DIGIT: "#b91c1c"}
"""The colours in which digits are drawn, by their status."""

InkKind = Literal["ruling", "sign", "print", "stain", "neighbour", "unknown"]
"""The kinds of ink that is in no text: lines, boxes and combs; characters that are no digit and no mark; a printed
pattern; pale ink; other writing, cut off by the picture's edge."""
RULING, SIGN_INK, PRINT, STAIN, NEIGHBOUR, UNKNOWN = get_args(InkKind)

Sentence = tuple[str, dict[str, Any]]
"""The key of a sentence and its values."""


def without_marks(text: str) -> str:
    """Leave out all that is neither a digit nor the end of a line."""
    return "".join(character for character in text if character.isdigit() or character == "\n")


def percent(confidence: float) -> str:
    """Write a confidence in whole percent, rounded down."""
    return f"{math.floor(100 * confidence)}%"


def how_sure(status: str, confidence: float) -> str:
    """Put a status into words, with the confidence if there is a number."""
    words = say("read.status." + status.replace("-", "_"))
    # next to "not a digit" it would look like the probability of that
    return say("read.sure", status=words, percent=percent(confidence)) if status in (OK, UNSURE) else words


@dataclass(frozen=True)
class Digit:
    """One digit of a reading.

    Parameters
    ----------
    digit
        0 to 9, the best guess.
    probability
        The probability that it is a digit and that the guess is correct.
    probabilities
        Of each digit, given that it is one: float32 (10,).
    box
        x, y, width and height in whole pixels, in the upright picture.
    status
        "ok", "unsure" or "not-a-digit".
    image
        What the network saw: uint8 (28, 28), ink 255.
    """

    digit: int
    probability: float
    probabilities: NDArray[np.float32] = field(compare=False)
    box: Box
    status: Status
    image: NDArray[np.uint8] = field(compare=False, repr=False)

    @property
    def alternatives(self) -> list[tuple[int, float]]:
        """The other nine digits and the probability of each, if it is a digit; the most likely first."""
        ranked = np.argsort(-self.probabilities, kind="stable").tolist()
        return [(digit, float(self.probabilities[digit])) for digit in ranked if digit != self.digit]

    def as_dict(self) -> dict[str, Any]:
        """Return the digit as JSON values."""
        return {
            "digit": self.digit,
            "probability": round(self.probability, 4),
            "probabilities": [round(float(probability), 4) for probability in self.probabilities],
            "box": list(self.box),
            "status": self.status,
        }


@dataclass(frozen=True)
class Mark:
    """One mark of a reading.

    Parameters
    ----------
    mark
        One of ``. , - / :``.
    probability
        The probability that this mark is here.
    box
        x, y, width and height in whole pixels, in the upright picture.
    alternatives
        Other characters that may be here and the probability of each, the most likely first; "?" is any that is
        neither a digit nor a mark.
    """

    mark: str
    probability: float
    box: Box
    alternatives: tuple[tuple[str, float], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the mark as JSON values."""
        return {
            "mark": self.mark,
            "probability": round(self.probability, 4),
            "box": list(self.box),
            "alternatives": [{"text": text, "probability": round(sure, 4)} for text, sure in self.alternatives],
        }


@dataclass(frozen=True)
class Ignored:
    """Ink that is in no text.

    Parameters
    ----------
    kind
        "ruling" (lines, boxes, combs), "sign" (a character that is no digit and no mark), "print" (a pattern such as
        the fine waves of cheques), "stain", "neighbour" (other writing, cut off by the picture's edge) or "unknown".
    box
        x, y, width and height in whole pixels, in the upright picture.
    """

    kind: str
    box: Box

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"kind": self.kind, "box": list(self.box)}


@dataclass(frozen=True)
class NumberLine:
    """One line of a reading: a number, and where it stands.

    Parameters
    ----------
    text
        Its digits and marks, from left to right.
    box
        x, y, width and height in whole pixels, in the upright picture.
    status
        "ok" or "unsure"; of a picture's only line, the status of the reading.
    confidence
        The probability that the text is complete and right.
    advice
        The key of a sentence about it, and its values.
    """

    text: str
    box: Box
    status: Status
    confidence: float
    advice: Sentence = field(hash=False)

    @property
    def digits_text(self) -> str:
        """The text without its marks."""
        return without_marks(self.text)

    @property
    def message(self) -> str:
        """A sentence for people, in the current language."""
        key, values = self.advice
        return say(key, **values)

    def as_dict(self) -> dict[str, Any]:
        """Return the line as JSON values."""
        return {
            "text": self.text,
            "digits_text": self.digits_text,
            "box": list(self.box),
            "status": self.status,
            "confidence": round(self.confidence, 4),
            "message": self.message,
        }


@dataclass(frozen=True, repr=False)
class Reading:
    """The number in a picture.

    Parameters
    ----------
    text
        Digits and marks from left to right, one line per line of writing: the best guess, whatever the status.
    status
        "ok"; "blank" if there is no ink; "not-a-digit"; or "unsure".
    confidence
        The probability that the whole text is correct.
    digits
        Its digits in order.
    advice
        The key of a sentence that tells people what to do, and its values.
    calibrated
        Whether the confidence was fitted for the set of models that read; where it was not, it is too high.
    marks
        Its marks in order.
    ignored
        Ink that is in no text and at least 0.4 of a digit's height, from left to right.
    alternatives
        The best texts, this one first, and the probability of each; at most ten.
    digits_confidence
        The probability that all digits are correct, whatever the marks; `confidence` if nothing is given.
    digits_status
        The status of the digits, whatever the marks; `status` if nothing is given.
    source
        The path of the picture, with the page of a PDF or TIFF (``"scan.pdf#2"``); None if it was not a file.
    own_lines
        The numbers of a photographed page, each with a status and a confidence of its own; see `lines`.

    Examples
    --------
    >>> Reading("", BLANK, 1.0, (), ("reading.blank", {})).verdict
    'blank: There is no writing in this picture.'
    """

    text: str
    status: Status
    confidence: float
    digits: tuple[Digit, ...]
    advice: Sentence = field(hash=False)
    calibrated: bool = True
    marks: tuple[Mark, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    alternatives: tuple[tuple[str, float], ...] = ()
    digits_confidence: float = -1.0
    digits_status: Status = _AS_ALL
    source: str | None = field(default=None, compare=False)
    own_lines: tuple[NumberLine, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if self.digits_confidence < 0:
            object.__setattr__(self, "digits_confidence", self.confidence)
        if self.digits_status == _AS_ALL:
            object.__setattr__(self, "digits_status", self.status)

    def __repr__(self) -> str:
        source = "" if self.source is None else f", source={self.source!r}"
        return f"Reading({self.text!r}, {self.status}, {percent(self.confidence)}{source})"

    def _repr_html_(self) -> str:  # what a notebook shows
        return _as_html(self)

    @property
    def lines(self) -> tuple[NumberLine, ...]:
        """Its numbers, one a line, in reading order: rows from top to bottom, within a row from left to right.

        Only those of a photographed page have a status and a confidence of their own; others have the reading's.
        """
        if self.own_lines or not self.text:
            return self.own_lines
        digits, marks = iter(self.digits), iter(self.marks)
        lines = []
        for text in self.text.split("\n"):
            own = [next(digits, None) if character.isdigit() else next(marks, None) for character in text]
            boxes = [character.box for character in own if character is not None]
            box = Box(0, 0, 0, 0)
            if boxes:
                box = Box.around(np.concatenate([own_box.corners for own_box in boxes]))
            lines.append(NumberLine(text, box, self.status, self.confidence, self.advice))
        return tuple(lines)

    @property
    def digits_text(self) -> str:
        """The text without its marks."""
        return without_marks(self.text)

    def digits_only(self) -> Reading:
        """Return the reading without marks: what 0.1 would have called its text, and the confidence in that."""
        others: dict[str, float] = {}
        for text, probability in self.alternatives:
            plain = without_marks(text)
            if plain != self.digits_text:
                others[plain] = min(others.get(plain, 0.0) + probability, self.digits_confidence)
        rest = max(sum(others.values()), 1e-9)
        scale = min(1.0, (1 - self.digits_confidence) / rest)
        scaled = ((text, scale * probability) for text, probability in others.items())
        named = sorted(scaled, key=lambda text: -text[1])
        sure = self.digits_status == OK != self.status
        return replace(
            self,
            text=self.digits_text,
            status=self.digits_status,
            confidence=self.digits_confidence,
            marks=(),
            alternatives=((self.digits_text, self.digits_confidence), *named) if self.alternatives else (),
            advice=about_success(self.ignored) if sure else self.advice,
            own_lines=tuple(replace(line, text=line.digits_text) for line in self.own_lines),
        )

    @property
    def message(self) -> str:
        """A sentence for people, in the current language."""
        key, values = self.advice
        return say(key, **values)

    @property
    def verdict(self) -> str:
        """The status in words, with the confidence if there is a number, and advice unless `is_plain`."""
        status = how_sure(self.status, self.confidence)
        return status if self.is_plain else say("read.with_advice", status=status, advice=self.message)

    @property
    def is_plain(self) -> bool:
        """Whether the status is ok and the text alone says everything: nothing left out or between two digits."""
        return self.status == OK and self.advice[0] not in _NOT_PLAIN

    def as_dict(self, source: str | None = None) -> dict[str, Any]:
        """Return the reading as JSON values, first its source: `source` if given, else its own, if it has one."""
        source = self.source if source is None else source
        shown: dict[str, Any] = {} if source is None else {"source": source}
        return shown | {
            "text": self.text,
            "digits_text": self.digits_text,
            "status": self.status,
            "confidence": round(self.confidence, 4),
            "digits_status": self.digits_status,
            "digits_confidence": round(self.digits_confidence, 4),
            "lines": [line.as_dict() for line in self.lines],
            "digits": [digit.as_dict() for digit in self.digits],
            "marks": [mark.as_dict() for mark in self.marks],
            "ignored": [piece.as_dict() for piece in self.ignored],
            "alternatives": [{"text": text, "probability": round(sure, 4)} for text, sure in self.alternatives],
            "message": self.message,
        }


def about_success(ignored: Sequence[Ignored]) -> Sentence:
    """Say that the number was read, and what was left out."""
    kinds = [piece.kind for piece in ignored]
    if SIGN_INK in kinds:
        return "reading.ok_beside_signs", {"n": kinds.count(SIGN_INK)}
    if NEIGHBOUR in kinds:
        return "reading.ok_beside_neighbours", {}
    return ("reading.ok_without_ruling" if {RULING, PRINT} & {*kinds} else "reading.ok"), {}


def _as_html(reading: Reading) -> str:
    """Return a picture, opened again if it is a file, with a box around each digit, and below it text and advice."""
    words = f"<strong>{escape(reading.text)}</strong> <span>{escape(reading.verdict)}</span>".replace("\n", "<br>")
    grey = _open_again(reading)
    return f"<div>{'' if grey is None else _drawn(reading, grey)}{words}</div>"


def _open_again(reading: Reading) -> NDArray[np.uint8] | None:
    if reading.source is not None and _is_file(reading.source):
        try:
            return open_picture(reading.source)
        except ShuziError:
            pass  # changed since it was read
    if not reading.digits:
        return None
    right = max(round(digit.box[0] + digit.box[2]) for digit in reading.digits)
    bottom = max(round(digit.box[1] + digit.box[3]) for digit in reading.digits)
    grey = np.full((bottom + 4, right + 4), 255, np.uint8)
    for digit in reading.digits:
        x, y, width, height = map(round, digit.box)
        rows, columns = np.nonzero(digit.image)
        if len(rows) and width and height:
            ink = digit.image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
            grey[y : y + height, x : x + width] = 255 - np.asarray(Image.fromarray(ink).resize((width, height)))
    return grey


def _is_file(source: str) -> bool:
    """Tell whether a source is a file, or a page of one; a pipe can be read only once."""
    page = page_named(source)
    return Path(source if page is None else str(page.document)).is_file()


def _drawn(reading: Reading, grey: NDArray[np.uint8]) -> str:
    height, width = grey.shape
    scale = min(_WIDEST / width, _HIGHEST / height, _LARGEST)
    small = (max(1, round(width * scale)), max(1, round(height * scale)))
    png = io.BytesIO()
    Image.fromarray(grey).resize(small, Image.Resampling.LANCZOS).save(png, "PNG")
    boxes = "".join(
        f'<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="none" stroke="{COLOURS[digit.status]}"'
        f' stroke-width="{1.5 / scale:.3g}"><title>{digit.digit}: {percent(digit.probability)}</title></rect>'
        for digit in reading.digits
        for x, y, w, h in [digit.box]
    )
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{small[0]}" height="{small[1]}" style="display:block"'
        f' role="img" aria-label="{escape(reading.text)}">'
        f'<image href="data:image/png;base64,{base64.b64encode(png.getvalue()).decode()}" width="{width}"'
        f' height="{height}" preserveAspectRatio="none"/>{boxes}</svg>'
    )


COLUMNS = ("source", "text", "status", "confidence", "message", "digits_text", "digits_status", "digits_confidence")
"""The columns of a table of readings; the status of a picture that could not be read is "error"."""

LINE_COLUMNS = (
    *("source", "line", "text", "status", "confidence", "message", "digits_text"),
    *("x", "y", "width", "height"),
)
"""The columns of a table with a row for each number: `line` counts from 1, the box is in pixels of the picture."""

_CONFIDENCES = ("confidence", "digits_confidence")
_WHOLE = ("line", "x", "y", "width", "height")
_DIGITS = 4  # of a probability


def values_of(reading: Reading | ShuziError, source: str = "") -> tuple[Any, ...]:
    """Return the values of a row, one for each of COLUMNS."""
    if isinstance(reading, ShuziError):
        return (source or str(reading.values.get("path", "")), "", "error", None, str(reading), "", "error", None)
    confidence, of_digits = round(reading.confidence, _DIGITS), round(reading.digits_confidence, _DIGITS)
    own = (reading.text, reading.status, confidence, reading.message)
    return (source or reading.source or "", *own, reading.digits_text, reading.digits_status, of_digits)


def line_values_of(reading: Reading | ShuziError, source: str = "") -> list[tuple[Any, ...]]:
    """Return the values of a row for each number of a reading, for LINE_COLUMNS; without a number, of one row."""
    if isinstance(reading, ShuziError) or not reading.lines:
        source, text, status, confidence, message, digits_text, *_ = values_of(reading, source)
        return [(source, None, text, status, confidence, message, digits_text, None, None, None, None)]
    source = source or reading.source or ""
    return [
        (
            *(source, number, line.text, line.status, round(line.confidence, _DIGITS), line.message),
            *(line.digits_text, *line.box),
        )
        for number, line in enumerate(reading.lines, start=1)
    ]


def to_dataframe(readings: Iterable[Reading | ShuziError], lines: bool = False) -> Any:
    """Return readings as a data frame of pandas or, where only that is installed, of Polars.

    Parameters
    ----------
    readings
        What `Reader.read_many` yields, errors included.
    lines
        Whether to give a row for each number instead of each picture.

    Returns
    -------
    A data frame with a row for each picture and the columns of COLUMNS: texts, and confidences as floats. Of numbers,
    the columns are those of LINE_COLUMNS.

    Raises
    ------
    ModuleNotFoundError
        Neither pandas nor Polars is installed.

    Examples
    --------
    >>> import shuzi
    >>> reading = Reading("17", "ok", 0.99, (), ("reading.ok", {}), source="a.png")
    >>> frame = shuzi.to_dataframe([reading])
    >>> frame["source"][0], frame["text"][0], float(frame["confidence"][0])
    ('a.png', '17', 0.99)
    """
    columns: tuple[str, ...] = LINE_COLUMNS if lines else COLUMNS
    rows = [row for reading in readings for row in (line_values_of(reading) if lines else [values_of(reading)])]
    numbers = {name: float for name in columns if name in _CONFIDENCES}
    if find_spec("pandas") is not None:
        frame: Any = import_module("pandas").DataFrame(rows, columns=list(columns))
        return frame.astype(numbers | {name: "Int64" for name in columns if name in _WHOLE})
    if find_spec("polars") is not None:
        types: dict[str, type] = (
            dict.fromkeys(columns, str) | numbers | {name: int for name in columns if name in _WHOLE}
        )
        return import_module("polars").DataFrame(rows, schema=types, orient="row")
    raise ModuleNotFoundError("shuzi.to_dataframe needs pandas or Polars: python -m pip install pandas")
