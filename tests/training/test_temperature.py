import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from shuzi.training.temperature import (
    at_temperature,
    fit_temperature,
    negative_log_likelihood,
    unsure_below,
    write_temperature,
)


@pytest.fixture(scope="module", params=[0.3, 1.0, 3.0])
def too_sure(request):
    """Logits with labels drawn from them, then scaled to be over- or underconfident."""
    rng = np.random.default_rng(0)
    scores = rng.normal(0, 2, (4000, 10))
    labels = np.array([rng.choice(10, p=softmax(row)) for row in scores]).astype(np.uint8)
    return request.param, scores * request.param, labels


def test_the_temperature_undoes_the_factor(too_sure):
    factor, scores, labels = too_sure
    assert fit_temperature(softmax(scores, axis=1), labels) == pytest.approx(factor, rel=0.06)


def test_the_temperature_is_the_one_that_scipy_finds(too_sure):
    _, scores, labels = too_sure

    def cost(place):
        return -log_softmax(scores / np.exp(place), axis=1)[np.arange(len(labels)), labels].mean()

    best = np.exp(minimize_scalar(cost, bounds=(-3, 3), method="bounded", options={"xatol": 1e-6}).x)
    assert fit_temperature(softmax(scores, axis=1), labels) == pytest.approx(best, rel=1e-3)


def test_a_temperature_divides_the_scores(too_sure):
    _, scores, labels = too_sure
    shares = at_temperature(softmax(scores, axis=1), 1.7)
    np.testing.assert_allclose(shares, softmax(scores / 1.7, axis=1), atol=1e-9)
    expected = -log_softmax(scores / 1.7, axis=1)[np.arange(len(labels)), labels].mean()
    assert negative_log_likelihood(shares, labels) == pytest.approx(expected)


def test_a_written_temperature_changes_the_networks_probabilities(mnist):
    from shuzi.training.network.architectures import build
    from shuzi.training.recipes import recipe

    model = build(recipe("mlp"))
    images = mnist.test.images[:50].astype(np.float32)
    before = np.asarray(model(images))
    write_temperature(model, 0.4)
    np.testing.assert_allclose(np.asarray(model(images)), at_temperature(before, 0.4), atol=1e-5)


def test_above_the_threshold_at_most_one_in_a_thousand_is_wrong():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.5, 1, 5000)
    shares = np.zeros((5000, 10))
    shares[:, 0], shares[:, 1] = confidence, 1 - confidence
    labels = (rng.uniform(0.5, 1, 5000) > confidence**0.1).astype(np.uint8)
    threshold = unsure_below(shares, labels)
    accepted = confidence >= threshold
    assert labels[accepted].mean() <= 0.001
    following = confidence >= np.sort(confidence[~accepted])[-1]
    assert labels[following].mean() > 0.001 or labels[confidence >= confidence.min()].mean() > 0.001


def test_with_no_sound_threshold_every_answer_is_unsure():
    shares = np.eye(10)[[3, 4, 5]]
    assert unsure_below(shares, np.array([0, 0, 0], np.uint8)) > 1
