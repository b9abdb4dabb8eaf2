import numpy as np
import pytest
from scipy.optimize import minimize

from shuzi.evaluation.confidence import fit_line
from shuzi.reading.confidence import Scale, raw_logit


@pytest.mark.parametrize("seed", range(4))
def test_the_line_is_the_likeliest_one(seed):
    rng = np.random.default_rng(seed)
    logits = rng.normal(2, 3, 3_000)
    right = rng.random(3_000) < 1 / (1 + np.exp(-(0.6 * logits - 1)))
    found = fit_line(logits.tolist(), right.tolist())

    def unlikely(line):
        z = line[0] * logits + line[1]
        return np.sum(np.logaddexp(0, z) - right * z)

    np.testing.assert_allclose(found, minimize(unlikely, [1.0, 0.0]).x, atol=0.01)
    np.testing.assert_allclose(found, (0.6, -1), atol=0.25)


@pytest.mark.parametrize(
    ("logits", "right"),
    [
        ([13.8] * 2_900, [True] * 2_400 + [False] * 500),
        ([5.0] * 100, [False] * 100),
        ([-3.0] * 50 + [3.0] * 50, [False] * 50 + [True] * 50),
        ([1.0] * 100, [True] * 100),
    ],
    ids=["all alike", "all wrong", "told apart", "all right"],
)
def test_the_line_stays_within_bounds_and_predicts_what_was_seen(logits, right):
    slope, shift = fit_line(logits, right)
    assert np.isfinite([slope, shift]).all()
    assert abs(slope) < 100
    z = slope * np.array(logits) + shift
    assert np.mean(1 / (1 + np.exp(-z))) == pytest.approx(np.mean(right), abs=0.06)


def test_the_chance_of_a_whole_text_is_never_beyond_0_or_1():
    scale = Scale((60.0, 0.0), (1e6, -5.0), 0.9, 0.5)
    for sure in ([0.0], [1.0], [1.0] * 30, [0.5, 1e-12]):
        for simple in (True, False):
            assert 0 <= scale.confidence(sure, simple) <= 1
    assert raw_logit([0.9, 0.5]) == pytest.approx(np.log(0.45 / 0.55))


def test_a_card_without_a_line_says_what_the_network_says():
    scale = Scale.of({"unsure": 0.98})
    assert scale.confidence([0.8], True) == pytest.approx(0.8)
    assert (scale.ok, scale.digit) == (0.98, 0.5)
