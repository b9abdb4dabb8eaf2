"""What is written in one box without divisions becomes probable texts, as any picture of a number does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shuzi.forms.finding.cells import Cut
from shuzi.forms.finding.written import LEAST_INK, peak_of
from shuzi.forms.reading.boxes import Texts
from shuzi.forms.spec import DATE, IDENTIFIER, NUMBER, Field
from shuzi.reading.reader import Reader
from shuzi.reading.result import BLANK, NOT_A_DIGIT, OK, without_marks

_ONLY_UNSURE = ("reading.unsure", "reading.unsure_text", "reading.unsure_line")  # nothing else is amiss


@dataclass(frozen=True)
class Opened:
    """The probable texts of an open field, and whether something apart from them is amiss, so that none is sure."""

    texts: Texts
    amiss: bool


def read_open(field: Field, cut: Cut, reader: Reader) -> Opened:
    """Read an open field; where ink may be a line, with it and without."""
    found = _read(field, cut.inside, reader)
    if cut.kept is None:
        return found
    other = _read(field, cut.kept, reader)
    if found.texts[0][0] == other.texts[0][0]:
        return found
    merged: dict[str, float] = {}
    for text, share in (*found.texts, *other.texts):
        merged[text] = merged.get(text, 0.0) + share / 2
    return Opened(sorted(merged.items(), key=lambda each: -each[1]), found.amiss)


def _read(field: Field, inside: NDArray[np.uint8], reader: Reader) -> Opened:
    if peak_of(inside) < LEAST_INK:
        return Opened([("", 1.0)], False)
    picture = np.pad(inside, inside.shape[0] // 8, constant_values=255)
    listed = bool(field.among) and not field.last_may_be_x
    reading = reader.read(picture, among=[*field.among] if listed else None)
    if reading.status == BLANK:
        return Opened([("", reading.confidence)], False)
    if reading.status == NOT_A_DIGIT:
        return Opened([("?", 1.0)], True)
    merged: dict[str, float] = {}
    for text, share in reading.alternatives or ((reading.text, reading.confidence),):
        put = _put(field, text)
        merged[put] = merged.get(put, 0.0) + share
    amiss = reading.status != OK and (listed or reading.advice[0] not in _ONLY_UNSURE)
    # an identifier may be written with dashes; a point belongs to a number, and must not vanish
    amiss = amiss or (field.kind == IDENTIFIER and not listed and any(each in reading.text for each in ".,"))
    return Opened(sorted(merged.items(), key=lambda each: -each[1]), amiss)


def _put(field: Field, text: str) -> str:
    text = text.replace("\n", "")
    if field.kind == DATE:
        return field.text_of(without_marks(text))
    if field.kind != NUMBER:
        return without_marks(text)
    return text.replace(",", ".") if field.decimals else text
