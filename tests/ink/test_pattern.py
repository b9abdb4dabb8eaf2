"""Printed patterns are told from writing."""

import numpy as np

from shuzi.ink.pattern import are_hatching, find_patterns, is_patterned, measure_thickness

HATCHED = np.zeros((60, 200), np.int32)
for label in range(1, 11):
    HATCHED[5 * label, 20:160] = label


def test_parallel_lines_thinner_than_the_pen_are_a_pattern():
    lines = [[20, 5 * label, 140, 1, 140] for label in range(1, 11)]
    stats = np.array([[0, 0, 200, 60, 10_600], *lines], np.int32)
    expected = [False, *[True] * 10]
    assert find_patterns(HATCHED, stats, [np.ones((24, 6), np.bool_)], 20.0).tolist() == expected
    assert are_hatching(HATCHED, np.ones(11), 3.0, 20.0).tolist() == expected
    assert not are_hatching(HATCHED, np.full(11, 3.0), 3.0, 20.0).any()


def test_thin_pieces_nearly_everywhere_are_a_pattern():
    stats = [[0, 0, 200, 60, 0], *([x, y, 5, 1, 5] for x in range(3, 195, 10) for y in (10, 30, 50))]
    assert is_patterned((60, 200), np.array(stats, np.int32), np.ones(len(stats)), 4.0, 20.0)
    assert not is_patterned((60, 200), np.array(stats[:20], np.int32), np.ones(20), 4.0, 20.0)


def test_a_bar_is_nearly_as_thick_as_it_is_high():
    labels = np.zeros((9, 40), np.int32)
    labels[3:6, 2:38] = 1
    assert measure_thickness(labels, np.array([252, 108], np.int32))[1].round(1) == 2.8
