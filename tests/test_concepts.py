import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from shuzi import concepts

SCORES = hnp.arrays(
    np.float64, hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=12), elements=st.floats(-1e3, 1e3)
)


@given(SCORES)
def test_softmax_is_scipys(scores):
    np.testing.assert_allclose(concepts.softmax(scores), scipy.special.softmax(scores, axis=-1), atol=1e-12)


def test_softmax_takes_scores_that_would_overflow_exp_and_keeps_float32():
    shares = concepts.softmax(np.array([-1e4, 1e4, 1e4], np.float32))
    assert shares.tolist() == [0, 0.5, 0.5]
    assert shares.dtype == np.float32


@given(
    hnp.arrays(np.float64, (7, 10), elements=st.floats(0.01, 1)), hnp.arrays(np.int64, 7, elements=st.integers(0, 9))
)
def test_negative_log_likelihood_is_sklearns_log_loss(weights, digits):
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
    outputs = weights / weights.sum(axis=1, keepdims=True)
    ours = concepts.negative_log_likelihood(outputs, digits)
    assert ours == pytest.approx(metrics.log_loss(digits, outputs, labels=range(10)), rel=1e-6)


def test_negative_log_likelihood_of_a_certain_mistake_is_large_but_finite():
    certain = concepts.negative_log_likelihood(np.array([[1.0, 0.0]]), np.array([1]))
    assert certain == pytest.approx(-np.log(concepts.MIN_PROBABILITY))
