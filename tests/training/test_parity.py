import keras
import numpy as np
import pytest
from keras import layers

from shuzi.training.export import TOLERANCE, TOLERANCE_OF_MAPS, compare, network_answers, pieces, tolerance_of

EXPECTED = np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]], np.float32)


def test_the_same_is_the_same():
    parity = compare([EXPECTED.copy()], [EXPECTED])
    assert (parity.n, parity.others, parity.difference, parity.holds) == (3, 0, 0.0, True)


def test_if_the_network_is_undecided_either_answer_is_accepted():
    found = EXPECTED + np.array([[0, 0], [-4e-6, 4e-6], [0, 0]], np.float32)
    assert compare([found], [EXPECTED]).holds


def test_the_logarithm_of_a_tiny_probability_may_differ_by_its_rounding():
    expected = np.array([[[-0.1, -1618.0]]], np.float32)
    assert compare([expected - np.array([0, 1e-3], np.float32)], [expected], answers=0).holds
    assert not compare([expected - np.array([0, 4e-3], np.float32)], [expected], answers=0).holds


@pytest.mark.parametrize(
    ("change", "others"),
    [(lambda p: p + np.float32(2e-5), 0), (lambda p: p[:, ::-1], 2), (lambda p: p * np.nan, 1)],
    ids=["a little more", "other digits", "no numbers"],
)
def test_differences_are_reported(change, others):
    parity = compare([change(EXPECTED)], [EXPECTED])
    assert parity.others == others
    assert not parity.holds


YES = np.array([[0.9], [0.5], [0.2]], np.float32)
MAPS = np.linspace(-3, 3, 3 * 2 * 2 * 14, dtype=np.float32).reshape(3, 2, 2, 14)


@pytest.mark.parametrize(
    ("change", "others", "difference"),
    [
        (lambda yes: yes, 0, 0),
        (lambda yes: yes - np.float32(4e-6), 0, 4e-6),
        (lambda yes: 1 - yes, 2, 0.8),
        (lambda yes: yes + np.array([[0], [0.25], [0]], np.float32), 0, 0.25),
    ],
    ids=["the same", "wavers", "the contrary", "surer"],
)
def test_a_second_output_counts_like_the_first(change, others, difference):
    parity = compare([EXPECTED, change(YES)], [EXPECTED, YES], answers=2)
    assert (parity.n, parity.others) == (3, others)
    assert parity.difference == pytest.approx(difference, rel=0.1)


def test_an_image_with_two_other_answers_is_one_image():
    assert compare([EXPECTED[:, ::-1], 1 - YES], [EXPECTED, YES], answers=2).others == 2
    assert compare([EXPECTED[:, ::-1], YES[::-1]], [EXPECTED, YES], answers=2).others == 2


def test_missing_outputs_are_not_ignored():
    with pytest.raises(ValueError, match="argument 2 is longer"):
        compare([EXPECTED], [EXPECTED, YES])


def test_features_hold_no_answer_but_their_numbers_count():
    features = np.array([[5.0, 5.0], [0.0, 1.0], [2.0, 0.0]], np.float32)
    parity = compare([EXPECTED, features[:, ::-1]], [EXPECTED, features])
    assert (parity.others, parity.difference, parity.holds) == (0, 2.0, False)
    assert compare([EXPECTED, features.copy()], [EXPECTED, features]).holds


@pytest.mark.parametrize("place", [(0, 0, 0, 0), (2, 1, 1, 13)])
def test_of_maps_every_number_counts(place):
    found = MAPS.copy()
    assert compare([found], [MAPS], answers=0).holds
    found[place] += 3e-4
    parity = compare([found], [MAPS], TOLERANCE_OF_MAPS, answers=0)
    assert (parity.others, parity.holds) == (0, False)
    assert parity.difference == pytest.approx(3e-4, rel=1e-2)
    found[place] = np.nan
    assert not compare([found], [MAPS], TOLERANCE_OF_MAPS, answers=0).holds


@pytest.mark.parametrize("separate", [False, True])
def test_huge_scores_are_allowed_their_rounding(mnist, separate):
    images = keras.Input((28, 28))
    scores = layers.Dense(10, activation=None if separate else "softmax", kernel_initializer="zeros")
    y = scores(layers.Flatten()(images))
    model = keras.Model(images, layers.Softmax()(y) if separate else y)
    assert tolerance_of(model, mnist.test.images) == TOLERANCE
    scores.set_weights([np.full((784, 10), 100.0), np.full(10, -1.0)])
    ink = mnist.test.images[:500].astype(float).sum(axis=(1, 2)).max()
    assert tolerance_of(model, mnist.test.images) == pytest.approx(2e-6 * (100 * ink - 1), rel=1e-5)


def test_the_scores_of_yes_or_no_and_of_maps_are_allowed_their_rounding(mnist):
    images = keras.Input((28, 28))
    yes = layers.Dense(1, activation="sigmoid", kernel_initializer="zeros")
    model = keras.Model(images, yes(layers.Flatten()(images)))
    assert tolerance_of(model, mnist.test.images) == TOLERANCE
    yes.set_weights([np.full((784, 1), 100.0), np.zeros(1)])
    ink = mnist.test.images[:500].astype(float).sum(axis=(1, 2)).max()
    assert tolerance_of(model, mnist.test.images) == pytest.approx(2e-4 * ink, rel=1e-5)

    pages = keras.Input((None, None, 1))
    maps = layers.Conv2D(14, 1, kernel_initializer="zeros")
    model = keras.Model(pages, layers.Activation("sigmoid")(maps(pages)))
    assert tolerance_of(model, mnist.test.images) == TOLERANCE_OF_MAPS
    maps.set_weights([np.full((1, 1, 1, 14), 10.0), np.zeros(14)])
    assert tolerance_of(model, mnist.test.images) == pytest.approx(2e-6 * 10 * 255, rel=1e-5)


def test_pages_of_any_size_pass_in_pieces_and_come_back_in_their_order():
    pages = keras.Input((None, None, 1))
    model = keras.Model(pages, layers.Rescaling(2.0)(pages))
    images = np.random.default_rng(0).integers(0, 255, (9, 200, 700), np.uint8)
    assert len(pieces(images)) > 1
    (outputs,) = network_answers(model, images)
    np.testing.assert_array_equal(outputs[..., 0], images.astype(np.float32) * 2)
