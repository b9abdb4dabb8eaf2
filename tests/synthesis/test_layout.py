"""Digits that are crossed out are signs, and their ink has the strokes; all else stays."""

import cv2
import numpy as np
import pytest

from shuzi.models.tasks import SIGN
from shuzi.synthesis.composer import other_shape, thickness
from shuzi.synthesis.layout import cross_out, join
from shuzi.synthesis.pen import Pen
from shuzi.synthesis.writers import Hand, is_straight

HAND = Hand(height=40.0, slant=0.0, wide=1.0, uneven=0.0, shaky=0.0, pen=Pen(3.0))
RING = cv2.ellipse(np.zeros((44, 32), np.uint8), (16, 22), (13, 19), 0, 0, 360, 255, 3)


def blocks(count):
    """Solid characters 20 wide and 40 high, 10 apart, standing on y = 0."""
    return [(np.full((40, 20), 255, np.uint8), 30 * place, -40) for place in range(count)]


def pixels(ink, x, y):
    return {(int(row) + y, int(column) + x) for row, column in np.argwhere(ink > 0)}


@pytest.mark.parametrize("seed", range(40))
def test_one_digit_two_neighbours_or_the_whole_number_are_crossed_out(seed):
    inks = blocks(5)
    text, changed = cross_out(np.random.default_rng(seed), "12.34", inks, HAND)
    struck = [place for place, each in enumerate(text) if each == SIGN]
    assert len(struck) in (1, 2, len(text))
    assert struck[-1] - struck[0] == len(struck) - 1
    assert 2 not in struck or len(struck) == len(text)
    assert [each for place, each in enumerate(text) if place not in struck] == [
        each for place, each in enumerate("12.34") if place not in struck
    ]
    for place, (one, other) in enumerate(zip(inks, changed, strict=True)):
        # the digit is still there under its strokes
        assert pixels(*one) <= pixels(*other)
        assert (len(pixels(*other)) > len(pixels(*one))) == (place in struck)


def test_without_a_digit_nothing_is_crossed_out():
    inks = blocks(2)
    text, changed = cross_out(np.random.default_rng(0), ".-", inks, HAND)
    assert text == ".-"
    assert changed is inks


def pieces(inks):
    """Count the connected pieces of ink of a line."""
    sheet = np.zeros((100, 400), np.uint8)
    for ink, x, y in inks:
        part = sheet[y + 70 : y + 70 + len(ink), x + 20 : x + 20 + ink.shape[1]]
        np.maximum(part, ink, out=part)
    return cv2.connectedComponents((sheet > 76).astype(np.uint8))[0] - 1


@pytest.mark.parametrize(("text", "zeros_only", "fewest"), [("0000", True, 1), ("8888", False, 1), ("8088", True, 4)])
def test_neighbours_hang_together(text, zeros_only, fewest):
    inks = [(RING, 44 * place, -44) for place in range(len(text))]
    found = [pieces(join(np.random.default_rng(seed), text, inks, HAND, zeros_only)) for seed in range(20)]
    assert pieces(inks) == 4
    assert min(found) == fewest
    assert max(found) <= 4


def test_marks_and_wide_gaps_stay_as_they_are():
    apart = [(RING, 100 * place, -44) for place in range(3)]
    for seed in range(10):
        rng = np.random.default_rng(seed)
        assert pieces(join(rng, "8.8", [(RING, 44 * place, -44) for place in range(3)], HAND, False)) == 3
        assert pieces(join(rng, "888", apart, HAND, False)) == 3


def test_a_one_gets_an_upstroke_and_a_two_stays():
    stem = np.ones((30, 4), np.float32)
    assert other_shape(np.random.default_rng(0), 1, stem).shape[1] > 8
    assert other_shape(np.random.default_rng(0), 2, stem) is stem
    assert thickness(np.ones((40, 5), np.float32)) == 5.0


def test_a_line_with_a_small_bend_is_straight():
    assert is_straight([np.array([[0, 0], [5, 10], [10, 20.4]], np.float32)])
    assert not is_straight([np.array([[0, 0], [10, 0], [4, 20]], np.float32)])
