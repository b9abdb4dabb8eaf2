"""Where the line detector sees no writing there is none: the edge of a desk looks like a 7 to the classifier."""

from __future__ import annotations

from dataclasses import replace

from shuzi.reading.decide.candidate_confidence import Scale
from shuzi.reading.find.find_thresholds import LARGEST_ON_PAGE, NO_WRITING
from shuzi.reading.report.advice import OF_PICTURES
from shuzi.reading.report.result import BLANK, NOT_A_DIGIT, OK, UNSURE, Reading
from shuzi.reading.values import Findings


def doubt_unseen(reading: Reading, seen: Findings, scale: Scale) -> Reading:
    """Make a reading blank or unsure if no line of writing was found.

    It is blank if none is probable, unless the picture is too bad to tell. Digits that are so high that the line
    detector may miss them stay ok away from the edges.
    """
    if seen.line_score is None or reading.status == BLANK:
        return reading
    is_bad = reading.advice[0] in OF_PICTURES - {"reading.edge"}
    if seen.line_score < NO_WRITING and not is_bad:
        return Reading("", BLANK, scale.blank, (), ("reading.blank", {}), scale.calibrated)
    if reading.status == UNSURE:
        return reading
    lowest = LARGEST_ON_PAGE * len(seen.grey)
    boxes = [candidate.box for candidate in seen.candidates]
    if reading.status == OK and all(box.height >= lowest and not seen.at_edge(box) for box in boxes):
        return reading
    if reading.status == NOT_A_DIGIT:
        reading = Reading("", UNSURE, reading.confidence, (), reading.advice, reading.calibrated)
    if reading.advice[0] not in OF_PICTURES:
        is_cut = any(map(seen.at_edge, boxes))
        reading = replace(reading, advice=("reading.edge" if is_cut else "reading.no_line", {}))
    return replace(reading, status=UNSURE, digits_status=UNSURE)
