"""The writing in a box without divisions becomes probable texts, as any picture of a number does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.forms.finding.course import FAR, LINE
from shuzi.forms.finding.cut_fields import Cut, Side
from shuzi.forms.finding.flat import PAPER, SCALE
from shuzi.forms.finding.pieces import WIDEST_REST, threshold_of
from shuzi.forms.finding.written import LEAST_INK, peak_of
from shuzi.forms.reading.box_texts import FAINT, Texts, merge_texts
from shuzi.forms.reading.followed import followed_in_a_line
from shuzi.forms.reading.page_work import PageWork
from shuzi.forms.spec import CARD, IBAN, IDENTIFIER, NUMBER, PHONE, Field
from shuzi.reading.reader import Reader
from shuzi.reading.report.advice import ONLY_UNSURE
from shuzi.reading.report.result import BLANK, NOT_A_DIGIT, OK, SIGN_INK, UNKNOWN, Reading, without_marks

_NOT_AMISS = ONLY_UNSURE | {"reading.wide_gap"}  # in a field, digits may be spaced by what is printed there
_HIGH = 0.5  # of the height of a field with its margin: what is left of its line is at least so high
_LISTED = (NUMBER, IDENTIFIER, PHONE, CARD)  # a list of these is of what is written; a date may be written otherwise
_OF_DIGITS = (IDENTIFIER, CARD, IBAN)
_SPECK = 5  # pixels: less is no ink


@dataclass(frozen=True)
class Opened:
    """The probable texts of an open field, and whether something apart from them is amiss, so that none is sure.

    If there is more in the field or on its page than is read, there are no texts, and `too_much` is true. The images
    are those of its digits, uint8 (28, 28) each.
    """

    texts: Texts
    amiss: bool
    too_much: bool = False
    images: tuple[NDArray[np.uint8], ...] = ()


_TOO_MUCH = Opened([], True, too_much=True)


def read_open(field: Field, cut: Cut, reader: Reader, work: PageWork | None = None) -> Opened:
    """Read an open field; where ink may be a line, with it and without.

    Parameters
    ----------
    field, cut
        The field, and what was cut out of the page.
    reader
        Reads it.
    work
        What may be done for the fields of its page; None if it is alone.
    """
    work = work or PageWork(1)
    found = _read(field, cut.inside, reader, work)
    if found.too_much:
        return found
    if cut.doubtful and not found.texts[0][0]:
        return Opened([("", 1 - FAINT), ("?", FAINT)], True)
    if cut.doubtful or may_be_line(cut.inside, cut.sides):
        found = replace(found, amiss=True)
    if cut.kept is None:
        return found
    other = _read(field, cut.kept, reader, work)
    if other.too_much:
        return other
    if found.texts[0][0] == other.texts[0][0]:
        return found
    texts = merge_texts((text, probability / 2) for text, probability in (*found.texts, *other.texts))
    return replace(found, texts=texts)


def may_be_line(inside: NDArray[np.uint8], sides: Sequence[Side]) -> bool:
    """Tell whether a stroke may be what is left of the left or right line of an open field.

    Where the line was found, only a stroke on it that is alone may be; where it was not, any near to its place.

    >>> inside = np.full((84, 200), 250, np.uint8)
    >>> inside[16:66, 190:194] = 60
    >>> may_be_line(inside, [Side(190.0, True)]), may_be_line(inside, [Side(180.0, True)])
    (True, False)
    >>> inside[16:66, 90:94] = 60
    >>> may_be_line(inside, [Side(190.0, True)]), may_be_line(inside, [Side(180.0, False)])
    (False, True)
    """
    dark = PAPER - inside.astype(np.float32)
    dark -= np.float32(np.median(dark))
    ink = (dark >= threshold_of(peak_of(inside))).astype(np.uint8)
    _, _, stats, middles = cv2.connectedComponentsWithStats(ink, connectivity=8)
    there = stats[1:, cv2.CC_STAT_AREA] >= _SPECK
    stats, x = stats[1:][there], middles[1:, 0][there] + 0.5
    upright = (stats[:, cv2.CC_STAT_HEIGHT] >= _HIGH * len(inside)) & (
        stats[:, cv2.CC_STAT_WIDTH] <= WIDEST_REST * SCALE
    )
    return any(
        bool((upright & (np.abs(x - side.x) <= (1.2 * LINE if side.found else FAR) * SCALE)).any())
        for side in sides
        if not side.found or len(x) == 1
    )


def _read(field: Field, inside: NDArray[np.uint8], reader: Reader, work: PageWork) -> Opened:
    if peak_of(inside) < LEAST_INK:
        return Opened([("", 1.0)], False)
    if work.is_used_up:
        return _TOO_MUCH
    picture = np.pad(inside, inside.shape[0] // 8, constant_values=255)
    listed = bool(field.among) and field.kind in _LISTED and not field.last_may_be_x
    seen = reader.recognise(picture, work.most)
    if listed:
        reader = reader.with_values([*field.among])
    elif automaton := followed_in_a_line(field):
        reader = reader.with_pattern(automaton)
    reading = reader.decide(seen)
    work.spend(seen, reading)
    if seen.too_much is not None:
        return _TOO_MUCH
    if reading.status == BLANK:
        return Opened([("", reading.confidence)], False)
    if reading.status == NOT_A_DIGIT:
        return Opened([("?", 1.0)], True)
    read = reading.alternatives or ((reading.text, reading.confidence),)
    texts = merge_texts((_put(field, text), probability) for text, probability in read)
    amiss = reading.status != OK and (listed or reading.advice[0] not in _NOT_AMISS)
    # an identifier may be written with dashes; a point belongs to a number, and must not vanish
    amiss = amiss or (field.kind in _OF_DIGITS and not listed and any(mark in reading.text for mark in ".,"))
    # a + before a phone's number is no digit, and must not vanish either
    amiss = amiss or (field.kind == PHONE and any(piece.kind == SIGN_INK for piece in reading.ignored))
    if field.last_may_be_x and (with_x := _with_x(field, reading)):
        texts, amiss = merge_texts([(with_x, reading.confidence), *texts]), True
    images = tuple(digit.image for digit in reading.digits)
    return Opened(texts, amiss, images=images)


def _with_x(field: Field, reading: Reading) -> str:
    """Return the text with the X that its check digit asks for, if what stands there is no digit; else ""."""
    text = _put(field, reading.text) + "X"
    right = max((digit.box.right for digit in reading.digits), default=0)
    there = any(piece.kind in (SIGN_INK, UNKNOWN) and piece.box.right > right for piece in reading.ignored)
    return text if there and not field.broken(text) else ""


def _put(field: Field, text: str) -> str:
    text = text.replace("\n", "")
    if field.notation:
        digits = field.notation.digits_in(field.notation.parts_in_a_line(text))
        return field.text_of(digits or without_marks(text))
    if field.kind != NUMBER:
        return field.text_of(without_marks(text))
    return text.replace(",", ".") if field.decimals else text
