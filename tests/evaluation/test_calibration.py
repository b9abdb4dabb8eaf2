import numpy as np
import pytest

from shuzi.evaluation.calibration import BINS, calibration


@pytest.fixture(scope="module")
def answers():
    rng = np.random.default_rng(0)
    shares = rng.dirichlet(np.full(10, 0.15), 3000)
    labels = np.array([rng.choice(10, p=row) for row in shares]).astype(np.uint8)
    return shares, labels


def test_likelihood_agrees_with_scikit_learn(answers):
    from sklearn.metrics import log_loss  # takes seconds to import

    shares, labels = answers
    assert calibration(shares, labels).negative_log_likelihood == pytest.approx(
        log_loss(labels, np.maximum(shares, 1e-30), labels=range(10)), rel=1e-6
    )


def test_honest_answers_have_almost_no_error_and_boasts_have_much(answers):
    shares, labels = answers
    boasts = np.eye(10)[shares.argmax(axis=1)]
    wrong = np.mean(shares.argmax(axis=1) != labels)
    assert calibration(shares, labels).expected_error < 0.03
    assert calibration(boasts, labels).expected_error == pytest.approx(wrong)
    assert calibration(boasts, labels).sure_mistakes == round(wrong * len(labels))


def test_the_error_is_the_sum_over_bins_of_equal_width(answers):
    shares, labels = answers
    confidence, right = shares.max(axis=1), shares.argmax(axis=1) == labels
    expected = 0.0
    for low in np.linspace(0, 1, BINS, endpoint=False):
        inside = (confidence >= low) & (confidence < low + 1 / BINS)
        if inside.any():
            expected += inside.mean() * abs(confidence[inside].mean() - right[inside].mean())
    assert calibration(shares, labels).expected_error == pytest.approx(expected, abs=1e-6)


def test_fewer_more_confident_answers_are_more_often_correct(answers):
    coverage = calibration(*answers).coverage
    assert coverage[-1] == (1.0, pytest.approx(np.mean(answers[0].argmax(axis=1) == answers[1])))
    assert coverage[0][1] > coverage[-1][1]
