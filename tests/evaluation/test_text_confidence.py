from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit

from shuzi.concepts import softmax
from shuzi.data.dataset import Dataset
from shuzi.data.mnist import clear_images
from shuzi.evaluation.text_confidence import (
    PageRead,
    calibrate,
    fit_curve,
    fit_curves,
    fit_page,
    fit_trees,
    fit_way,
    fit_weights,
    ok_from,
    predicted,
)
from shuzi.ink.boxes import Box
from shuzi.reading.confidence import Curves, Evidence, Scale, Way, logit, name_knots, signs_of_digit
from shuzi.reading.page_text import LineFeatures, PageScale
from shuzi.reading.result import Reading
from shuzi.reading.thresholds import KNOTS
from shuzi.reading.values import Candidate, Findings
from shuzi.synthesis.composer import Composer, any_kind

CLEAN = (0.0, 0.0, 0.0)
TRUTH = Curves(1.4, 0.6, 0.3, -2.0, 2.5, 4.0, 3.0, 1.0)


def candidate(named, is_digit=1.0, detector_score=1.0, x=10.0):
    probabilities = np.full(10, (1 - named) / 9, np.float32)
    probabilities[1] = named
    return Candidate(np.zeros((28, 28), np.uint8), Box(x, 10, 6, 20), probabilities, is_digit, detector_score)


def seen(candidates, uncovered=0.0, missed=0.0):
    page = np.zeros((40, 120), np.uint8)
    return Findings(page, page.shape, True, page, candidates, uncovered, missed)


def pages(seed, n, truth):
    """Draw pages of one to seven digits that are correct as often as the curves predict."""
    rng, drawn = np.random.default_rng(seed), []
    for _ in range(n):
        digits = [tuple(rng.normal(2, 2, 3)) for _ in range(rng.integers(1, 8))]
        text = (float(rng.uniform(0, 0.5)), float(rng.uniform(0, 0.5)), float(rng.random() < 0.2))
        drawn.append(PageRead(digits, text, True))
    correct = rng.random(n) < predicted(truth, drawn)
    return [replace(page, correct=bool(so)) for page, so in zip(drawn, correct, strict=True)]


def unlikeliness(drawn):
    """Return the negative log-likelihood of the correct and wrong pages for given curves, computed with SciPy."""
    there = np.zeros((len(drawn), 7), bool)
    signs = np.zeros((len(drawn), 7, 3))
    for page, row, sign in zip(drawn, there, signs, strict=True):
        row[: len(page.digits)], sign[: len(page.digits)] = True, page.digits
    text, correct = np.array([page.text for page in drawn]), np.array([page.correct for page in drawn])

    def unlikely(curves):
        digits = np.where(there, expit(signs @ curves[:3] + curves[3]), 1)
        chances = np.clip(np.prod(digits, axis=1) * expit(curves[4] - text @ curves[5:]), 1e-9, 1 - 1e-9)
        return -np.sum(np.log(np.where(correct, chances, 1 - chances)))

    return unlikely


@pytest.mark.parametrize("seed", range(3))
def test_the_curves_have_the_maximum_likelihood(seed):
    drawn = pages(seed, 3_000, TRUTH)
    found, unlikely = fit_curves(drawn), unlikeliness(drawn)
    assert unlikely(np.array(found)) < minimize(unlikely, TRUTH, method="BFGS").fun + 1.0
    np.testing.assert_allclose(found, TRUTH, atol=1.2)


def test_predicted_probabilities_match_the_fraction_of_correct_pages():
    drawn = pages(5, 4_000, TRUTH)
    chances = predicted(fit_curves(drawn[:2_000]), drawn[2_000:])
    correct = np.array([page.correct for page in drawn[2_000:]])
    for part in np.array_split(chances.argsort(), 5):
        assert chances[part].mean() == pytest.approx(correct[part].mean(), abs=0.08)


@pytest.mark.parametrize(
    ("sure", "correct"),
    [
        ([9.0] * 2_900, [True] * 2_400 + [False] * 500),
        ([4.0] * 100, [False] * 100),
        ([-3.0] * 50 + [3.0] * 50, [False] * 50 + [True] * 50),
        ([1.0] * 100, [True] * 100),
    ],
    ids=["all alike", "all wrong", "told apart", "all right"],
)
def test_the_curves_stay_within_bounds_and_predict_what_was_seen(sure, correct):
    read = [PageRead([(each, 9.0, 0.0)], CLEAN, so) for each, so in zip(sure, correct, strict=True)]
    found = fit_curves(read)
    assert np.isfinite(found).all()
    assert np.abs(found).max() < 100
    assert np.mean(predicted(found, read)) == pytest.approx(np.mean(correct), abs=0.06)


def test_without_any_page_the_beginning_is_kept():
    assert fit_curves([]) == Curves(1.0, 1.0, 1.0, 0.0, 3.0, 0.0, 0.0, 0.0)


