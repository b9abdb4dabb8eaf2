"""The line recogniser tells which character has its middle in each column of a strip, and so what a line may say."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from shuzi.ink.boxes import Box
from shuzi.ink.scan import Scan
from shuzi.ink.strips import cut_strip
from shuzi.models.session import Model
from shuzi.models.tasks import CLASSES, RECOGNISER
from shuzi.reading.recognise.ctc import find_best_texts, log_probabilities, score_labels
from shuzi.reading.recognise.recognise_thresholds import (
    BEAM_WIDTH,
    MAX_TEXTS,
    MIN_CLASS_PROBABILITY,
    SURE_STRIP,
    TEXTS_OF_A_STRIP,
)
from shuzi.reading.values import Findings, Line, LineTexts


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
    proposed: dict[tuple[int, ...], None] = {line.proposed: None}
    columns: tuple[NDArray[np.float32], ...] = ()
    for frame in line.frames:
        of_strip = recogniser.columns(contrast, frame)
        texts = find_best_texts(of_strip, TEXTS_OF_A_STRIP, BEAM_WIDTH, MIN_CLASS_PROBABILITY)
        columns, proposed = (*columns, of_strip), proposed | dict.fromkeys(text.labels for text in texts)
        # where a strip is sure of what the candidates say, another would say the same
        if texts and texts[0].labels == line.proposed and texts[0].log_probability >= math.log(SURE_STRIP):
            break
    room = min(map(len, columns))
    likely = [labels for labels in proposed if len(labels) <= room][:MAX_TEXTS]
    strips = [log_probabilities(of_strip, likely) for of_strip in columns]
    scores = score_labels(line, strips, likely)
    return LineTexts(line, columns, tuple("".join(CLASSES[label] for label in labels) for labels in likely), scores)
