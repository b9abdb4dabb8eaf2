"""Compute figures from the answers of several readers, and their differences with intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.data.tables import Labelled
from shuzi.evaluation.comparison.compared_readers import Answer, Compared, timed
from shuzi.models.card import Score
from shuzi.models.tasks import DIGITS, MARKS

SURE = 0.99
"""The fraction of answers that must be right where a reader may answer only when it is confident."""

_DRAWS = 2_000  # draws of the bootstrap


@dataclass(frozen=True)
class Figures:
    """How well a reader reads.

    Parameters
    ----------
    name, size
        The name and size of the reader.
    right
        The fraction of numbers read exactly.
    vouched
        The fraction of numbers that it vouches for ("ok").
    right_where_vouched
        The fraction of those that are right; None without any.
    coverage
        The largest fraction of numbers that it could answer with at least 99 % right, the most confident
        first; None without confidences.
    accepted
        The fraction of pictures without a number for which it vouches for one; None without such pictures.
    ms
        Median milliseconds of one processor core for a picture.
    ahead
        By how much the first reader's fraction of right answers is higher, with the 95 % interval of that difference
        (paired bootstrap over pictures); None for the first reader.
    """

    name: str
    size: int | None
    right: Score
    vouched: Score
    right_where_vouched: Score | None
    coverage: float | None
    accepted: Score | None
    ms: float
    ahead: tuple[float, float, float] | None

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as JSON values."""
        scores = {
            name: score and score.as_dict()
            for name, score in (
                ("right", self.right),
                ("ok", self.vouched),
                ("right_where_ok", self.right_where_vouched),
                ("not_numbers_ok", self.accepted),
            )
        }
        return {
            "reader": self.name,
            **scores,
            "coverage_at_99": self.coverage,
            "ms": round(self.ms, 2),
            "bytes": self.size,
            "first_is_ahead_by": self.ahead and list(self.ahead),
        }


@dataclass(frozen=True)
class Comparison:
    """Pictures, the answers of each reader, and the figures.

    Parameters
    ----------
    pictures
        The labelled pictures.
    with_marks
        Whether marks count; they do if any label has a mark.
    answers
        By reader, in the order of the pictures.
    figures
        By reader.
    """

    pictures: tuple[Labelled, ...]
    with_marks: bool
    answers: tuple[tuple[Answer, ...], ...]
    figures: tuple[Figures, ...]

    def is_right(self, reader: int, picture: int) -> bool:
        """Tell whether a reader's answer to a picture is its label."""
        return comparable(self.answers[reader][picture].text, self.with_marks) == self.pictures[picture].label


def have_marks(pictures: Sequence[Labelled]) -> bool:
    """Tell whether marks count: whether any label has a mark."""
    return any(set(picture.label) & set(MARKS) for picture in pictures)


def comparable(text: str, with_marks: bool) -> str:
    """Return the part of a text that counts: its digits, or with marks all of it, other characters as "?".

    >>> comparable("1,234.50", with_marks=False), comparable("12 34", with_marks=True), comparable("12a", True)
    ('123450', '1234', '12?')
    """
    joined = "".join(text.split())
    if not with_marks:
        return "".join(character for character in joined if character in DIGITS)
    return "".join(character if character in DIGITS + MARKS else "?" for character in joined)


def compare(
    readers: Sequence[Compared], pictures: Sequence[Labelled], show: Callable[[], None] = lambda: None
) -> Comparison:
    """Read all pictures with all readers, one after another, and compare the answers with the labels.

    Parameters
    ----------
    readers
        The readers; the others are compared with the first.
    pictures
        The pictures, at least one of them with a number.
    show
        Called after each answer.
    """
    with_marks = have_marks(pictures)
    answers = []
    for reader in readers:
        reader.read(pictures[0].path)  # so that no reader's time includes loading
        told = []
        for picture in pictures:
            told.append(timed(reader.read, picture.path))
            show()
        answers.append(tuple(told))
    is_number = np.array([bool(picture.label) for picture in pictures])
    right = np.array(
        [
            [
                comparable(answer.text, with_marks) == picture.label
                for answer, picture in zip(told, pictures, strict=True)
            ]
            for told in answers
        ]
    )
    figures = tuple(
        _figures(reader, told, is_number, right[index], None if index == 0 else right[0])
        for index, (reader, told) in enumerate(zip(readers, answers, strict=True))
    )
    return Comparison(tuple(pictures), with_marks, tuple(answers), figures)


def _figures(
    reader: Compared,
    answers: Sequence[Answer],
    is_number: NDArray[np.bool_],
    right: NDArray[np.bool_],
    first: NDArray[np.bool_] | None,
) -> Figures:
    sure = np.array([answer.sure for answer in answers])
    numbers, vouched = right[is_number], sure[is_number]
    confidences = [answer.confidence for answer, number in zip(answers, is_number, strict=True) if number]
    known = [confidence for confidence in confidences if confidence is not None]
    others = int((~is_number).sum())
    return Figures(
        reader.name,
        reader.size,
        Score(int(numbers.sum()), len(numbers)),
        Score(int(vouched.sum()), len(numbers)),
        Score(int(numbers[vouched].sum()), int(vouched.sum())) if vouched.any() else None,
        coverage(np.array(known), numbers) if len(known) == len(numbers) else None,
        Score(int(sure[~is_number].sum()), others) if others else None,
        float(np.median([answer.ms for answer in answers])),
        None if first is None else _difference(first[is_number], numbers),
    )


def coverage(confidences: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Return the largest fraction that can be answered, the most confident first, with `SURE` of it right.

    Answers of equal confidence are answered together.

    Parameters
    ----------
    confidences
        float64 (n,).
    right
        bool (n,).

    Examples
    --------
    >>> coverage(np.array([0.9, 0.8, 0.7, 0.7]), np.array([True, True, True, False]))
    0.5
    """
    order = np.argsort(-confidences, kind="stable")
    so_far = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    is_last = np.append(np.diff(confidences[order]) != 0, True)
    enough = np.flatnonzero((so_far >= SURE) & is_last)
    return float(enough[-1] + 1) / len(order) if enough.size else 0.0


def _difference(first: NDArray[np.bool_], other: NDArray[np.bool_]) -> tuple[float, float, float]:
    gains = first.astype(int) - other
    counts = np.array([(gains == gain).sum() for gain in (-1, 0, 1)])
    draws = np.random.default_rng(0).multinomial(len(gains), counts / len(gains), size=_DRAWS)
    low, high = np.percentile((draws[:, 2] - draws[:, 0]) / len(gains), [2.5, 97.5])
    return float(gains.mean()), float(low), float(high)
