"""A line's strips and candidates become its most probable texts, scored by everything that was seen of it.

Line recogniser and candidates make different mistakes. Each proposes texts; each text is then scored by both: by its
probability in each strip, over all alignments, and by the best alignment of its digits with the candidates. The
weights of these scores were fitted on composed pages by maximum likelihood (`evaluation.line_confidence`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from shuzi.concepts import softmax
from shuzi.ink.scan import Scan
from shuzi.ink.strips import cut
from shuzi.models.tasks import CLASSES, DIGITS
from shuzi.reading.recognise.alignment import align
from shuzi.reading.recognise.ctc import best_texts, log_probabilities
from shuzi.reading.recognise.recognise_thresholds import (
    BEAM_WIDTH,
    LEAST_CLASS_PROBABILITY,
    LOWEST_LOG_PROBABILITY,
    MOST_TEXTS,
    TEXTS_OF_A_STRIP,
)
from shuzi.reading.recognise.recogniser import Recogniser
from shuzi.reading.values import Candidates, Line, LineTexts, Weights


def recognise_lines(seen: Candidates, scan: Scan, recogniser: Recogniser) -> Candidates:
    """Add to what was found of a page what may stand on each of its lines.

    Parameters
    ----------
    seen
        What was found.
    scan
        The picture.
    recogniser
        Reads strips.
    """
    return replace(seen, texts=tuple(texts_of(line, scan.contrast, recogniser) for line in seen.lines))


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
    proposed: dict[tuple[int, ...], None] = {line.proposed: None}
    for of_strip in columns:
        texts = best_texts(of_strip, TEXTS_OF_A_STRIP, BEAM_WIDTH, LEAST_CLASS_PROBABILITY)
        proposed |= dict.fromkeys(text.labels for text in texts)
    room = min(map(len, columns))
    likely = [labels for labels in proposed if len(labels) <= room][:MOST_TEXTS]
    scores = _scores(line, columns, likely)
    return LineTexts(line, columns, tuple("".join(CLASSES[label] for label in labels) for labels in likely), scores)


def probabilities_of(line: LineTexts, weights: Weights) -> NDArray[np.float64]:
    """Return the probability of each text of a line if one of them is right: float64 (n,)."""
    return np.asarray(softmax(totals_of(line, weights)), np.float64)


def totals_of(line: LineTexts, weights: Weights, texts: Sequence[str] | None = None) -> NDArray[np.float64]:
    """Return the log probability, up to a constant, of each text of a line, or of other texts: float64 (n,)."""
    scores = line.scores if texts is None else scores_of(line, texts)
    raised = [_raised(line, text) for text in (line.texts if texts is None else texts)]
    return np.asarray(scores @ np.array(weights) + np.array(raised, np.float64), np.float64)


def scores_of(line: LineTexts, texts: Sequence[str]) -> NDArray[np.float64]:
    """Score other texts for a line, such as those of a list: float64 (n, 7)."""
    return _scores(line.line, line.columns, [tuple(map(CLASSES.index, text)) for text in texts])


def _raised(line: LineTexts, text: str) -> float:
    """Return what corrected digits add to a text."""
    if not line.raises:
        return 0.0
    digits = [character for character in text if character in DIGITS]
    if len(digits) != line.digits:
        return 0.0
    return sum(
        correction.logit for correction in line.raises if digits[correction.digit_index] == DIGITS[correction.digit]
    )


def _scores(
    line: Line, columns: Sequence[NDArray[np.float32]], texts: Sequence[tuple[int, ...]]
) -> NDArray[np.float64]:
    """Return the scores of texts, each as classes: float64 (n, 7), as `Weights` names them."""
    strips = np.maximum([log_probabilities(of_strip, texts) for of_strip in columns], LOWEST_LOG_PROBABILITY)
    digits = [tuple(label for label in labels if label < len(DIGITS)) for labels in texts]
    alignments = {labels: align(labels, line.candidates) for labels in dict.fromkeys(digits)}
    rows = [
        (*strip, max(strip), *alignments[labels][:3], float(labels == line.proposed))
        for strip, labels in zip(strips.T.tolist(), digits, strict=True)
    ]
    return np.array(rows, np.float64)
