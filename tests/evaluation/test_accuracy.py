import json

import numpy as np
import pytest

from shuzi.evaluation.accuracy import BINS, calibration, evaluate

DIGITS = list(range(10))


def answers(seed, labels_from=DIGITS, answers_from=DIGITS, n=500):
    """Make labels, and probabilities that are correct about half of the time."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(labels_from, n).astype(np.uint8)
    said = np.where(rng.random(n) < 0.5, labels, rng.choice(answers_from, n))
    said = np.where(np.isin(said, answers_from), said, answers_from[0])
    probabilities = rng.dirichlet(np.ones(10), n)
    probabilities[np.arange(n), said] += 1
    return (probabilities / 2).astype(np.float32), labels


@pytest.mark.parametrize(
    ("labels_from", "answers_from"), [(DIGITS, DIGITS), ([1, 2, 3], DIGITS), (DIGITS, [0, 7]), ([5], [6]), ([9], [9])]
)
@pytest.mark.parametrize("seed", range(3))
def test_confusion_precision_and_recall_are_those_of_scikit_learn(seed, labels_from, answers_from):
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support  # takes seconds to import

    probabilities, labels = answers(seed, labels_from, answers_from)
    said = probabilities.argmax(axis=1)
    found = evaluate(probabilities, labels)
    np.testing.assert_array_equal(found.confusion, confusion_matrix(labels, said, labels=DIGITS))
    precision, recall, _, _ = precision_recall_fscore_support(labels, said, labels=DIGITS, zero_division=np.nan)
    for ours, theirs in ((found.precision, precision), (found.recall, recall)):
        assert ours == [None if np.isnan(share) else pytest.approx(share) for share in theirs]
    assert found.score.correct == int(np.sum(labels == said))
    assert found.score.n == 500


def test_all_mistakes_are_named_the_most_confident_first():
    probabilities, labels = answers(0)
    said = probabilities.argmax(axis=1)
    found = evaluate(probabilities, labels)
    assert sorted(each.index for each in found.mistakes) == np.flatnonzero(said != labels).tolist()
    told = [each.probability for each in found.mistakes]
    assert told == sorted(told, reverse=True)
    for each in found.mistakes:
        assert (each.label, each.answer) == (labels[each.index], said[each.index])
        assert each.probability == probabilities[each.index].max()


def test_mistakes_of_equal_confidence_keep_the_order_of_the_images():
    found = evaluate(np.eye(10, dtype=np.float32)[[1, 1, 1, 1]], np.array([2, 1, 3, 4], np.uint8))
    assert [each.index for each in found.mistakes] == [0, 2, 3]


def test_json_can_hold_it_all_and_shows_only_the_worst_mistakes():
    found = evaluate(*answers(1, [1, 2], DIGITS))
    values = json.loads(json.dumps(found.as_dict(max_mistakes=4), allow_nan=False))
    assert values["accuracy"] == found.score.accuracy
    assert values["recall"][0] is None
    assert np.sum(values["confusion"]) == values["n"] == 500
    assert [each["index"] for each in values["mistakes"]] == [each.index for each in found.mistakes[:4]]


def test_a_single_right_answer_leaves_no_mistake():
    found = evaluate(np.eye(10, dtype=np.float32)[[3]], np.array([3], np.uint8))
    assert (found.score.accuracy, found.mistakes) == (1.0, ())


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(0)
    shares = rng.dirichlet(np.full(10, 0.15), 3000)
    labels = np.array([rng.choice(10, p=row) for row in shares]).astype(np.uint8)
    return shares, labels


def test_likelihood_agrees_with_scikit_learn(drawn):
    from sklearn.metrics import log_loss  # takes seconds to import

    shares, labels = drawn
    assert calibration(shares, labels).negative_log_likelihood == pytest.approx(
        log_loss(labels, np.maximum(shares, 1e-30), labels=range(10)), rel=1e-6
    )


def test_honest_answers_have_almost_no_error_and_boasts_have_much(drawn):
    shares, labels = drawn
    boasts = np.eye(10)[shares.argmax(axis=1)]
    wrong = np.mean(shares.argmax(axis=1) != labels)
    assert calibration(shares, labels).expected_error < 0.03
    assert calibration(boasts, labels).expected_error == pytest.approx(wrong)
    assert calibration(boasts, labels).sure_mistakes == round(wrong * len(labels))


def test_the_error_is_the_sum_over_bins_of_equal_width(drawn):
    shares, labels = drawn
    confidence, right = shares.max(axis=1), shares.argmax(axis=1) == labels
    expected = 0.0
    for low in np.linspace(0, 1, BINS, endpoint=False):
        inside = (confidence >= low) & (confidence < low + 1 / BINS)
        if inside.any():
            expected += inside.mean() * abs(confidence[inside].mean() - right[inside].mean())
    assert calibration(shares, labels).expected_error == pytest.approx(expected, abs=1e-6)


def test_fewer_more_confident_answers_are_more_often_correct(drawn):
    coverage = calibration(*drawn).coverage
    assert coverage[-1] == (1.0, pytest.approx(np.mean(drawn[0].argmax(axis=1) == drawn[1])))
    assert coverage[0][1] > coverage[-1][1]
