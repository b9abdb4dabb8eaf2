import cv2
import numpy as np
import pytest

from shuzi.synthesis.lines.collection import Writers, page_of
from shuzi.synthesis.lines.kinds import KINDS
from shuzi.synthesis.lines.legible import is_apart, is_seen, lean, told_apart

HEIGHT, PEN = 40, 3


def stroke(wide, high, leans=0):
    """Draw a straight stroke from the lower left to the upper right."""
    ink = np.zeros((high + 4, wide + leans + 4), np.uint8)
    cv2.line(ink, (2, high + 1), (2 + leans, 2), 255, PEN, cv2.LINE_AA)
    return ink


def bar(wide, high):
    return np.full((high, wide), 255, np.uint8)


def apart(characters, *inks, slant=0.0):
    return told_apart(characters, inks, HEIGHT, PEN, slant)


@pytest.mark.parametrize("degrees", [0, 10, 30])
def test_a_stroke_leans_as_it_was_drawn(degrees):
    ink = stroke(0, 60, round(60 * np.tan(np.radians(degrees))))
    assert np.degrees(lean(ink)) == pytest.approx(degrees, abs=1.5)


def test_a_slash_is_told_from_a_one_by_its_lean_or_by_its_length():
    upright, leaning, long = stroke(0, 40), stroke(0, 40, 14), stroke(0, 60, 7)
    assert apart("1/", upright, leaning)
    assert apart("1/", upright, long)
    assert not apart("1/", upright, upright)
    # where ones lean as much, the same slash is one of them
    assert not apart("1/", leaning, leaning)
    assert not apart("7/", bar(20, 40), stroke(0, 40, 3))
    assert not apart("7/", bar(20, 40), leaning, slant=0.3)


def test_dots_are_small_commas_long_and_dashes_wide():
    dot, comma, dash = bar(4, 4), bar(4, 14), bar(15, 4)
    assert apart(".,-", dot, comma, dash)
    assert not apart(".", comma)
    assert not apart(",", dot)
    assert not apart("-", dot)
    assert not apart("-", bar(10, 15))
    colon = np.zeros((24, 4), np.uint8)
    colon[:4] = colon[-4:] = 255
    assert apart(":", colon)
    assert not apart(":", dot)
    assert not apart(":", bar(4, 24))


def test_characters_may_touch_but_not_lie_on_each_other_and_dots_may_not_even_touch():
    one, dot = bar(6, 40), bar(4, 4)
    assert is_apart([(one, 0, 0, True), (one, 6, 0, True)], HEIGHT)
    assert not is_apart([(one, 0, 0, True), (one, 4, 0, True)], HEIGHT)
    assert is_apart([(one, 0, 0, True), (dot, 9, 36, True)], HEIGHT)
    assert not is_apart([(one, 0, 0, True), (dot, 6, 36, True)], HEIGHT)


def page(dot=30, ruling=None):
    """Draw a 1 and a dot on white paper, the dot in the given grey."""
    grey = np.full((80, 80), 235, np.uint8)
    if ruling is not None:
        grey[56:59] = ruling
    grey[20:60, 20:24] = 30
    grey[56:60, 34:38] = dot
    return grey


BOXES = np.array([[20, 20, 4, 40], [34, 56, 4, 4]], np.float32)


def test_a_mark_must_be_dark_beside_the_digits_and_beside_the_lines_of_the_paper():
    assert is_seen(page(), "1.", BOXES)
    assert not is_seen(page(dot=190), "1.", BOXES)
    assert is_seen(page(ruling=180), "1.", BOXES)
    assert not is_seen(page(ruling=40), "1.", BOXES)


def test_what_leaves_the_picture_cannot_be_told():
    assert not is_seen(page(), "1.", BOXES - np.array([25, 0, 0, 0], np.float32))
    assert not is_seen(page(), "1.", BOXES + np.array([0, 25, 0, 0], np.float32))
    assert is_seen(page(), "", np.empty((0, 4), np.float32))


@pytest.mark.parametrize("name", ["amounts", "dates and times", "values"])
def test_pages_are_composed_until_they_are_legible(mnist, pen_strokes, name):
    writers = Writers(mnist.train.images[:300], mnist.train.labels[:300], pen_strokes)
    rng = np.random.default_rng(3)
    assert all(page_of(rng, writers, KINDS[name]).legible for _ in range(40))
