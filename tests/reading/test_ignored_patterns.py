"""Print all over the paper, fine patterns and hatching, is told from ink that may be a digit."""

import cv2
import numpy as np
import pytest

from shuzi.ink.boxes import Box
from shuzi.reading.ignored_ink import find_left_out

DIGIT = [Box(20, 20, 12, 24)]


def waves(step=6, strength=60):
    """A number's first digit on paper with fine waves, as on a cheque: a grey picture and its ink map."""
    y, x = np.indices((120, 240), float)
    fine = np.abs((y + 4 * np.sin(x / 9)) % step - step / 2) < 0.7
    fine &= (x + 7 * y) % 23 < 13  # worn, so that it is in pieces
    grey = np.where(fine, 230 - strength, 230).astype(np.uint8)
    grey[20:44, 20:32] = 110
    return grey, np.where(grey < 225, 255, 0).astype(np.uint8)


def test_pieces_of_a_fine_pattern_all_over_the_page_are_print():
    grey, ink = waves()
    found = [kind for kind, _ in find_left_out(grey, ink, DIGIT, 24.0)]
    assert found.count("print") > 10
    assert "unknown" not in found


def test_a_digit_that_was_not_read_stays_unknown_on_patterned_paper():
    grey, ink = waves()
    for middle in ((60, 32), (120, 90)):
        cv2.ellipse(grey, middle, (7, 11), 0, 0, 360, 110, 5)
        ink = np.where(grey < 225, 255, 0).astype(np.uint8)
        assert "unknown" in {kind for kind, _ in find_left_out(grey, ink, DIGIT, 24.0)}, middle


def test_thin_ink_as_dark_as_the_digits_or_in_one_place_is_no_pattern():
    grey, ink = waves(strength=115)
    assert "print" not in {kind for kind, _ in find_left_out(grey, ink, DIGIT, 24.0)}
    grey, _ = waves()
    grey[60:, :130] = grey[:18] = grey[18:60, 40:] = 230
    ink = np.where(grey < 225, 255, 0).astype(np.uint8)
    found = {kind for kind, _ in find_left_out(grey, ink, DIGIT, 24.0)}
    assert "unknown" in found
    assert "print" not in found


def hatching(slope=0.23, strength=60):
    """A number's first digit on hatched paper whose lines are broken, some longer than a digit is high."""
    y, x = np.indices((120, 240), float)
    row, across = np.divmod(y + slope * x, 9)
    lines = (across < 1.4) & ((x + 37 * row) % 70 < 20 + 11 * (row % 4))
    grey = np.where(lines, 230 - strength, 230).astype(np.uint8)
    grey[20:44, 20:32] = 110
    return grey, np.where(grey < 225, 255, 0).astype(np.uint8)


@pytest.mark.parametrize("slope", [0.23, -0.4, 1.1])
def test_the_lines_of_hatching_are_print(slope):
    grey, ink = hatching(slope)
    kinds = [kind for kind, _ in find_left_out(grey, ink, DIGIT, 24.0)]
    assert kinds.count("print") > 10
    assert "unknown" not in kinds


def test_a_stroke_of_the_pen_along_hatching_is_unknown():
    grey, _ = hatching()
    cv2.line(grey, (120, 50), (150, 43), 110, 5)
    ink = np.where(grey < 225, 255, 0).astype(np.uint8)
    assert "unknown" in {kind for kind, _ in find_left_out(grey, ink, DIGIT, 24.0)}


def test_parallel_strokes_as_dark_as_the_digits_or_on_one_side_of_the_page_are_no_hatching():
    grey, ink = hatching(strength=115)
    assert "print" not in {kind for kind, _ in find_left_out(grey, ink, DIGIT, 24.0)}
    grey, _ = hatching()
    grey[:, 90:] = 230
    ink = np.where(grey < 225, 255, 0).astype(np.uint8)
    assert "print" not in {kind for kind, _ in find_left_out(grey, ink, DIGIT, 24.0)}
