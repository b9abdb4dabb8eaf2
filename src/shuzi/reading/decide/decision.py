"""Candidates and recognised lines become a reading: by the lines, or by the candidates alone."""

from __future__ import annotations

from collections.abc import Sequence

from shuzi.reading.decide.allowed_values import choose_value
from shuzi.reading.decide.candidate_text import read_candidates
from shuzi.reading.decide.confidence import LineScale, Scale
from shuzi.reading.decide.doubts import doubt_unseen, doubt_wide_gap
from shuzi.reading.decide.line_text import read_lines
from shuzi.reading.decide.outcome import choose_texts
from shuzi.reading.decide.page_text import PageScale, decide_page
from shuzi.reading.patterns.automaton import Automaton
from shuzi.reading.patterns.fitting import follow_pattern
from shuzi.reading.report.result import UNSURE, Reading
from shuzi.reading.values import Findings


def decide(
    seen: Findings,
    scale: Scale,
    line_scale: LineScale | None = None,
    values: Sequence[str] | None = None,
    pattern: Automaton | None = None,
    page_scale: PageScale | None = None,
) -> Reading:
    """Make a reading of everything that was found in a picture.

    Without `line_scale` or `page_scale`, what was read on lines, or on a photograph, has the networks' own
    probabilities. One of the `values`, as `allowed_values.check_values` returns them, is written, and the pattern
    fits; None allows any number. Of both, values are those that fit already.
    """
    if seen.too_much is not None:
        return Reading("", UNSURE, 0.0, (), seen.too_much, scale.calibrated)
    line_scale = line_scale or LineScale()
    if seen.page:
        return decide_page(seen, page_scale or PageScale(), line_scale, values, pattern)
    outcomes = choose_texts(seen, line_scale.weights)
    reading = read_lines(seen, outcomes, line_scale)
    if reading is None:
        reading = read_candidates(seen, outcomes, scale)
    if values is not None:
        reading = doubt_wide_gap(choose_value(reading, seen, outcomes, values, line_scale), values.__contains__)
    elif pattern is not None:
        reading = doubt_wide_gap(follow_pattern(reading, seen, pattern, line_scale), pattern.accepts)
    else:
        reading = doubt_wide_gap(reading)
    return doubt_unseen(reading, seen, scale)
