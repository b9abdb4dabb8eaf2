"""The boxes of a field become probable texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import itemgetter, or_

import numpy as np
from numpy.typing import NDArray

from shuzi.forms.finding.written import Written
from shuzi.forms.reading.followed import followed_in_boxes
from shuzi.forms.spec import Field
from shuzi.models.tasks import CLASSES, DIGITS
from shuzi.reading.decide.outcome import add_up
from shuzi.reading.patterns.automaton import START, Automaton
from shuzi.reading.reader import Reader

Texts = list[tuple[str, float]]

BLANK_BOX, OTHER = 10, 11
"""Columns of a box's probabilities after those of the digits: it is empty; something else is in it."""

BOX_COLUMNS = 12
"""Of a box's probabilities."""

FAINT = 0.3
"""The probability that a box with very little ink is empty, or that there is some in one that may be."""

_PIECE = 32  # images at once
_MOST = 64  # texts of a field
_LIKELY = 5  # digits of a box
_LEAST = 1e-6

# Fitted on 4,192 boxes of the benchmark's sheets, with validation digits of MNIST and of UNIPEN's even-numbered
# writers: there the network is a little too sure of which digit it is, and what is in a box for a digit is one.
_SOFTER, _IN_A_BOX = 0.8, 20.0


@dataclass(frozen=True)
class BoxTexts:
    """The probable texts of a field.

    Parameters
    ----------
    texts
        Each with its probability, the best first.
    probabilities
        The probabilities of each box: float64 (n, 12).
    whole
        Whether the boxes that are filled stand together as they should.
    """

    texts: Texts
    probabilities: NDArray[np.float64]
    whole: bool

    def score(self, text: str, last_may_be_x: bool) -> float:
        """Return the probability that the boxes hold just these characters in order, whichever boxes are empty."""
        ways = np.zeros(len(text) + 1)
        ways[0] = 1.0
        for index, box in enumerate(self.probabilities):
            # what is no digit, such as one that was crossed out, may stand for any of the ten
            any_digit = 0.0 if last_may_be_x and index == len(self.probabilities) - 1 else float(box[OTHER]) / 10
            of_character = [
                float(box[OTHER]) if character == "X" else float(box[int(character)]) + any_digit
                for character in text
            ]
            written = np.maximum(of_character, _LEAST * (1 - float(box[BLANK_BOX])))
            longer = ways * box[BLANK_BOX]
            longer[1:] += ways[:-1] * written
            ways = longer
        return float(ways[-1])


def probabilities_of(boxes: Sequence[Written], reader: Reader) -> NDArray[np.float64]:
    """Return for each box the probabilities of the ten digits, of an empty box and of anything else: (n, 12)."""
    probabilities = np.zeros((len(boxes), BOX_COLUMNS))
    views = [(index, view) for index, written in enumerate(boxes) for view in written.views]
    found: dict[int, list[NDArray[np.float64]]] = {}
    for start in range(0, len(views), _PIECE):
        places, images = zip(*views[start : start + _PIECE], strict=True)
        of_digits, is_digit = reader.classify_or_reject(np.stack(images))
        digit = 1 / (1 + (1 - is_digit) / np.maximum(is_digit, _LEAST) / _IN_A_BOX)
        softer = np.maximum(of_digits.astype(np.float64), _LEAST) ** _SOFTER
        digits = softer / softer.sum(axis=1, keepdims=True) * digit[:, None]
        for index, row in zip(places, np.column_stack([digits, np.zeros(len(digit)), 1 - digit]), strict=True):
            found.setdefault(index, []).append(row)
    for index, rows in found.items():  # where what may be ink makes another digit, each is as probable
        agree = len({int(row.argmax()) for row in rows}) == 1
        probabilities[index] = rows[0] if agree else np.mean(rows, axis=0)
    for index, written in enumerate(boxes):
        empty = float(written.image is None)
        if written.faint:
            empty = 1 - FAINT if written.image is None else FAINT
        probabilities[index] *= 1 - empty
        probabilities[index, BLANK_BOX] = empty
        if written.image is None and written.faint:
            probabilities[index, OTHER] = FAINT
    return probabilities


