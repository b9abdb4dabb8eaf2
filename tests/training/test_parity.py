import keras
import numpy as np
import pytest
from keras import layers

from shuzi.training.parity import TOLERANCE, compare, tolerance_of

EXPECTED = np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]], np.float32)


def test_the_same_is_the_same():
    parity = compare(EXPECTED.copy(), EXPECTED)
    assert (parity.n, parity.others, parity.difference, parity.holds) == (3, 0, 0.0, True)


def test_where_the_network_wavers_either_answer_is_right():
    found = EXPECTED + np.array([[0, 0], [-4e-6, 4e-6], [0, 0]], np.float32)
    assert compare(found, EXPECTED).holds


@pytest.mark.parametrize(
    ("change", "others"),
    [(lambda p: p + np.float32(2e-5), 0), (lambda p: p[:, ::-1], 2), (lambda p: p * np.nan, 1)],
    ids=["a little more", "other digits", "no numbers"],
)
def test_what_is_not_the_same_is_told(change, others):
    parity = compare(change(EXPECTED), EXPECTED)
    assert parity.others == others
    assert not parity.holds


@pytest.mark.parametrize("separate", [False, True])
def test_huge_scores_are_allowed_their_rounding(mnist, separate):
    images = keras.Input((28, 28))
    scores = layers.Dense(10, activation=None if separate else "softmax", kernel_initializer="zeros")
    y = scores(layers.Flatten()(images))
    model = keras.Model(images, layers.Softmax()(y) if separate else y)
    assert tolerance_of(model, mnist.test.images) == TOLERANCE
    scores.set_weights([np.full((784, 10), 100.0), np.full(10, -1.0)])
    ink = mnist.test.images[:500].astype(float).sum(axis=(1, 2)).max()
    assert tolerance_of(model, mnist.test.images) == pytest.approx(1e-6 * (100 * ink - 1), rel=1e-5)
