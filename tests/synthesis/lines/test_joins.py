import cv2
import numpy as np
import pytest

from shuzi.synthesis.lines.handwriting import Pen
from shuzi.synthesis.lines.joins import join
from shuzi.synthesis.lines.writers import Hand

HAND = Hand(height=40.0, slant=0.0, wide=1.0, uneven=0.0, shaky=0.0, pen=Pen(3.0))
RING = cv2.ellipse(np.zeros((44, 32), np.uint8), (16, 22), (13, 19), 0, 0, 360, 255, 3)


def pieces(inks):
    """Count the connected pieces of ink of a line."""
    sheet = np.zeros((100, 400), np.uint8)
    for ink, x, y, _ in inks:
        part = sheet[y + 70 : y + 70 + len(ink), x + 20 : x + 20 + ink.shape[1]]
        np.maximum(part, ink, out=part)
    return cv2.connectedComponents((sheet > 76).astype(np.uint8))[0] - 1


@pytest.mark.parametrize(("text", "zeros_only", "fewest"), [("0000", True, 1), ("8888", False, 1), ("8088", True, 4)])
def test_neighbours_hang_together(text, zeros_only, fewest):
    inks = [(RING, 44 * place, -44, True) for place in range(len(text))]
    found = [pieces(join(np.random.default_rng(seed), text, inks, HAND, zeros_only)) for seed in range(20)]
    assert pieces(inks) == 4
    assert min(found) == fewest
    assert max(found) <= 4


def test_marks_and_wide_gaps_stay_as_they_are():
    apart = [(RING, 100 * place, -44, True) for place in range(3)]
    for seed in range(10):
        rng = np.random.default_rng(seed)
        assert pieces(join(rng, "8.8", [(RING, 44 * place, -44, True) for place in range(3)], HAND, False)) == 3
        assert pieces(join(rng, "888", apart, HAND, False)) == 3
