from itertools import combinations

import numpy as np
import pytest

from shuzi.ink.boxes import Box
from shuzi.reading.recognise.alignment import align
from shuzi.reading.values import Candidate


def candidate(digit, sure, score):
    probabilities = np.full(10, (1 - sure) / 9, np.float32)
    probabilities[digit] = sure
    # `score` is the root of what detector and classifier say together
    return Candidate(np.zeros((28, 28), np.uint8), Box(0, 10, 12, 20), probabilities, 1.0, score**2 / sure)


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
