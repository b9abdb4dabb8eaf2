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
    hnp.arrays(np.float64, (7, 10), elements=st.floats(0.01, 1)),
    hnp.arrays(np.int64, 7, elements=st.integers(0, 9)),
)
def test_mean_cross_entropy_is_sklearns_log_loss(weights, digits):
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
    outputs = weights / weights.sum(axis=1, keepdims=True)
    ours = concepts.cross_entropy(concepts.one_hot(digits), outputs).mean()
    assert ours == pytest.approx(metrics.log_loss(digits, outputs, labels=range(10)), rel=1e-6)


def test_cross_entropy_of_a_certain_mistake_is_large_but_finite():
    assert concepts.cross_entropy([0, 1], [1.0, 0.0]) == pytest.approx(-np.log(concepts.EPSILON))


def test_squared_error_is_taken_per_row_and_without_wrapping_of_bytes():
    labels = np.array([[0, 1], [1, 0]], np.uint8)
    assert concepts.squared_error(labels, np.array([[1, 0], [1, 0]], np.uint8)).tolist() == [2, 0]


@given(hnp.arrays(np.uint8, hnp.array_shapes(max_dims=3, max_side=5), elements=st.integers(0, 9)))
def test_one_hot_has_its_one_at_the_digit(digits):
    rows = concepts.one_hot(digits)
    assert rows.shape == (*digits.shape, 10)
    assert rows.dtype == np.float32
    assert (rows.sum(axis=-1) == 1).all()
    assert (rows.argmax(axis=-1) == digits).all()


@pytest.mark.parametrize("digits", [[10], [-1], [0, 3, 11], 2.0, [1.5], ["3"], [True]])
def test_one_hot_refuses_what_is_no_digit(digits):
    with pytest.raises(ValueError, match="digits"):
        concepts.one_hot(digits)


def test_one_hot_of_nothing_is_no_rows():
    assert concepts.one_hot(np.array([], np.int64)).shape == (0, 10)


@given(st.floats(-5, 5), st.floats(-5, 5), st.floats(0.01, 0.49))
def test_descend_reaches_the_bottom_of_a_parabola(bottom, start, rate):
    places = concepts.descend(lambda x: 2 * (x - bottom), start, rate, steps=800)
    assert places[0] == start
    assert places[-1] == pytest.approx(bottom, abs=1e-4)


def test_network_step_goes_along_the_slope_that_finite_differences_measure():
    rng = np.random.default_rng(1)
    w, b = rng.normal(0, 0.3, (12, 10)), rng.normal(0, 0.3, 10)
    x, labels = rng.uniform(0, 1, (6, 12)), concepts.one_hot(rng.integers(0, 10, 6))

    def loss(numbers):
        y = scipy.special.softmax(x @ numbers[:120].reshape(12, 10) + numbers[120:], axis=1)
        return -np.log(y[labels == 1]).sum()

    here, rate, h = np.concatenate([w.ravel(), b]), 0.01, 1e-5
    slopes = [(loss(here + h * way) - loss(here - h * way)) / (2 * h) for way in np.eye(130)]
    new_w, new_b, before = concepts.network_step(w, b, x, labels, rate)
    moved = (here - np.concatenate([new_w.ravel(), new_b])) / rate
    np.testing.assert_allclose(moved, slopes, rtol=1e-5, atol=1e-7)
    assert before == pytest.approx(loss(here), rel=1e-6)


def test_network_step_learns_to_tell_digits_apart(mnist):
    images = mnist.train.images[:2000].reshape(-1, 784) / 255
    labels = concepts.one_hot(mnist.train.labels[:2000])
    w, b = np.zeros((784, 10)), np.zeros(10)
    for start in [*range(0, 2000, 100)] * 3:
        w, b, _ = concepts.network_step(w, b, images[start : start + 100], labels[start : start + 100])
    judged = mnist.validation.images[:1000].reshape(-1, 784) / 255 @ w + b
    assert (judged.argmax(axis=1) == mnist.validation.labels[:1000]).mean() > 0.8
