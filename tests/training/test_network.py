import numpy as np
import pytest
from scipy.special import expit, softmax

from shuzi.ink.paper import CONTRAST, PAPER
from shuzi.training.network import build
from shuzi.training.recipe import recipe


def pair(name):
    """Build the plain network and the training network with the same weights, all distinct."""
    chosen = recipe(name)
    plain, learner = build(chosen), build(chosen, learning=True)
    draws = np.random.default_rng(0)
    for variable in learner.variables:
        values = draws.normal(0, 0.1, variable.shape)
        variable.assign(np.abs(values) + 0.5 if variable.name in ("gamma", "moving_variance") else values)
    plain.set_weights(learner.get_weights())
    return plain, learner


@pytest.fixture(scope="module")
def images(mnist):
    return mnist.test.images[:100].astype(np.float32)


def test_four_columns_average_their_logits(images):
    plain, learner = pair("best")
    columns = np.asarray(learner(images), float)
    assert columns.shape == (100, 4, 10)
    np.testing.assert_allclose(columns.sum(axis=2), 1, atol=1e-5)
    assert np.ptp(columns, axis=1).max() > 0.1
    # a logit is a log probability up to a constant
    together = softmax(np.log(columns).mean(axis=1), axis=1)
    np.testing.assert_allclose(np.asarray(plain(images)), together, atol=1e-5)


def test_each_column_learns_by_itself():
    _, learner = pair("best")
    image = np.random.default_rng(0).uniform(0, 255, (1, 28, 28)).astype(np.float32)
    before = np.asarray(learner(image))
    layer = learner.get_layer("output_2")
    layer.bias.assign(np.asarray(layer.bias) + np.eye(10)[3] * 5)
    after = np.asarray(learner(image))
    assert after[0, 1, 3] > before[0, 1, 3]
    np.testing.assert_array_equal(after[:, [0, 2, 3]], before[:, [0, 2, 3]])


def test_the_reader_has_separate_outputs_for_what_it_learns_together(images):
    plain, learner = pair("reader")
    probabilities, is_digit, *_ = (np.asarray(each) for each in plain(images))
    assert (probabilities.shape, is_digit.shape) == ((100, 10), (100, 1))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert is_digit.min() >= 0
    assert is_digit.max() <= 1
    assert np.ptp(is_digit) > 0.01
    columns = np.asarray(learner(images), np.float64)
    assert columns.shape == (100, 3, 11)
    # the mean of logits is the geometric mean of probabilities
    shares = np.exp(np.log(columns[:, :, :10]).mean(axis=1))
    np.testing.assert_allclose(probabilities, shares / shares.sum(axis=1, keepdims=True), atol=1e-5)
    odds = np.exp(np.log(columns[:, :, 10] / (1 - columns[:, :, 10])).mean(axis=1, keepdims=True))
    np.testing.assert_allclose(is_digit, odds / (1 + odds), atol=1e-5)


def pages(height, width):
    return np.random.default_rng(0).uniform(0, 255, (2, height, width, 1)).astype(np.float32)


def test_the_detector_outputs_probabilities_of_the_logits_it_learns():
    plain, learner = pair("detector")
    scores, places = np.asarray(learner(pages(64, 160))), np.asarray(plain(pages(64, 160)))
    assert places.shape == (2, 16, 40, 14)
    np.testing.assert_allclose(places[..., :10], expit(scores[..., :10]), atol=1e-5)
    np.testing.assert_allclose(places[..., 10:], scores[..., 10:], atol=1e-4)


@pytest.mark.parametrize(("height", "width"), [(8, 8), (64, 64), (104, 40), (32, 480)])
def test_the_detector_takes_pages_of_any_size_that_eight_divides(height, width):
    found = np.asarray(build(recipe("detector"))(pages(height, width)))
    assert found.shape == (2, height // 4, width // 4, 14)


def test_an_untrained_detector_predicts_few_digits():
    empty = np.full((1, 64, 160, 1), PAPER, np.float32)
    written = empty.copy()
    written[:, 20:40, 60:64] = PAPER + CONTRAST
    plain = build(recipe("detector"))
    for page in (empty, written):
        assert np.asarray(plain(page))[..., :10].mean() < 0.05


def test_ink_changes_the_detectors_output_nearby_and_not_far_away():
    plain, _ = pair("detector")
    page = np.full((1, 64, 480, 1), PAPER, np.float32)
    before = np.asarray(plain(page))
    page[:, 20:40, 60:64] += CONTRAST
    moved = np.abs(np.asarray(plain(page)) - before).max(axis=(0, 1, 3))
    assert moved[15] > 1e-4
    assert moved[60:].max() < 1e-5  # at least 45 cells away
