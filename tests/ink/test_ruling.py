import cv2
import numpy as np

from shuzi.ink.boxes import Box
from shuzi.ink.ruling import Ruling, find_level_lines


def drawn(*lines, thick=2):
    ink = np.zeros((80, 200), np.uint8)
    for start, end in lines:
        cv2.line(ink, start, end, 1, thick)
    return ink.astype(bool)


def test_a_line_is_found_up_to_its_slope_and_no_further():
    for rise, fraction in ((0, 1.0), (8, 1.0), (16, 1.0), (40, 0.0)):
        ink = drawn(((10, 60), (150, 60 - rise)))
        found = find_level_lines(ink, ink, 60, 0.15)
        assert abs(found.sum() / ink.sum() - fraction) < 0.05, rise


def test_what_stands_on_a_line_is_not_part_of_it():
    line, bar = drawn(((10, 60), (150, 60))), drawn(((80, 20), (80, 60)))
    found = find_level_lines(line | bar, line | bar, 60, 0.15)
    assert found[line].all()
    assert not found[:54].any()


def test_a_line_goes_on_through_other_ink_but_other_ink_alone_is_none_of_it():
    whole = drawn(((10, 40), (150, 40)))
    own = whole.copy()
    own[:, 60:90] = False
    assert (find_level_lines(whole, own, 60, 0.1) == own).all()
    own[:, 30:] = False
    assert not find_level_lines(whole, own, 60, 0.1).any()


def test_teeth_on_a_rail_are_a_comb_and_a_digit_on_it_is_none():
    ink = np.zeros((60, 200), np.bool_)
    ink[42:44, 10:190] = ink[34:44, 10:190:20] = True
    taken = [Box(15, 10, 12, 24)]
    assert Ruling(ink, ink, taken, 24.0, 10.0).is_comb(Box(10, 34, 180, 10), ink[34:44, 10:190])
    ink[16:42, 100:103] = True
    assert not Ruling(ink, ink, taken, 24.0, 10.0).is_comb(Box(10, 16, 180, 28), ink[16:44, 10:190])
