"""The texts of a line get scores by everything that was seen of it.

Line recogniser and candidates make different mistakes. Each proposes texts; each text is then scored by both: by its
probability in each strip, over all alignments, and by the best alignment of its digits with the candidates. The
weights of these scores were fitted on composed pages by maximum likelihood (`evaluation.line_confidence`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shuzi.models.tasks import CLASSES, DIGITS
from shuzi.reading.find.candidates import Candidate
from shuzi.reading.recognise.ctc import log_probabilities
from shuzi.reading.recognise.recognise_thresholds import (
    LEAST_CANDIDATE_SCORE,
    LEAST_DIGIT_PROBABILITY,
    LOWEST_LOG_PROBABILITY,
    MOST_CANDIDATE_SCORE,
    OVERLOOKED_PROBABILITY,
)
from shuzi.reading.values import Line, LineTexts

_PAIR, _OVERLOOK, _DENY = range(3)  # the moves of an alignment


def score_texts(line: LineTexts, texts: Sequence[str]) -> NDArray[np.float64]:
    """Score other texts for a line, such as those of a list: float64 (n, 7)."""
    labels = [tuple(map(CLASSES.index, text)) for text in texts]
    return score_labels(line.line, [log_probabilities(of_strip, labels) for of_strip in line.columns], labels)


def score_labels(
    line: Line, strips: Sequence[NDArray[np.float64]], texts: Sequence[tuple[int, ...]]
) -> NDArray[np.float64]:
    """Return the scores of texts, each as classes: float64 (n, 7), as `Weights` names them.

    Parameters
    ----------
    line
        The line.
    strips
        The log probability of each text in each strip of it: float64 (n,); a single strip stands for both.
    texts
        The texts.
    """
    digits = [tuple(label for label in labels if label < len(DIGITS)) for labels in texts]
    alignments = {labels: align(labels, line.candidates) for labels in dict.fromkeys(digits)}
    rows = [
        (strip[0], strip[-1], max(strip), *alignments[labels][:3], float(labels == line.proposed))
        for strip, labels in zip(np.maximum(strips, LOWEST_LOG_PROBABILITY).T.tolist(), digits, strict=True)
    ]
    return np.array(rows, np.float64)


class Alignment(NamedTuple):
    """How a text's digits and a line's candidates belong together.

    Parameters
    ----------
    matched, overlooked, denied
        As in `Weights`.
    candidates
        For each digit the index of its candidate, or None.
    """

    matched: float
    overlooked: int
    denied: float
    candidates: tuple[int | None, ...]


def align(digits: Sequence[int], candidates: Sequence[Candidate]) -> Alignment:
    """Align digits with candidates, both from left to right, in the most probable way.

    Examples
    --------
    >>> import numpy as np
    >>> from shuzi.ink.boxes import Box
    >>> sure = np.full(10, 0.01, np.float32)
    >>> sure[7] = 0.91
    >>> seven = Candidate(np.zeros((28, 28), np.uint8), Box(0, 0, 9, 20), sure, 1.0, 1.0)
    >>> align([1, 7], [seven]).candidates, align([7], [seven, seven]).overlooked
    ((None, 0), 0)
    """
    scores = [max(candidate.score, LEAST_CANDIDATE_SCORE) for candidate in candidates]
    logs = [
        [math.log(max(float(sure), LEAST_DIGIT_PROBABILITY / score) * score) for sure in candidate.probabilities]
        for candidate, score in zip(candidates, scores, strict=True)
    ]
    none = [math.log(1 - min(score, MOST_CANDIDATE_SCORE)) for score in scores]
    missing = math.log(OVERLOOKED_PROBABILITY)
    # best[i][j]: the score of the first i digits and j candidates, and the last move that leads there
    best: list[list[tuple[float, int]]] = [[(0.0, _PAIR)]]
    for cost in none:
        best[0].append((best[0][-1][0] + cost, _DENY))
    for digit in digits:
        above = best[-1]
        row = [(above[0][0] + missing, _OVERLOOK)]
        for index, cost in enumerate(none):
            moves = (above[index][0] + logs[index][digit], above[index + 1][0] + missing, row[-1][0] + cost)
            highest = max(moves)
            row.append((highest, moves.index(highest)))  # of equal ones, the first
        best.append(row)
    # back from the end
    matched, overlooked, denied = 0.0, 0, 0.0
    aligned: list[int | None] = []
    i, j = len(digits), len(candidates)
    while i or j:
        move = best[i][j][1]
        if move == _PAIR:
            matched += logs[j - 1][digits[i - 1]]
            aligned.append(j - 1)
        elif move == _OVERLOOK:
            overlooked += 1
            aligned.append(None)
        else:
            denied += none[j - 1]
        i, j = i - (move != _DENY), j - (move != _OVERLOOK)
    return Alignment(matched, overlooked, denied, tuple(reversed(aligned)))