def test_more_confidence_never_means_a_lower_probability():
    read = [PageRead([(3.0, 3.0, 3.0)], CLEAN, False)] * 60 + [
        PageRead([(0.4, 0.4, 0.4)], (0.5, 0.5, 1.0), True)
    ] * 60
    assert min(value for place, value in enumerate(fit_curves(read)) if place not in (3, 4)) >= 0


def test_a_whole_texts_probability_stays_within_0_and_1_and_falls_with_each_digit():
    for curves in (Curves(), Curves(60.0, whole=2.0, uncovered=900.0), Curves(1e6, shift=-5.0)):
        for candidates in (
            [],
            [candidate(0.1, 0.0)],
            [candidate(1.0)],
            [candidate(1.0)] * 30,
            [candidate(0.5, 1e-12, 0.3)],
        ):
            for amiss in (0.0, 1.0):
                chance = curves.of_text(seen(candidates, amiss, amiss))
                assert 0 <= chance <= 1
                assert curves.of_text(seen([*candidates, candidate(0.9)], amiss, amiss)) <= chance


def test_evidence_against_a_text_lowers_its_probability():
    curves = Curves(whole=2.0, uncovered=3.0, missed=4.0, at_edge=1.0)
    clean = curves.of_text(seen([candidate(0.99)]))
    assert curves.of_text(seen([candidate(0.99)], uncovered=0.2)) < clean
    assert curves.of_text(seen([candidate(0.99)], missed=0.4)) < clean
    assert curves.of_text(seen([candidate(0.99, x=0.0)])) < clean


def test_an_unused_detector_has_no_effect():
    assert signs_of_digit(candidate(0.5, 0.5))[2] == 0
    assert signs_of_digit(candidate(0.5, 0.5, 0.25))[2] == pytest.approx(np.log(1 / 3))


def test_effects_beyond_the_curves_are_measured():
    rng = np.random.default_rng(3)

    def drawn(n):
        # correct in 3 of 10 cases up to some confidence, in 8 of 10 far beyond it, never more
        for _ in range(n):
            sure = float(rng.uniform(-4, 8))
            yield PageRead([(sure, 9.0, 0.0)], CLEAN, bool(rng.random() < np.interp(sure, [0, 4], [0.3, 0.8])))

    way, fresh = fit_way(list(drawn(6_000))), list(drawn(6_000))
    alone = predicted(way.curves, fresh)
    chances = np.interp([logit(each) for each in alone], KNOTS, way.measured)
    correct = np.array([each.correct for each in fresh])

    def off(what):
        return np.mean([abs(what[part].mean() - correct[part].mean()) for part in np.array_split(what.argsort(), 15)])

    assert off(chances) < 0.04
    assert off(chances) < 0.8 * off(alone)


def test_a_knot_with_few_texts_stays_close_to_the_curves():
    way = fit_way([PageRead([(2.0, 9.0, 0.0)], CLEAN, True)] * 3)
    np.testing.assert_allclose(way.measured, expit(np.array(KNOTS)), atol=0.2)
    assert list(way.measured) == sorted(way.measured)


def test_without_curves_in_the_card_the_networks_probabilities_are_used():
    scale = Scale.of({"unsure": 0.98})
    assert scale.way(True).of_text(seen([candidate(0.8), candidate(0.5)], 0.3)) == pytest.approx(0.4**0.5)
    assert scale.way(True).of_digit(candidate(0.64)) == pytest.approx(0.8)
    assert (scale.ok, scale.digit, scale.blank) == (0.98, 0.5, 1.0)


def kept(way, curves, measured):
    """Return a way's numbers in the card's format."""
    names = [f"{way}-{each}" for each in Curves._fields]
    return dict(zip(names, curves, strict=True)) | dict(zip(name_knots(way), measured, strict=True))


def test_a_card_keeps_the_fitted_and_measured_numbers_of_both_ways():
    simple, found = Curves(2.0, 1.0, 0.0, 0.5, 3.0, 1.0, 0.0, 2.0), Curves(whole=1.0, missed=3.0)
    values = [0.1 * number for number in range(len(KNOTS))]
    scale = Scale.of(
        kept("simple", simple, [0.5] * 10) | kept("found", found, values) | {"text-ok": 0.7, "blank": 0.8}
    )
    assert scale.way(True) == Way(simple, (0.5,) * 10)
    assert scale.way(False) == Way(found, tuple(values))
    assert (scale.ok, scale.blank) == (0.7, 0.8)
    half = scale.way(False)
    assert half.of_text(seen([candidate(0.5)])) == pytest.approx(
        np.interp(logit(found.of_text(seen([candidate(0.5)]))), KNOTS, values)
    )


def test_numbers_that_are_not_complete_are_left_alone():
    """As in cards of models that were fitted differently."""
    numbers = kept("found", Curves(whole=1.0), [0.5] * 10)
    del numbers["found-named"]
    assert Scale.of(numbers).way(False) == Way()


