import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit
from scipy.special import logit as sp_logit

from shuzi.evaluation.confidence import Read, fit_curves, with_honest_confidence
from shuzi.models.card import Card
from shuzi.reading.confidence import Curves, Scale, logit
from shuzi.reading.search import Looks


def pages(seed, n, truth):
    """Draw pages of one to seven digits, which are right as often as the curves say."""
    rng, drawn = np.random.default_rng(seed), []
    for _ in range(n):
        sure = expit(rng.normal(2, 2, rng.integers(1, 8))).tolist()
        uncovered = float(rng.uniform(0, 0.5))
        drawn.append(Read(sure, uncovered, bool(rng.random() < truth.of_text(sure, uncovered))))
    return drawn


def unlikeliness(drawn):
    """Say how unlikely it is what was right and wrong on pages, for any curves, in SciPy's words."""
    sure = np.ones((len(drawn), 7))
    for page, row in zip(drawn, sure, strict=True):
        row[: len(page.sure)] = page.sure
    there, uncovered = sure < 1, np.array([page.uncovered for page in drawn])
    logits, right = np.where(there, sp_logit(np.where(there, sure, 0.5)), 0), np.array([page.right for page in drawn])

    def unlikely(curves):
        digits = np.where(there, expit(curves[0] * logits + curves[1]), 1)
        chances = np.clip(np.prod(digits, axis=1) * expit(curves[2] - curves[3] * uncovered), 1e-9, 1 - 1e-9)
        return -np.sum(np.log(np.where(right, chances, 1 - chances)))

    return unlikely


@pytest.mark.parametrize("seed", range(3))
def test_the_curves_are_the_likeliest_ones(seed):
    truth = Curves(1.4, 0.7, 2.5, 4.0)
    drawn = pages(seed, 3_000, truth)
    found, unlikely = fit_curves(drawn), unlikeliness(drawn)
    assert unlikely(found) < minimize(unlikely, truth, method="Nelder-Mead").fun + 0.5
    np.testing.assert_allclose(found, truth, atol=1.2)


def test_of_what_was_given_a_chance_so_much_is_right():
    drawn = pages(5, 4_000, Curves(0.8, -0.5, 1.5, 2.0))
    found = fit_curves(drawn[:2_000])
    chances = np.array([found.of_text(page.sure, page.uncovered) for page in drawn[2_000:]])
    right = np.array([page.right for page in drawn[2_000:]])
    for part in np.array_split(chances.argsort(), 5):
        assert chances[part].mean() == pytest.approx(right[part].mean(), abs=0.08)


@pytest.mark.parametrize(
    ("sure", "right"),
    [
        ([0.999999] * 2_900, [True] * 2_400 + [False] * 500),
        ([0.99] * 100, [False] * 100),
        ([0.05] * 50 + [0.95] * 50, [False] * 50 + [True] * 50),
        ([0.7] * 100, [True] * 100),
    ],
    ids=["all alike", "all wrong", "told apart", "all right"],
)
def test_the_curves_stay_within_bounds_and_predict_what_was_seen(sure, right):
    read = [Read([each], 0.0, so) for each, so in zip(sure, right, strict=True)]
    found = fit_curves(read)
    assert np.isfinite(found).all()
    assert np.abs(found).max() < 100
    chances = [found.of_text(each.sure, each.uncovered) for each in read]
    assert np.mean(chances) == pytest.approx(np.mean(right), abs=0.06)


def test_without_any_page_the_beginning_is_kept():
    assert fit_curves([]) == Curves(1.0, 0.0, 3.0, 0.0)


def test_the_chance_of_a_whole_text_is_never_beyond_0_or_1_and_falls_with_each_digit():
    for curves in (Curves(), Curves(60.0, 0.0, 2.0, 900.0), Curves(1e6, -5.0)):
        for sure in ([], [0.0], [1.0], [1.0] * 30, [0.5, 1e-12]):
            for uncovered in (0.0, 1.0):
                assert 0 <= curves.of_text(sure, uncovered) <= 1
                assert curves.of_text([*sure, 0.9], uncovered) <= curves.of_text(sure, uncovered)


def test_a_card_without_curves_says_what_the_network_says():
    scale = Scale.of({"unsure": 0.98})
    assert scale.curves(True).of_text([0.8, 0.5], 0.3) == pytest.approx(0.4)
    assert (scale.ok, scale.digit) == (0.98, 0.5)


def test_a_card_keeps_the_curves_of_both_ways():
    scale = Scale.of({"simple-slope": 2.0, "found-whole": 1.0, "found-uncovered": 3.0, "text-ok": 0.7})
    assert scale.curves(True) == Curves(slope=2.0)
    assert scale.curves(False) == Curves(whole=1.0, uncovered=3.0)
    assert scale.ok == 0.7
    assert logit(0.25) == pytest.approx(np.log(1 / 3))


def test_who_is_surer_is_never_less_likely_to_be_right():
    read = [Read([0.95], 0.0, False)] * 60 + [Read([0.6], 0.0, True)] * 60
    assert fit_curves(read).slope >= 0.05


def test_a_reader_that_finds_nothing_is_given_up(mnist):
    class Blind:
        card = Card("net", {}, "", 0, {}, {}, {}, 1.0, {})
        looked = 0

        def look(self, picture):
            self.looked += 1
            return Looks(picture, picture.shape, True, picture, [], 0.0)

    blind = Blind()
    card = with_honest_confidence(blind, mnist.validation, pages=5)
    assert blind.looked == 15
    assert card.thresholds["text-ok"] == 1.0
