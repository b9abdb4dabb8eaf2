"""A reader's answers and the labels become scores, and scores a table."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rivals import Answer

from shuzi.ink.boxes import iou
from shuzi.models.card import Score

BINS = 15


def compared(text: str, label: str) -> str:
    """Return a text in the form to compare: its lines are joined unless the label has lines too."""
    return text if "\n" in label else text.replace("\n", "")


def summary(labels: Sequence[str], answers: Sequence[Answer]) -> dict[str, Any]:
    """Score the answers to a set of pictures.

    Parameters
    ----------
    labels
        The digits in each picture; "" if there are none.
    answers
        One per picture.

    Returns
    -------
    For pictures with digits: the fraction whose whole text is correct and its interval, the character error rate
    (edits needed per character of the labels), the fraction that is `ok`, and of those the fraction that is correct.
    For pictures without: the fraction that is `ok` nonetheless. For all: milliseconds per picture.
    """
    written = [(label, answer, compared(answer.text, label)) for label, answer in zip(labels, answers, strict=True)]
    digits = [each for each in written if each[0]]
    sure = [each for each in digits if each[1].ok]
    others = [answer for label, answer, _ in written if not label]
    ms = [answer.ms for answer in answers]
    result: dict[str, Any] = {"n": len(written)}
    if digits:
        result["exactly right"] = _share(sum(label == text for label, _, text in digits), len(digits))
        edits = sum(edit_distance(label, text) for label, _, text in digits)
        result["character error rate"] = edits / sum(len(label) for label, _, _ in digits)
        result["ok"] = _share(len(sure), len(digits))
        if sure:
            result["right where ok"] = _share(sum(label == text for label, _, text in sure), len(sure))
    if others:
        result["no digit, yet ok"] = _share(sum(answer.ok for answer in others), len(others))
    result["ms"] = {"mean": round(statistics.fmean(ms), 3), "median": round(statistics.median(ms), 3)}
    return result


def edit_distance(one: str, other: str) -> int:
    """Count the characters to insert, delete or replace to turn one text into the other (Levenshtein, 1966).

    >>> edit_distance("1234", "134"), edit_distance("", "77"), edit_distance("15", "51")
    (1, 2, 2)
    """
    before = list(range(len(other) + 1))
    for row, left in enumerate(one, 1):
        now = [row]
        for column, right in enumerate(other, 1):
            now.append(min(now[-1] + 1, before[column] + 1, before[column - 1] + (left != right)))
        before = now
    return before[-1]


def expected_calibration_error(confidence: Sequence[float], right: Sequence[bool]) -> float:
    """Return the gap between confidence and accuracy, averaged over 15 bins of equal size.

    >>> expected_calibration_error([0.8] * 45, [True, True, False] * 15)
    0.1333
    """
    surest_last = np.argsort(confidence, kind="stable")
    bins = np.array_split(surest_last, min(BINS, len(confidence)))
    sureness, truth = np.asarray(confidence, np.float64), np.asarray(right, np.float64)
    apart = sum(len(each) * abs(float(sureness[each].mean() - truth[each].mean())) for each in bins)
    return round(apart / len(confidence), 4)


def best_overlaps(boxes: NDArray[np.float64], found: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each box (k, 4) the highest intersection over union with a found box (m, 4).

    >>> best_overlaps(np.array([[0.0, 0, 10, 10], [50, 0, 9, 9]]), np.array([[0.0, 0, 10, 5]])).tolist()
    [0.5, 0.0]
    """
    return np.array([iou(box, found).max(initial=0.0) for box in boxes], np.float64)


COLUMNS = ("exactly right", "character error rate", "ok", "right where ok", "no digit, yet ok")
_NARROWEST = 10


def show(tables: Mapping[str, Mapping[str, dict[str, Any]]]) -> None:
    """Print a block per group of pictures, with a line per reader."""
    print(f"\n{'':<36}{'n':>6}" + "".join(f"{name:>{_width(name)}}" for name in COLUMNS) + "   ms: mean  median")
    for group, readers in tables.items():
        print(group)
        for reader, numbers in readers.items():
            cells = "".join(f"{_shown(numbers.get(name)):>{_width(name)}}" for name in COLUMNS)
            ms = numbers["ms"]
            print(f"  {reader:<34}{numbers['n']:>6}{cells}{ms['mean']:>11.2f}{ms['median']:>8.2f}")


def _share(some: int, of: int) -> dict[str, Any]:
    score = Score(some, of)
    return {"share": score.accuracy, "of": of, "interval": [round(end, 4) for end in score.interval]}


def _width(name: str) -> int:
    return max(_NARROWEST, len(name) + 3)


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value['share'] if isinstance(value, dict) else value:.2%}"