def texts_of(field: Field, probabilities: NDArray[np.float64]) -> BoxTexts:
    """Put the boxes of a field together: float64 (n, 12), as `probabilities_of` returns it."""
    states = _likeliest(field, probabilities)
    best = max(states, key=itemgetter(1))[0]
    if automaton := followed_in_boxes(field):
        states = list(dict([*states, *_likeliest(field, probabilities, automaton)]).items())
    ranked = merge_texts((_put(field, written), probability) for written, probability in states)
    return BoxTexts(ranked, probabilities, _gapless(field, best) and _full(field, best))


def merge_texts(texts: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    """Return each text once, with the sum of its probabilities, the most probable first.

    >>> merge_texts([("1", 0.2), ("7", 0.5), ("1", 0.25)])
    [('7', 0.5), ('1', 0.45)]
    """
    return sorted(add_up(texts).items(), key=itemgetter(1), reverse=True)


def _likeliest(
    field: Field, probabilities: NDArray[np.float64], automaton: Automaton | None = None
) -> list[tuple[str, float]]:
    """Return the likeliest characters in the boxes, a space for an empty one; only those that fit, with a pattern."""
    states: list[tuple[str, float, int]] = [("", 1.0, START)]
    last = len(probabilities) - 1
    endings = automaton.endings(len(probabilities)) if automaton else []
    most = len(DIGITS) if automaton else _LIKELY
    for index, box in enumerate(probabilities):
        choices = [(str(digit), float(box[digit])) for digit in np.argsort(-box[: len(DIGITS)])[:most].tolist()]
        choices.append((" ", float(box[BLANK_BOX])))
        # something that is no digit may be the X of a check digit
        choices.append(("X" if index == last and field.last_may_be_x else "?", float(box[OTHER])))
        within = reduce(or_, endings[: last - index + 1], 0)
        longer = [
            (text + character, probability * p, after)
            for text, probability, positions in states
            for character, p in choices
            if p > 0 and (after := _step(automaton, positions, character)) & (within or after)
        ]
        states = sorted(longer, key=itemgetter(1), reverse=True)[:_MOST]
    return [(text, probability) for text, probability, _ in states]


def _step(automaton: Automaton | None, positions: int, character: str) -> int:
    """Return the positions of a pattern after a box; an empty one, or an X at the end, is no character of it."""
    if automaton is None or character in " X":
        return positions
    return automaton.step(positions, CLASSES.index(character)) if character != "?" else 0


def _put(field: Field, written: str) -> str:
    """Put the characters of the boxes, a space for an empty one, into the form of the field."""
    if not written.strip():
        return ""
    if field.decimals:
        whole, rest = (part.replace(" ", "") for part in (written[: -field.decimals], written[-field.decimals :]))
        if len(rest) == field.decimals:
            return f"{whole or '0'}.{rest}"
        return f"{whole}.{rest}" if rest else whole
    if field.notation:  # the 0 of a month, a day or an hour is often left out
        parts = [part.replace(" ", "") for part in field.notation.parts_of(written)]
        if digits := field.notation.digits_in(parts):
            return field.text_of(digits)
    return field.text_of(written.replace(" ", ""))


def _full(field: Field, written: str) -> bool:
    """Tell whether the boxes of decimals are filled as they must be."""
    if not written.strip():
        return True
    if field.decimals:
        return " " not in written[-field.decimals - 1 :].lstrip()
    return True


def _gapless(field: Field, written: str) -> bool:
    """Tell whether no box between two others is empty, apart from a 0 that may be left out."""
    parts = field.notation.parts_of(written) if field.notation else [written]
    return not any(" " in part.strip() for part in parts)
