"""Strokes beside two digits, drawn by hand: which of them may be a piece of a third."""

import numpy as np
import pytest

from shuzi.ink.boxes import Box
from shuzi.reading.confidence import Curve, LineScale, Scale, Way
from shuzi.reading.decide import decide
from shuzi.reading.doubts import is_cut_at_side
from shuzi.reading.values import Findings, Line, LineTexts, Weights

DIGITS = [Box(30, 40, 14, 28), Box(56, 40, 14, 28)]
WIDTH, HEIGHT = 100, 120


def page(*strokes, height=HEIGHT):
    """Return the ink map of two digits and strokes: x, y, width, height."""
    ink = np.zeros((height, WIDTH), np.uint8)
    for x, y, width, high in [*DIGITS, *strokes]:
        ink[y : y + high, x : x + width] = 255
    return ink


def is_cut(*strokes, printed=()):
    """Tell it of a picture, which must not depend on the side."""
    ink = page(*strokes)
    mirrored = [Box(WIDTH - box.right, *box[1:]) for box in DIGITS]
    told = is_cut_at_side(ink, DIGITS, printed)
    lines = [Box(WIDTH - box.right, *box[1:]) for box in printed]
    assert is_cut_at_side(np.ascontiguousarray(ink[:, ::-1]), mirrored, lines) == told
    return told


@pytest.mark.parametrize(
    ("strokes", "expected"),
    [
        ([], False),
        ([(96, 42, 4, 20)], True),  # a bow
        ([(97, 50, 3, 12)], True),
        ([(97, 50, 3, 6)], False),  # a speck
        ([(94, 41, 6, 3), (95, 62, 5, 3)], True),  # the ends of a 3
        ([(94, 41, 6, 3)], False),
        ([(94, 41, 6, 3), (95, 62, 3, 3)], False),  # one of them inside the picture
        ([(70, 50, 30, 3), (97, 42, 3, 24)], True),  # it touches the digit before it
        ([(70, 50, 4, 12)], False),  # inside the picture
        ([(0, 70, 100, 2)], False),  # a rule
        ([(0, 66, 100, 2)], False),  # one that the digits stand on
        ([(97, 0, 3, 120)], False),  # an upright line as high as the picture
        ([(92, 0, 8, 50)], False),  # writing above the line
        ([(92, 58, 8, 62)], False),  # writing below it
    ],
)
def test_ink_that_a_side_cuts_off_within_the_height_of_the_line_may_be_a_piece_of_a_digit(strokes, expected):
    assert is_cut(*strokes) == expected


def test_ink_further_off_than_digits_are_from_each_other_belongs_to_other_writing():
    narrow, wide = (np.pad(page((97, 42, 3, 20)), ((0, 0), (more, 0))) for more in (0, 40))
    assert is_cut_at_side(narrow, DIGITS, [])
    assert is_cut_at_side(wide, [Box(box.x + 40, *box[1:]) for box in DIGITS], [])
    assert not is_cut_at_side(wide, [Box(box.x + 20, *box[1:]) for box in DIGITS], [])


def test_printed_lines_and_stains_are_no_digits():
    stroke = Box(96, 42, 4, 20)
    assert is_cut(stroke)
    assert not is_cut(stroke, printed=[stroke])


def test_an_upright_line_may_be_a_1_where_the_picture_is_as_low_as_the_digits():
    line = Box(97, 0, 3, 36)
    digits = [Box(box.x, 4, box.width, box.height) for box in DIGITS]
    low = np.zeros((36, WIDTH), np.uint8)
    for box in [*digits, line]:
        low[box.pixels()] = 255
    assert is_cut_at_side(low, digits, [line])


def test_what_hangs_on_a_digit_and_ends_beside_its_box_is_its_own():
    tight = page((70, 50, 3, 12))[:, :73]
    assert not is_cut_at_side(tight, DIGITS, [])


def test_a_sure_number_beside_a_cut_digit_is_unsure_and_the_edge_is_named(columns):
    said = columns("__3_____________4___", sure=0.99)
    frame = Box(0.0, 30.0, 180.0, 48.0)
    scores = np.array([[0.0] * 6 + [1.0]])

    def read(*strokes):
        ink = np.zeros((120, 100), np.uint8)
        for x, y, width, height in [(6, 40, 14, 28), (60, 40, 18, 28), *strokes]:
            ink[y : y + height, x : x + width] = 255
        line = LineTexts(Line((), (frame, frame), 28.0), (said, said), ("34",), scores)
        seen = Findings(255 - ink, ink.shape, False, ink, [], 0.0, texts=(line,))
        weights = LineScale(Weights(*[1.0, *[0.0] * 6]), Curve(), ok=0.9)
        return decide(seen, Scale(Way(), Way(), ok=0.9, digit=0.5), weights)

    assert (read().text, read().status) == ("34", "ok")
    # two pieces, each too small to be named as ink that nothing accounts for
    cut = read((96, 42, 4, 4), (96, 60, 4, 4))
    assert (cut.text, cut.status, cut.digits_status, cut.advice[0]) == ("34", "unsure", "unsure", "reading.edge")
    assert "touches the edge" in cut.message
