"""The boxes of a field become probable texts, and with its rules what is written, or a doubt."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import product
from operator import itemgetter, or_

import numpy as np
from numpy.typing import NDArray

from shuzi.forms.kinds import AMONG, Field
from shuzi.forms.notation import CHECKS
from shuzi.forms.result import SUM, Cell, added_up
from shuzi.forms.writing import Written
from shuzi.models.tasks import CLASSES, DIGITS
from shuzi.reading.allowed_values import find_nearest_values, is_clearly_other
from shuzi.reading.automaton import LETTERS, START, Automaton, compile_pattern
from shuzi.reading.outcome import add_up
from shuzi.reading.reader import Reader
from shuzi.reading.result import BLANK, OK, UNSURE

OK_FROM, BLANK_FROM = 0.93, 0.986
"""The probabilities from which a text is `ok`, and a field blank.

On sheets whose digits keep clear of the lines, with validation digits of MNIST and of UNIPEN's even-numbered writers,
without those that nobody could tell, 99.7 % of boxes and 99.6 % of numbers so sure are right. A number that is passed
over is worse than one misread, so a blank has to be surer."""

LISTED = 5
"""Texts that a cell names."""

_KEPT = 0.98  # the probability that a writer keeps a rule
_RARE = 0.1  # of random texts add up
_NAMED = 3  # values on the list that it names where the text is none of them
_OF_A_SUM = 4  # texts of each field that a sum is sought among
_MIN_TEXT_PROBABILITY = 1e-4  # a text less probable than this is not what is written, whatever the rules say
_MAX_SUMS = 20_000  # combinations of texts that are tried for a sum


def decide(field: Field, found: Texts, boxes: BoxTexts | None = None, amiss: bool = False) -> Cell:
    """Choose the text of a field."""
    if not found:
        return Cell("", UNSURE, 0.0)
    best, probability = found[0]
    if not best:
        rule = field.broken("")
        status = BLANK if probability >= BLANK_FROM and not rule else UNSURE
        return Cell("", status, probability, rule, tuple(found[:LISTED]))
    # of a list, only its values may be meant
    texts = found
    if field.among and boxes is not None:
        plain = {value: field.in_boxes(value) for value in field.among}
        texts = [(value, boxes.score(text, field.last_may_be_x)) for value, text in plain.items()]
        texts = sorted(
            [(text, probability) for text, probability in texts if probability > 0], key=itemgetter(1), reverse=True
        )
    kept = [(text, probability) for text, probability in texts if text and not field.broken(text)]
    off_list = bool(field.among) and best not in field.among
    is_other = off_list and "?" not in best and bool(kept) and _is_other(probability, kept[0][1])
    if not kept or kept[0][1] < _MIN_TEXT_PROBABILITY or is_other:
        rule, others = (AMONG, _nearest(field, best, boxes)) if off_list else (field.broken(best), found[1:LISTED])
        return Cell(best, UNSURE, probability, rule, (found[0], *others))
    # weigh the texts that keep the rules against all else that may be written, by Bayes' theorem
    right = sum(probability for _, probability in kept)
    # an empty field breaks no rule, and what cannot be read may as well be a text that keeps them
    empty = 0.0 if field.required else dict(found).get("", 0.0)
    unread = 0.0 if texts is not found else sum(probability for text, probability in found if "?" in text)
    against = max(1 - right - empty - unread, 0.0)
    # what was read among a list, or by a pattern, has used it already
    used = boxes is None
    if _has_rules(field, used) and not (field.among and used):
        rarity = _rarity(field, kept[0][0], used)
        against *= (1 - _KEPT) / _KEPT * rarity
        unread *= rarity
    everything = right + against + empty + unread
    # the best of them is `ok` only if nothing else is amiss
    ranked = [(text, probability / everything) for text, probability in kept[:LISTED]]
    text, confidence = ranked[0]
    if field.check:
        unchecked = decide(replace(field, check=""), found, boxes, amiss)
        if unchecked.text == text:
            wrong = (1 - unchecked.confidence) / CHECKS[field.check].modulus
            confidence = min(confidence, unchecked.confidence / (unchecked.confidence + wrong))
            ranked[0] = text, confidence
        else:
            amiss = True
            ranked.insert(1, (unchecked.text, 1 - confidence))
    if off_list:
        # nor does it make a digit of an empty box, or of something else in one
        if boxes and _is_other(probability, boxes.score(plain[text], field.last_may_be_x, any_digit=0.0)):
            amiss = True
        ranked.insert(1, (best, min(probability, 1 - confidence)))
    whole = boxes is None or boxes.whole or bool(field.among)
    sure = confidence >= OK_FROM and whole and not amiss and "?" not in text
    more = [("", empty / everything)] if empty else []
    if field.names_outside and probability > kept[0][1]:  # which whoever checks should see
        more.append((best, probability * (1 - _KEPT) / _KEPT / everything))
    others = sorted([*ranked[1:], *more], key=itemgetter(1), reverse=True)
    return Cell(text, OK if sure else UNSURE, confidence, "", (ranked[0], *others[: LISTED - 1]))


def _is_other(probability: float, of_text: float) -> bool:
    """Tell whether a text is clearly none that the rules allow; the margin is that of the network, not softened."""
    return is_clearly_other(probability ** (1 / _SOFTER), of_text ** (1 / _SOFTER))


def _nearest(field: Field, text: str, boxes: BoxTexts | None) -> Texts:
    """Return the values on the list of a field that are nearest to a text, with their probabilities."""
    plain = {field.in_boxes(value): value for value in field.among}
    near = find_nearest_values([*plain], field.in_boxes(text), _NAMED)
    return [(plain[value], boxes.score(value, field.last_may_be_x) if boxes else 0.0) for value in near]


def blank_unused(cells: Mapping[str, Cell]) -> dict[str, Cell]:
    """Return the cells of a row that need not be used; if nothing is written in it, nothing is required either.

    >>> empty = decide(Field("a", boxes=1, required=True), [("", 1.0)])
    >>> blank_unused({"a": empty})["a"].status, blank_unused({"a": empty, "b": Cell("7", OK, 1.0)})["a"].rule
    ('blank', 'required')
    """
    if any(cell.text or cell.confidence < BLANK_FROM for cell in cells.values()):
        return dict(cells)
    return {name: replace(cell, status=BLANK, rule="") for name, cell in cells.items()}


def apply_sums(fields: Sequence[Field], cells: Mapping[str, Cell]) -> dict[str, Cell]:
    """Let the sums of a row choose between the texts of its cells; all cells of a sum that is wrong are doubtful."""
    made = dict(cells)
    for field in fields:
        names = [*field.sum_of, field.name]
        if not field.sum_of or any(name not in made for name in names) or not made[field.name].text:
            continue
        by_name = {field.name: field for field in fields}
        choices = [_choices(by_name[name], made[name]) for name in names]
        fitting, likeliest = dict[tuple[str, ...], float](), 0.0
        while math.prod(map(len, choices)) > _MAX_SUMS:
            choices = [texts[: max(1, len(texts) - 1)] for texts in choices]
        for chosen in product(*choices):
            combined = math.prod(probability for _, probability in chosen)
            likeliest = max(likeliest, combined)
            texts = tuple(text for text, _ in chosen)
            if texts[-1] and added_up(texts[:-1]) == added_up(texts[-1:]) is not None:
                fitting[texts] = fitting.get(texts, 0.0) + combined
        # it chooses among texts that the ink supports, and adds none
        fitting = {texts: combined for texts, combined in fitting.items() if not _is_other(likeliest, combined)}
        if not fitting:
            made |= {name: replace(made[name], status=UNSURE, rule=made[name].rule or SUM) for name in names}
            continue
        if any(_is_by_check(by_name[name], made[name]) for name in names):
            continue
        total = sum(fitting.values())
        against = max(1 - total, 0.0) * (1 - _KEPT) / _KEPT * _RARE
        for index, name in enumerate(names):
            made[name] = _chosen(made[name], index, fitting, total + against)
    return made


def _choices(field: Field, cell: Cell) -> Texts:
    listed = cell.alternatives[:_OF_A_SUM] or ((cell.text, cell.confidence),)
    kept = [(text, probability) for text, probability in listed if not field.broken(text) or not text]
    return kept or [(cell.text, cell.confidence)]


def _is_by_check(field: Field, cell: Cell) -> bool:
    """Tell whether a check digit chose the text of a cell: what was read otherwise, which breaks it, is listed."""
    return bool(field.check) and any(text and field.broken(text) for text, _ in cell.alternatives)


def _chosen(cell: Cell, index: int, fitting: Mapping[tuple[str, ...], float], of: float) -> Cell:
    ranked = merge_texts((texts[index], probability) for texts, probability in fitting.items())
    text, probability = ranked[0]
    confidence, total = min(probability / of, 1.0), sum(fitting.values())
    if cell.rule:
        return cell
    sure = confidence >= (OK_FROM if text else BLANK_FROM) and "?" not in text
    status = (OK if text else BLANK) if sure else UNSURE
    alternatives = [(text, min(probability / of, 1.0)) for text, probability in ranked[:LISTED]]
    if cell.text not in dict(ranked):  # whoever checks should see what was read
        alternatives.insert(1, (cell.text, 1 - min(total / of, 1.0)))
    return replace(cell, text=text, status=status, confidence=confidence, alternatives=tuple(alternatives))


def _has_rules(field: Field, is_pattern_used: bool) -> bool:
    has_pattern = field.pattern and not is_pattern_used
    return bool(field.check or field.among or has_pattern or field.digits or field.has_range(is_pattern_used))


def _rarity(field: Field, text: str, is_pattern_used: bool) -> float:
    """Return what fraction of random texts keeps the rules: the rarer, the more it says that a text does."""
    rare = 1 / CHECKS[field.check].modulus if field.check else 1.0
    if field.pattern and not is_pattern_used:
        # of texts with as many digits and no choice of marks
        texts = len(LETTERS) ** len(text) / 10 ** len(field.in_boxes(text))
        rare *= min(compile_pattern(field.pattern).rarity(len(text)) * texts, 1.0)
    if field.among:
        longest = max(len(field.in_boxes(value)) for value in field.among)
        rare *= min(len(field.among) / 10.0**longest, 1.0)
    return max(rare, 1e-6)


Texts = list[tuple[str, float]]

BLANK_BOX, OTHER = 10, 11
"""Columns of a box's probabilities after those of the digits: it is empty; something else is in it."""

