"""A line's strips and candidates become its most probable texts, scored by everything that was seen of it.

Line recogniser and candidates make different mistakes. Each proposes texts; each text is then scored by both: by its
probability in each strip, over all alignments, and by the best alignment of its digits with the candidates. The
weights of these scores were fitted on composed pages by maximum likelihood (`evaluation.line_confidence`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shuzi.concepts import softmax
from shuzi.ink.strips import cut
from shuzi.models.tasks import CLASSES, DIGITS
from shuzi.reading.find.candidates import Candidate
from shuzi.reading.find.line_frames import Line
from shuzi.reading.recognise.ctc import best_texts, log_probabilities
from shuzi.reading.recognise.recognise_thresholds import (
    BEAM_WIDTH,
    LEAST_CANDIDATE_SCORE,
    LEAST_CLASS_PROBABILITY,
    LEAST_DIGIT_PROBABILITY,
    LOWEST_LOG_PROBABILITY,
    MOST_CANDIDATE_SCORE,
    MOST_TEXTS,
    OVERLOOKED_PROBABILITY,
    TEXTS_OF_A_STRIP,
)
from shuzi.reading.recognise.recogniser import Recogniser


class Weights(NamedTuple):
    """How much each score of a text counts.

    Parameters
    ----------
    banded, entire, best
        Its log probability in the strip of the digits' band, in that of their whole height, and the larger of both.
    matched
        The candidates' log probabilities of the digits aligned with them.
    overlooked, denied
        The number of digits without a candidate, and the log probabilities that candidates without a digit are none.
    same
        1 for the text whose digits are those of the candidates.
    """

    banded: float = 0.32
    entire: float = 0.23
    best: float = 0.21
    matched: float = 0.34
    overlooked: float = -0.41
    denied: float = 0.48
    same: float = 0.62


PLAIN_WEIGHTS = Weights()
"""Without a calibration."""


class Raise(NamedTuple):
    """What a corrected digit adds to texts.

    Parameters
    ----------
    place
        Which digit of the text, from 0, marks and signs not counted.
    digit
        What it must be.
    logit
        What a text with it gains.
    """

    place: int
    digit: int
    logit: float


@dataclass(frozen=True)
class LineTexts:
    """What may stand on a line.

    Parameters
    ----------
    line
        The line.
    columns
        What the recogniser says of each frame of it: float32 (w / 4, 17).
    texts
        Digits, marks and `SIGN` for each other character; no text twice.
    scores
        Of each text: float64 (n, 7), as `Weights` names them.
    raises, digits
        What corrected digits add to texts of so many digits.
    """

    line: Line
    columns: tuple[NDArray[np.float32], ...]
    texts: tuple[str, ...]
    scores: NDArray[np.float64]
    raises: tuple[Raise, ...] = ()
    digits: int = 0

    def probabilities(self, weights: Weights) -> NDArray[np.float64]:
        """Return the probability of each text if one of them is right: float64 (n,)."""
        return np.asarray(softmax(self.totals(weights)), np.float64)

    def totals(self, weights: Weights, texts: Sequence[str] | None = None) -> NDArray[np.float64]:
        """Return the log probability, up to a constant, of each text, or of others: float64 (n,)."""
        scores = self.scores if texts is None else self.score(texts)
        raised = [self._raised(each) for each in (self.texts if texts is None else texts)]
        return np.asarray(scores @ np.array(weights) + np.array(raised, np.float64), np.float64)

    def _raised(self, text: str) -> float:
        if not self.raises:
            return 0.0
        digits = [each for each in text if each in DIGITS]
        if len(digits) != self.digits:
            return 0.0
        return sum(each.logit for each in self.raises if digits[each.place] == DIGITS[each.digit])

    def score(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Score other texts, such as those of a list: float64 (n, 7)."""
        return _scores(self.line, self.columns, [tuple(map(CLASSES.index, each)) for each in texts])