@pytest.mark.parametrize(("sign", "correct", "expected"), [(30.0, True, 1.0), (-30.0, False, 0.0)])
def test_beyond_the_outer_knots_the_observations_count(sign, correct, expected):
    read = [PageRead([(sign, sign, 0.0)], CLEAN, correct)] * 4_000
    read += [PageRead([(0.0, 0.0, 0.0)], CLEAN, bool(number % 2)) for number in range(1_000)]
    way = fit_way(read)
    assert way.measured[-1 if correct else 0] == pytest.approx(expected, abs=0.008)


def test_a_reader_that_finds_nothing_is_never_ok(mnist):
    class Blind:
        partners = MappingProxyType({"detector": "ab12"})
        looked = 0

        def recognise(self, picture, as_page):  # noqa: ARG002
            self.looked += 1
            return Findings(picture, picture.shape, True, picture, [], 0.0)

    blind = Blind()
    few = Dataset(mnist.validation.images[:300], mnist.validation.labels[:300])
    found = calibrate(blind, few, pages=40)
    assert blind.looked == 40
    assert (found.partners, found.pages, found.seed) == (blind.partners, 40, 0)
    assert found.numbers["text-ok"] == 1.0
    assert 0 < found.numbers["blank"] < 0.6


def test_nine_in_ten_correct_readings_of_simple_ink_are_ok(mnist):
    class Told:
        """Knows the text of each page, and is correct more often the more confident it is."""

        partners = MappingProxyType({})

        def __init__(self):
            self.draws, self.correct = np.random.default_rng(1), []
            clear = clear_images(validation)
            self.pages, self.composer = np.random.default_rng(0), Composer(clear.images, clear.labels)

        def recognise(self, picture, as_page):  # noqa: ARG002
            self.text = any_kind(self.composer, self.pages).text
            return seen([candidate(self.draws.uniform(0.5, 0.999))])

        def decide(self, candidates):
            correct = self.draws.random() < candidates.candidates[0].probabilities.max()
            if correct:
                self.correct.append(candidates)
            return Reading(self.text if correct else "?", "ok", 1.0, (), ("reading.ok", {}))

    validation = Dataset(mnist.validation.images[:300], mnist.validation.labels[:300])
    reader = Told()
    thresholds = calibrate(reader, validation, seed=0, pages=200).numbers
    chances = [Scale.of(thresholds).way(True).of_text(each) for each in reader.correct]
    assert len(chances) > 100
    assert np.mean(np.array(chances) >= thresholds["text-ok"]) == pytest.approx(0.9, abs=0.01)


def test_weights_are_those_that_texts_were_drawn_with():
    rng = np.random.default_rng(0)
    truth = np.array([1.0, 0.5, 0.0, 0.8, -1.0, 0.3, 0.6])

    def drawn():
        scores = rng.normal(0, 1, (6, 7))
        return scores, np.arange(6) == rng.choice(6, p=softmax(scores @ truth))

    assert np.abs(np.array(fit_weights([drawn() for _ in range(4_000)])) - truth).max() < 0.12


def test_a_curve_tells_how_many_are_right():
    sure, unsure = Evidence(3.0, 0, 0, 0, 0, 0, 0), Evidence(0.0, 0, 0, 0, 0, 0, 0)
    curve = fit_curve([sure, unsure] * 500, [True, True, True, False] * 250)
    assert round(curve.of(unsure), 1) == 0.5


def test_ok_begins_where_nearly_all_are_right():
    confidence = np.linspace(0, 1, 1_001)
    assert round(ok_from(confidence, confidence >= 0.7), 2) == 0.7


def test_trees_tell_clear_lines_from_faint_ones():
    clear, faint = (LineFeatures(raw, *[0.0] * 13) for raw in (6.0, -1.0))
    scale = PageScale.of(fit_page([(clear, True, True)] * 900 + [(faint, False, True), (faint, True, True)] * 50))
    assert scale.confidence(clear) > 0.98
    assert round(scale.confidence(faint), 1) == 0.5
    x = np.stack([np.linspace(0, 1, 400), np.zeros(400)], axis=1)
    trees = fit_trees(x, x[:, 0] > 0.5)
    assert [sum(tree.value(row) for tree in trees) > 0 for row in ((0.2, 0.0), (0.8, 0.0))] == [False, True]


@pytest.mark.parametrize("doubted", [True, False])
def test_lines_that_are_doubted_for_another_reason_do_not_tell_where_ok_begins(doubted):
    line = LineFeatures(6.0, *[0.0] * 13)
    read = [(line, number % 10 > 0, number % 10 > 0 or not doubted) for number in range(1_000)]
    scale = PageScale.of(fit_page(read))
    assert (scale.confidence(line) >= scale.ok) == doubted
