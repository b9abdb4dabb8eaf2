import pytest
from scipy.stats import binomtest

from shuzi.models.card import Score


@pytest.mark.parametrize("n", [1, 2, 7, 100, 10_000, 10**9])
@pytest.mark.parametrize("share", [0.0, 1e-4, 0.1, 0.5, 0.9131, 0.9999, 1.0])
def test_the_interval_is_wilsons(n, share):
    right = round(n * share)
    low, high = Score(right, n).interval
    expected = binomtest(right, n).proportion_ci(confidence_level=0.95, method="wilson")
    assert (low, high) == pytest.approx((expected.low, expected.high), rel=1e-9, abs=1e-12)
    assert 0 <= low <= right / n <= high <= 1


@pytest.mark.parametrize("n", range(1, 60))
def test_every_count_of_a_small_set_keeps_its_interval_in_bounds(n):
    for right in range(n + 1):
        low, high = Score(right, n).interval
        expected = binomtest(right, n).proportion_ci(method="wilson")
        assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-12)
        assert 0 <= low <= right / n <= high <= 1


def test_json_has_these_names():
    assert Score(3, 4).as_dict() == {"accuracy": 0.75, "n": 4, "interval": list(Score(3, 4).interval)}