def texts_of(line: Line, contrast: NDArray[np.uint8], recogniser: Recogniser) -> LineTexts:
    """Recognise a line and score its likely texts.

    Parameters
    ----------
    line
        The line.
    contrast
        The picture's contrast map: uint8 (h, w).
    recogniser
        Reads strips.
    """
    columns = tuple(recogniser.columns(cut(contrast, frame)) for frame in line.frames)
    found: dict[tuple[int, ...], None] = {}
    for each in columns:
        found |= dict.fromkeys(
            text.labels for text in best_texts(each, TEXTS_OF_A_STRIP, BEAM_WIDTH, LEAST_CLASS_PROBABILITY)
        )
    room = min(map(len, columns))
    texts = [text for text in dict.fromkeys([line.proposed, *found]) if len(text) <= room][:MOST_TEXTS]
    scores = _scores(line, columns, texts)
    return LineTexts(line, columns, tuple("".join(CLASSES[each] for each in text) for text in texts), scores)


def _scores(
    line: Line, columns: Sequence[NDArray[np.float32]], texts: Sequence[tuple[int, ...]]
) -> NDArray[np.float64]:
    strips = np.maximum([log_probabilities(each, texts) for each in columns], LOWEST_LOG_PROBABILITY)
    digits = [tuple(each for each in text if each < len(DIGITS)) for text in texts]
    known = {each: align(each, line.candidates) for each in dict.fromkeys(digits)}
    rows = [
        (*strip, max(strip), *known[each][:3], float(each == line.proposed))
        for strip, each in zip(strips.T.tolist(), digits, strict=True)
    ]
    return np.array(rows, np.float64)


class Alignment(NamedTuple):
    """How a text's digits and a line's candidates belong together.

    Parameters
    ----------
    matched, overlooked, denied
        As in `Weights`.
    places
        For each digit the place of its candidate, or None.
    """

    matched: float
    overlooked: int
    denied: float
    places: tuple[int | None, ...]


def align(digits: Sequence[int], candidates: Sequence[Candidate]) -> Alignment:
    """Align digits with candidates, both from left to right, in the most probable way.

    Examples
    --------
    >>> from shuzi.ink.boxes import Box
    >>> sure = np.full(10, 0.01, np.float32)
    >>> sure[7] = 0.91
    >>> seven = Candidate(np.zeros((28, 28), np.uint8), Box(0, 0, 9, 20), sure, 1.0, 1.0)
    >>> align([1, 7], [seven]).places, align([7], [seven, seven]).overlooked
    ((None, 0), 0)
    """
    scores = [max(each.score, LEAST_CANDIDATE_SCORE) for each in candidates]
    logs = [
        [math.log(max(float(each), LEAST_DIGIT_PROBABILITY / score) * score) for each in candidate.probabilities]
        for candidate, score in zip(candidates, scores, strict=True)
    ]
    none = [math.log(1 - min(score, MOST_CANDIDATE_SCORE)) for score in scores]
    missing = math.log(OVERLOOKED_PROBABILITY)
    # best[i][j]: the score of the first i digits and j candidates, and the last move that leads there
    best: list[list[tuple[float, int]]] = [[(0.0, 0)]]
    for cost in none:
        best[0].append((best[0][-1][0] + cost, 2))
    for digit in digits:
        above = best[-1]
        row = [(above[0][0] + missing, 1)]
        for place, cost in enumerate(none):
            both, alone, without = (
                above[place][0] + logs[place][digit],
                above[place + 1][0] + missing,
                row[-1][0] + cost,
            )
            row.append(
                (both, 0) if both >= alone and both >= without else (alone, 1) if alone >= without else (without, 2)
            )
        best.append(row)
    matched, overlooked, denied = 0.0, 0, 0.0
    places: list[int | None] = []
    i, j = len(digits), len(candidates)
    while i or j:
        move = best[i][j][1]
        if move == 0:
            matched += logs[j - 1][digits[i - 1]]
            places.append(j - 1)
        elif move == 1:
            overlooked += 1
            places.append(None)
        else:
            denied += none[j - 1]
        i, j = i - (move != 2), j - (move != 1)
    return Alignment(matched, overlooked, denied, tuple(reversed(places)))
