from itertools import combinations

import numpy as np
import pytest

from shuzi.ink.boxes import Box
from shuzi.reading.outcome import compute_probabilities
from shuzi.reading.recogniser import align, recognise_line
from shuzi.reading.values import Candidate, Line, Weights

CONTRAST = np.full((60, 200), 64, np.uint8)


def candidate(digit, sure=0.98, score=1.0, x=0.0):
    probabilities = np.full(10, (1 - sure) / 9, np.float32)
    probabilities[digit] = sure
    # `score` is the root of what detector and classifier say together
    return Candidate(np.zeros((28, 28), np.uint8), Box(x, 10, 12, 20), probabilities, 1.0, score**2 / sure)


class Said:
    """A line recogniser that says what it is told, strip by strip."""

    def __init__(self, *columns):
        self._columns = list(columns)

    def columns(self, contrast, frame):  # noqa: ARG002
        return self._columns.pop(0)


def line(*candidates):
    return Line(candidates, (Box(0, 0, 100, 40), Box(0, 0, 100, 50)), 20.0)


def best(found):
    return found.texts[int(compute_probabilities(found, Weights()).argmax())]


def test_what_both_strips_and_the_candidates_say_is_read(columns):
    said = columns("_1__7__5_")
    found = recognise_line(line(candidate(1), candidate(7), candidate(5)), CONTRAST, Said(said, said))
    assert best(found) == "175"
    assert compute_probabilities(found, Weights()).sum() == pytest.approx(1)


def test_the_candidates_decide_where_the_strips_doubt(columns):
    said = columns("_1__7__5_", doubts={4: {"1": 0.96}})
    assert best(recognise_line(line(candidate(1), candidate(7), candidate(5)), CONTRAST, Said(said, said))) == "175"
    assert best(recognise_line(line(candidate(1), candidate(1), candidate(5)), CONTRAST, Said(said, said))) == "115"


def test_the_strips_decide_where_the_candidates_doubt(columns):
    said = columns("_1__7__5_")
    doubtful = candidate(1, sure=0.5)
    assert best(recognise_line(line(candidate(1), doubtful, candidate(5)), CONTRAST, Said(said, said))) == "175"


def test_marks_and_digits_without_a_candidate_are_read_too(columns):
    said = columns("_3__.__1__4_", sure=0.999)
    assert best(recognise_line(line(candidate(3), candidate(4)), CONTRAST, Said(said, said))) == "3.14"


def test_the_candidates_own_text_is_always_among_the_texts(columns):
    said = columns("_8__8_", sure=0.999)
    assert "12" in recognise_line(line(candidate(1), candidate(2)), CONTRAST, Said(said, said)).texts


def brute_force(digits, candidates, overlooked):
    """Return the best sum over every way to pair digits with candidates in order."""
    highest = -np.inf
    for count in range(min(len(digits), len(candidates)) + 1):
        for chosen in combinations(range(len(digits)), count):
            for taken in combinations(range(len(candidates)), count):
                total = (len(digits) - count) * np.log(overlooked)
                for digit, index in zip(chosen, taken, strict=True):
                    pair = candidates[index]
                    total += np.log(max(pair.probabilities[digits[digit]] * max(pair.score, 1e-3), 1e-4))
                for index, denied in enumerate(candidates):
                    if index not in taken:
                        total += np.log(1 - min(max(denied.score, 1e-3), 0.999))
                highest = max(highest, total)
    return highest


@pytest.mark.parametrize("seed", range(12))
def test_no_other_alignment_is_more_probable(seed):
    rng = np.random.default_rng(seed)
    digits = rng.integers(0, 10, rng.integers(0, 5)).tolist()
    candidates = [
        candidate(int(rng.integers(10)), rng.uniform(0.2, 0.99), rng.uniform(0.3, 0.99))
        for _ in range(rng.integers(0, 5))
    ]
    alignment = align(digits, candidates)
    total = alignment.matched + alignment.overlooked * np.log(0.03) + alignment.denied
    assert total == pytest.approx(brute_force(digits, candidates, 0.03), abs=1e-5)
    assert len(alignment.candidates) == len(digits)
