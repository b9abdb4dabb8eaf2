import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from shuzi.concepts import negative_log_likelihood
from shuzi.training.network import write_temperature
from shuzi.training.recipe import recipe
from shuzi.training.tasks import (
    Classify,
    ClassifyOrReject,
    at_temperature,
    fit_temperature,
    unsure_below,
)

PLAIN = recipe("mlp")
DIGITS = np.array([3, 0, 9, 3, 7, 1], np.uint8)
SOME_DIGITS = np.array([3, 10, 9, 10, 7, 1], np.uint8)


def shares(*shape):
    """Draw rows of positive numbers that add up to 1."""
    drawn = np.random.default_rng(0).uniform(0.01, 1, shape)
    return (drawn / drawn.sum(axis=-1, keepdims=True)).astype(np.float32)


def cross_entropy(wanted, outputs):
    return -sum(share * np.log(chance) for share, chance in zip(wanted, outputs, strict=True))


def spread(label, smoothing):
    return [(1 - smoothing) * (digit == label) + smoothing / 10 for digit in range(10)]


def found(chosen, labels, y):
    return float(_task(y).loss(chosen, labels, y))


def correct(labels, y):
    return _task(y).correct(labels, y)


def _task(y):
    return ClassifyOrReject() if y.shape[-1] == 11 else Classify()


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("kind", ["sum", "mean"])
def test_the_cross_entropy_of_digits(smoothing, kind):
    y = shares(6, 10)
    total = sum(cross_entropy(spread(label, smoothing), row) for label, row in zip(DIGITS, y, strict=True))
    expected = total / 6 if kind == "mean" else total
    assert found(PLAIN.changed(label_smoothing=smoothing, loss=kind), DIGITS, y) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("kind", ["sum", "mean"])
@pytest.mark.parametrize("count", [1, 3, 4])
def test_the_loss_of_columns_is_the_mean_of_their_losses(kind, count):
    chosen, y = PLAIN.changed(label_smoothing=0.1, loss=kind), shares(6, count, 10)
    chances = np.random.default_rng(2).uniform(0.1, 0.9, (6, count, 1)).astype(np.float32)
    for labels, outputs in ((DIGITS, y), (SOME_DIGITS, np.concatenate([y, chances], axis=2))):
        alone = [found(chosen, labels, outputs[:, column]) for column in range(count)]
        assert found(chosen, labels, outputs) == pytest.approx(np.mean(alone), rel=1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("kind", ["sum", "mean"])
def test_whether_it_is_a_digit_counts_beside_which_one_it_is(smoothing, kind):
    is_digit = np.array([0.9, 0.2, 0.99, 0.7, 0.4, 0.5], np.float32)
    y = np.concatenate([shares(6, 10), is_digit[:, None]], axis=1)
    total = 0.0
    for label, row in zip(SOME_DIGITS, y, strict=True):
        wavering = 0.1 * smoothing / 2
        yes = 1 - wavering if label < 10 else wavering
        total += cross_entropy([yes, 1 - yes], [row[10], 1 - row[10]])
        if label < 10:  # a non-digit teaches nothing about which digit it is
            total += cross_entropy(spread(label, smoothing), row[:10])
    expected = total / 6 if kind == "mean" else total
    chosen = PLAIN.changed(label_smoothing=smoothing, loss=kind)
    assert found(chosen, SOME_DIGITS, y) == pytest.approx(expected, rel=1e-5)


def test_the_class_of_a_non_digit_does_not_affect_the_loss():
    y = np.concatenate([shares(1, 10), [[0.3]]], axis=1).astype(np.float32)
    other = y.copy()
    other[:, :10] = y[:, 9::-1]
    label = np.array([10], np.uint8)
    assert found(PLAIN, label, y) == found(PLAIN, label, other)


def test_what_looks_like_a_digit_is_half_one_and_half_none():
    chosen, y = PLAIN.changed(loss="sum"), np.concatenate([shares(1, 10), [[0.3]]], axis=1).astype(np.float32)
    like_a_six, six, none = (found(chosen, np.array([label], np.uint8), y) for label in (17, 6, 10))
    assert like_a_six == pytest.approx((six + none) / 2, rel=1e-5)


def test_an_answer_that_is_quite_wrong_costs_much_but_not_infinitely():
    y = np.zeros((2, 11), np.float32)
    y[:, 0] = y[0, 10] = 1
    assert 20 < found(PLAIN, np.array([10, 3], np.uint8), y) < 100


def test_correct_answers_of_digits_columns_and_non_digits():
    y = np.zeros((3, 10), np.float32)
    y[[0, 1, 2], [4, 5, 6]] = 1
    assert np.asarray(correct(np.array([4, 5, 0], np.uint8), y)).tolist() == [1, 1, 0]

    columns = np.zeros((1, 3, 10), np.float32)
    columns[0, :, 2] = (0.9, 0.4, 0.4)  # most columns answer 7, but their average answers 2
    columns[0, :, 7] = (0.1, 0.6, 0.6)
    assert np.asarray(correct(np.array([2], np.uint8), columns)).tolist() == [1]
    assert np.asarray(correct(np.array([7], np.uint8), columns)).tolist() == [0]

    whether = np.array([0.9, 0.1, 0.9, 0.1], np.float32)
    y = np.concatenate([np.eye(10, dtype=np.float32)[[4, 4, 4, 4]], whether[:, None]], axis=1)
    assert np.asarray(correct(np.array([4, 4, 10, 10], np.uint8), y)).tolist() == [1, 0, 0, 1]


def test_what_looks_like_a_digit_may_be_taken_for_it_or_for_none_but_not_for_another():
    whether = np.array([0.9, 0.1, 0.9], np.float32)
    y = np.concatenate([np.eye(10, dtype=np.float32)[[0, 0, 4]], whether[:, None]], axis=1)
    assert np.asarray(correct(np.array([11, 11, 11], np.uint8), y)).tolist() == [1, 1, 0]


def test_accuracy_is_the_share_of_correct_answers():
    y = shares(50, 10)
    labels = np.random.default_rng(1).integers(0, 10, 50).astype(np.uint8)
    assert Classify().accuracy(labels, y) == pytest.approx(np.mean(np.asarray(correct(labels, y))))


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
    from shuzi.training.network import build
    from shuzi.training.recipe import recipe

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
