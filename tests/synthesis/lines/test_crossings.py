"""Digits that are crossed out are signs, and their ink has the strokes; all else stays."""

import numpy as np
import pytest

from shuzi.models.tasks import SIGN
from shuzi.synthesis.lines.crossings import cross_out
from shuzi.synthesis.lines.handwriting import Pen
from shuzi.synthesis.lines.writers import Hand

HAND = Hand(height=40.0, slant=0.0, wide=1.0, uneven=0.0, shaky=0.0, pen=Pen(3.0))


def blocks(count):
    """Solid characters 20 wide and 40 high, 10 apart, standing on y = 0."""
    return [(np.full((40, 20), 255, np.uint8), 30 * place, -40, True) for place in range(count)]


def pixels(ink, x, y, counts):
    return {(int(row) + y, int(column) + x) for row, column in np.argwhere(ink > 0)} if counts else set()


@pytest.mark.parametrize("seed", range(40))
def test_one_digit_or_two_neighbours_are_crossed_out(seed):
    inks = blocks(5)
    text, changed = cross_out(np.random.default_rng(seed), "12.34", inks, HAND)
    struck = [place for place, each in enumerate(text) if each == SIGN]
    assert len(struck) in (1, 2)
    assert struck[-1] - struck[0] == len(struck) - 1
    assert 2 not in struck
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
