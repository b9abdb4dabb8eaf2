"""The line recogniser tells which character has its middle in each column of a strip, and so what a line may say.

The probability of a text is that of all ways in which the columns may spell it (connectionist temporal
classification).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box
from shuzi.ink.paper import Scan
from shuzi.ink.strips import cut_strip
from shuzi.models.session import Model
from shuzi.models.tasks import CLASSES, DIGITS, RECOGNISER
from shuzi.reading.thresholds import (
    BEAM_WIDTH,
    LOG_OF_ZERO,
    LOG_ROUNDING,
    LOWEST_LOG_PROBABILITY,
    MAX_CANDIDATE_SCORE,
    MAX_TEXTS,
    MIN_CANDIDATE_SCORE,
    MIN_CLASS_PROBABILITY,
    MIN_DIGIT_PROBABILITY,
    OVERLOOKED_PROBABILITY,
    SURE_STRIP,
    TEXTS_OF_A_STRIP,
    TINY,
)
from shuzi.reading.values import Candidate, Findings, Line, LineTexts

Labels = tuple[int, ...]
"""The characters of a text, as classes of the recogniser."""


class Recogniser(Model):
    """A model loaded to recognise lines."""

    kind = RECOGNISER

    def columns(self, contrast: NDArray[np.uint8], frame: Box) -> NDArray[np.float32]:
        """Cut a strip out of a contrast map: the log probabilities of its columns, float32 (n, 17), blank last."""
        strip = cut_strip(contrast, frame)
        (columns,) = self._session.run(strip[None].astype(np.float32))
        return np.asarray(columns[0])


def recognise_lines(findings: Findings, scan: Scan, recogniser: Recogniser) -> Findings:
    """Add to what was found of a page what may stand on each of its lines."""
    return replace(findings, texts=tuple(recognise_line(line, scan.contrast, recogniser) for line in findings.lines))


def recognise_line(line: Line, contrast: NDArray[np.uint8], recogniser: Recogniser) -> LineTexts:
    """Recognise a line and score its likely texts."""
    proposed: dict[Labels, None] = {line.proposed: None}
    columns: tuple[NDArray[np.float32], ...] = ()
    for frame in line.frames:
        of_strip = recogniser.columns(contrast, frame)
        texts = find_best_texts(of_strip)
        columns, proposed = (*columns, of_strip), proposed | dict.fromkeys(text.labels for text in texts)
        # where a strip is sure of what the candidates say, another would say the same
        if texts and texts[0].labels == line.proposed and texts[0].log_probability >= math.log(SURE_STRIP):
            break
    room = min(map(len, columns))
    likely = [labels for labels in proposed if len(labels) <= room][:MAX_TEXTS]
    strips = [log_probabilities(of_strip, likely) for of_strip in columns]
    scores = score_labels(line, strips, likely)
    return LineTexts(line, columns, tuple(map(spell, likely)), scores)


def spell(labels: Iterable[int]) -> str:
    """Return the characters of the recogniser's classes.

    >>> spell((1, 7, 10))
    '17.'
    """
    return "".join(CLASSES[label] for label in labels)


def join_proposals(proposed: Sequence[Sequence[Text]], strips: Sequence[NDArray[np.float32]]) -> list[Labels]:
    """Return the texts that the strips of a line propose, each once, and none too long for the shortest strip."""
    room = min(map(len, strips))
    return [*dict.fromkeys(text.labels for texts in proposed for text in texts if len(text.labels) <= room)]


@dataclass(frozen=True)
class Text:
    """A text and its probability."""

    labels: Labels  # its characters, as classes of the recogniser
    log_probability: float  # its log probability, at most 0


def find_best_texts(
    log_probabilities: NDArray[np.float32],
    max_texts: int = TEXTS_OF_A_STRIP,
    width: int = BEAM_WIDTH,
    min_probability: float = MIN_CLASS_PROBABILITY,
) -> list[Text]:
    """Find the most probable texts by prefix beam search (Hannun et al., 2014), the best one first.

    Parameters
    ----------
    log_probabilities
        float32 (columns, classes), each class's log probability in each column; the last class is the blank.
    max_texts
        The maximum number of texts to return.
    width
        The number of prefixes kept after each column.
    min_probability
        A class less probable than this in a column does not extend any text there.

    Examples
    --------
    >>> columns = np.log(np.array([[0.6, 0.1, 0.3], [0.2, 0.1, 0.7], [0.1, 0.8, 0.1]], np.float32))
    >>> best = find_best_texts(columns, max_texts=2)
    >>> [(text.labels, round(float(np.exp(text.log_probability)), 3)) for text in best]
    [((0, 1), 0.534), ((1,), 0.211)]
    """
    blank, seldom = log_probabilities.shape[1] - 1, math.log(min_probability)
    # prefix: its log probabilities with and without a blank at the end
    beams: dict[Labels, tuple[float, float]] = {(): (0.0, LOG_OF_ZERO)}
    for column in log_probabilities.tolist():
        likely = [label for label in range(blank) if column[label] > seldom]
        if not likely:
            beams = {text: (add_logs(*ends) + column[blank], LOG_OF_ZERO) for text, ends in beams.items()}
            continue
        # texts ranked below all unchanged prefixes would be dropped, so skip them
        lowest = -math.inf
        if len(beams) == width:
            unchanged = (
                add_logs(add_logs(*ends) + column[blank], ends[1] + column[text[-1]] if text else LOG_OF_ZERO)
                for text, ends in beams.items()
            )
            lowest = min(unchanged) - LOG_ROUNDING
        longer: defaultdict[Labels, list[float]] = defaultdict(lambda: [LOG_OF_ZERO, LOG_OF_ZERO])
        for text, (with_blank, without) in beams.items():
            total = add_logs(with_blank, without)
            same = longer[text]
            same[0] = add_logs(same[0], total + column[blank])
            if text:
                same[1] = add_logs(same[1], without + column[text[-1]])
            for label in likely:
                # a repeated character needs a blank before it
                before = with_blank if text and text[-1] == label else total
                ending, after = before + column[label], (*text, label)
                if ending >= lowest or after in beams:
                    grown = longer[after]
                    grown[1] = add_logs(grown[1], ending)
        best = sorted(longer.items(), key=lambda item: -add_logs(*item[1]))[:width]
        beams = {text: (ends[0], ends[1]) for text, ends in best}
    texts = [Text(text, min(add_logs(*ends), 0.0)) for text, ends in beams.items()]
    return sorted(texts, key=lambda text: -text.log_probability)[:max_texts]


def log_probabilities(columns: NDArray[np.float32], texts: Sequence[Labels]) -> NDArray[np.float64]:
    """Return the log probability of each text, of all its alignments together: float64 (texts,), 0 at most.

    `columns` are log probabilities, float32 (columns, classes), the last class blank.

    >>> columns = np.log(np.array([[0.6, 0.1, 0.3], [0.2, 0.1, 0.7], [0.1, 0.8, 0.1]], np.float32))
    >>> np.exp(log_probabilities(columns, [(0, 1), (1,), ()])).round(3).tolist()
    [0.534, 0.211, 0.021]
    """
    if not texts:
        return np.empty(0)
    blank, longest = columns.shape[1] - 1, max(map(len, texts))
    states = np.full((len(texts), 2 * longest + 1), blank)
    skips = np.zeros(states.shape)  # 1 where the blank before a character may be left out
    for row, text in enumerate(texts):
        own_states, may_skip = add_blanks(text, blank)
        states[row, : len(own_states)] = own_states
        skips[row, : len(own_states)] = may_skip
    likely = np.exp(columns.astype(np.float64))[:, states]
    forward = np.zeros(states.shape)
    forward[:, :2] = likely[0, :, :2]
    scales = np.zeros(len(texts))
    for column in likely[1:]:
        moved = forward.copy()
        moved[:, 1:] += forward[:, :-1]
        moved[:, 2:] += forward[:, :-2] * skips[:, 2:]
        forward = moved * column
        highest = np.maximum(forward.max(axis=1), TINY)  # kept apart, or long lines would underflow
        forward /= highest[:, None]
        scales += np.log(highest)
    rows, ends = np.arange(len(texts)), 2 * np.fromiter(map(len, texts), np.int64, len(texts))
    both = forward[rows, ends] + np.where(ends > 0, forward[rows, ends - 1], 0.0)
    return np.minimum(np.where(both > 0, np.log(np.maximum(both, TINY)) + scales, LOG_OF_ZERO), 0.0)


def add_blanks(labels: Labels, blank: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the characters with blanks between and around them, and which states may skip the blank before them."""
    states = np.full(2 * len(labels) + 1, blank, np.int64)
    states[1::2] = labels
    skips = np.zeros(len(states), np.bool_)
    skips[3::2] = states[3::2] != states[1:-2:2]
    return states, skips


