import itertools

import cv2
import numpy as np
import pytest

from shuzi.data.displays import load_displays
from shuzi.ink.strips import COLUMN
from shuzi.models.tasks import DIGITS, MARKS
from shuzi.synthesis.displays import (
    KINDS,
    RealDigits,
    camera,
    compose,
    display_lines,
    draw_segments,
    in_colours,
    number,
)

STANDARD = {  # of the segments a to g, by each digit (IEC 60617's numbering of a seven-segment display)
    "0": "1111110", "1": "0110000", "2": "1101101", "3": "1111001", "4": "0110011",
    "5": "1011011", "6": "1011111", "7": "1110000", "8": "1111111", "9": "1111011",
}  # fmt: skip


@pytest.fixture(scope="module")
def displays(display_folder):
    return load_displays(display_folder)


def drawn(digit, seed):
    ink, ghost = draw_segments(np.random.default_rng(seed), digit)
    return ink, ghost


def test_a_digit_has_as_many_segments_as_on_any_display():
    for digit, lit in STANDARD.items():
        usual = 0
        for seed in range(30):
            ink, ghost = drawn(digit, seed)
            share = ink.sum() / drawn("8", seed)[0].sum()
            assert np.all(ink <= ghost + 0.02)  # nothing is lit that cannot be
            usual += abs(share - lit.count("1") / 7) < 0.09
        assert usual >= 15  # the others are as some displays show a 6, 7 or 9


def test_lines_have_texts_that_fit_their_strips(displays):
    lines = itertools.islice(display_lines(np.random.default_rng(0), displays), 120)
    texts = []
    for strip, text in lines:
        assert strip.dtype == np.uint8
        assert strip.shape[0] == 48
        assert set(text) <= {*DIGITS, *MARKS}
        assert strip.shape[1] // COLUMN >= 2 * len(text)
        texts.append(text)
    assert 2 < texts.count("") < 40  # nothing to read, or in the wrong polarity
    assert sum("." in text for text in texts) > 20


def test_the_seed_decides_what_is_composed(displays):
    real = RealDigits(displays)
    for kind in KINDS:
        (grey, text), (again, same) = (compose(np.random.default_rng(7), kind, real) for _ in range(2))
        assert text == same
        assert np.array_equal(grey, again)


def test_real_wheels_are_of_one_meter_and_all_dark_on_light(displays):
    real, rng = RealDigits(displays), np.random.default_rng(0)
    for _ in range(20):
        light, text = real.wheels(rng)
        assert set(text) <= {*DIGITS}
        assert np.median(light) > light.min() + 0.3  # ink covers little


def test_a_number_is_seen_in_the_photograph_of_a_plain_display():
    rng, seen = np.random.default_rng(0), 0
    for _ in range(40):
        ink, _ = draw_segments(rng, number(rng))
        grey = camera(rng, 1 - np.pad(ink, 12))
        blurred = cv2.GaussianBlur(grey, (0, 0), 1)
        seen += int(blurred.max()) - int(blurred.min()) >= 5
    assert seen >= 38


@pytest.mark.parametrize("seed", range(20))
def test_the_last_digit_is_drawn_however_small_it_is(seed):
    eight, one = (draw_segments(np.random.default_rng(seed), text, seen=True)[0] for text in ("12.8", "12.1"))
    assert eight.shape == one.shape
    assert (eight > one).sum() > 20


def test_a_coloured_display_is_clear_in_one_colour_at_least():
    rng, paler = np.random.default_rng(0), 0
    for _ in range(30):
        ink, _ = draw_segments(rng, number(rng))
        grey = np.asarray(180 - 100 * np.pad(ink, 12), np.uint8)
        colours = in_colours(rng, grey).astype(np.float64)
        assert colours.shape == (*grey.shape, 3)
        contrasts = [colour.std() / grey.std() for colour in np.moveaxis(colours, 2, 0)]
        best = colours[..., int(np.argmax(contrasts))]
        assert np.corrcoef(best.ravel(), grey.ravel())[0, 1] > 0.95
        paler += min(contrasts) < 0.6 * max(contrasts)
    assert paler > 10  # in another colour its digits are pale