BOX_COLUMNS = 12
"""Of a box's probabilities."""

FAINT = 0.3
"""The probability that a box with very little ink is empty, or that there is some in one that may be."""

_PIECE = 32  # images at once
_MAX_TEXTS = 64  # texts of a field
_LIKELY = 5  # digits of a box
_MIN_PROBABILITY = 1e-6  # of what no network rules out

# Fitted on 4,192 boxes of the benchmark's sheets, with validation digits of MNIST and of UNIPEN's even-numbered
# writers: there the network is a little too sure of which digit it is, and what is in a box for a digit is one.
_SOFTER, _IN_A_BOX = 0.8, 20.0


@dataclass(frozen=True)
class BoxTexts:
    """The probable texts of a field."""

    texts: Texts  # each with its probability, the best first
    probabilities: NDArray[np.float64]  # the probabilities of each box: float64 (n, 12)
    whole: bool  # whether the boxes that are filled stand together as they should

    def score(self, text: str, last_may_be_x: bool, any_digit: float = 0.1) -> float:
        """Return the probability that the boxes hold just these characters in order, whichever boxes are empty.

        What is no digit, such as one that was crossed out, stands for each of the ten with this probability.
        """
        ways = np.zeros(len(text) + 1)
        ways[0] = 1.0
        for index, box in enumerate(self.probabilities):
            crossed_out = 0.0 if last_may_be_x and index == len(self.probabilities) - 1 else float(box[OTHER])
            of_character = [
                float(box[OTHER]) if character == "X" else float(box[int(character)]) + any_digit * crossed_out
                for character in text
            ]
            written = np.maximum(of_character, _MIN_PROBABILITY * (1 - float(box[BLANK_BOX])))
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
        digit = 1 / (1 + (1 - is_digit) / np.maximum(is_digit, _MIN_PROBABILITY) / _IN_A_BOX)
        softer = np.maximum(of_digits.astype(np.float64), _MIN_PROBABILITY) ** _SOFTER
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
    if automaton := field.box_pattern():
        states = list(dict([*states, *_likeliest(field, probabilities, automaton)]).items())
    ranked = merge_texts(
        (field.text_in_boxes(written) if written.strip() else "", probability) for written, probability in states
    )
    return BoxTexts(ranked, probabilities, field.is_whole(best))


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
    max_choices = len(DIGITS) if automaton else _LIKELY
    for index, box in enumerate(probabilities):
        choices = [
            (str(digit), float(box[digit])) for digit in np.argsort(-box[: len(DIGITS)])[:max_choices].tolist()
        ]
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
        states = sorted(longer, key=itemgetter(1), reverse=True)[:_MAX_TEXTS]
    return [(text, probability) for text, probability, _ in states]


def _step(automaton: Automaton | None, positions: int, character: str) -> int:
    """Return the positions of a pattern after a box; an empty one, or an X at the end, is no character of it."""
    if automaton is None or character in " X":
        return positions
    return automaton.step(positions, CLASSES.index(character)) if character != "?" else 0