def add_logs(left: float, right: float) -> float:
    """Return the logarithm of the sum of two numbers given as logarithms."""
    high, low = (left, right) if left > right else (right, left)
    return high if low <= LOG_OF_ZERO else high + math.log1p(math.exp(low - high))


_PAIR, _OVERLOOK, _DENY = range(3)  # the moves of an alignment


def score_texts(line: LineTexts, texts: Sequence[str]) -> NDArray[np.float64]:
    """Score other texts for a line, such as those of a list: float64 (n, 7)."""
    labels = [tuple(map(CLASSES.index, text)) for text in texts]
    return score_labels(line.line, [log_probabilities(of_strip, labels) for of_strip in line.columns], labels)


def score_labels(line: Line, strips: Sequence[NDArray[np.float64]], texts: Sequence[Labels]) -> NDArray[np.float64]:
    """Return the scores of a line's texts, each as classes: float64 (n, 7), as `Weights` names them.

    `strips` have the log probability of each text in each strip of the line, float64 (n,); a single strip stands for
    both.
    """
    digits = [tuple(label for label in labels if label < len(DIGITS)) for labels in texts]
    alignments = {labels: align(labels, line.candidates) for labels in dict.fromkeys(digits)}
    rows = [
        (strip[0], strip[-1], max(strip), *alignments[labels][:3], float(labels == line.proposed))
        for strip, labels in zip(np.maximum(strips, LOWEST_LOG_PROBABILITY).T.tolist(), digits, strict=True)
    ]
    return np.array(rows, np.float64)


class Alignment(NamedTuple):
    """How a text's digits and a line's candidates belong together."""

    # as in `Weights`
    matched: float
    overlooked: int
    denied: float
    candidates: tuple[int | None, ...]  # for each digit the index of its candidate, or None


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
    scores = [max(candidate.score, MIN_CANDIDATE_SCORE) for candidate in candidates]
    logs = [
        [math.log(max(float(sure), MIN_DIGIT_PROBABILITY / score) * score) for sure in candidate.probabilities]
        for candidate, score in zip(candidates, scores, strict=True)
    ]
    none = [math.log(1 - min(score, MAX_CANDIDATE_SCORE)) for score in scores]
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
