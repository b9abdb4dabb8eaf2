"""Confidence is what the numbers of a card say: cases worked by hand, which the page is held to as well."""

import json
from pathlib import Path

import numpy as np
import pytest

from shuzi.reading.confidence import Evidence, LineScale, Scale
from shuzi.reading.page_text import LineFeatures, PageScale
from shuzi.reading.values import Candidate

CASES = json.loads((Path(__file__).parents[1] / "fixtures" / "confidence.json").read_text("utf-8"))


def _cases(name):
    return pytest.mark.parametrize("case", CASES[name], ids=[case["says"] for case in CASES[name]])


@_cases("lines")
def test_a_line_is_as_sure_as_its_evidence(case):
    found = LineScale.of(case["numbers"]).confidence(Evidence(**case["evidence"]))
    assert found == pytest.approx(case["confidence"], abs=1e-9)


@_cases("pages")
def test_a_line_of_a_photograph_is_as_sure_as_its_trees_say(case):
    scale = PageScale.of(case["numbers"])
    assert scale.confidence(LineFeatures(**case["features"])) == pytest.approx(case["confidence"], abs=1e-9)
    assert scale.ok == case["ok"]


@_cases("digits")
def test_a_digit_is_as_sure_as_three_signs_say(case):
    probabilities = np.full(10, (1 - case["probability"]) / 9)
    probabilities[7] = case["probability"]
    digit = Candidate(
        np.zeros((28, 28), np.uint8), (0, 0, 9, 9), probabilities, case["is_digit"], case["detector_score"]
    )
    assert Scale.of(case["numbers"]).detected.of_digit(digit) == pytest.approx(case["digit"], abs=1e-9)
