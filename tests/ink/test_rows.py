import pytest

from shuzi.ink.boxes import Box
from shuzi.ink.rows import rows_of

SHAPE = (200, 200)
ROW = [Box(10, 60, 18, 30), Box(40, 62, 18, 29), Box(80, 59, 18, 31), Box(108, 60, 18, 30)]


def rows(*others, shape=SHAPE):
    """Return what stands in each row: positions from 4 on are those of the others."""
    return rows_of([*ROW, *others], shape)


@pytest.mark.parametrize(
    "comma", [Box(64, 84, 6, 24), Box(63, 88, 14, 28), Box(130, 86, 5, 20), Box(130, 92, 5, 9), Box(4, 86, 5, 22)]
)
def test_a_comma_that_looks_like_a_1_below_the_row_is_no_row(comma):
    assert rows(comma) == [[0, 1, 2, 3]]


def test_several_commas_below_a_row_are_no_row():
    assert rows(Box(30, 86, 6, 22), Box(66, 85, 6, 23)) == [[0, 1, 2, 3]]


def test_a_comma_that_shares_enough_of_the_height_to_be_in_the_row_is_no_digit():
    assert rows(Box(64, 78, 6, 21)) == [[0, 1, 2, 3]]


@pytest.mark.parametrize(
    "digit", [Box(40, 104, 18, 30), Box(40, 98, 18, 30), Box(12, 96, 8, 18), Box(12, 22, 18, 30)]
)
def test_a_digit_on_a_line_of_its_own_stays(digit):
    assert sorted(map(len, rows(digit))) == [1, 4]


def test_a_small_digit_between_larger_ones_stays():
    assert rows(Box(62, 70, 14, 18)) == [[0, 1, 4, 2, 3]]


def test_a_row_of_small_digits_closely_below_is_a_row():
    assert rows(Box(12, 91, 9, 17), Box(26, 91, 9, 17)) == [[0, 1, 2, 3], [4, 5]]


def test_what_the_upper_and_the_lower_edge_cut_off_is_no_row():
    above, below = [Box(12, 0, 18, 12), Box(50, 0, 18, 11)], [Box(14, 188, 18, 12), Box(90, 182, 18, 30)]
    assert rows(*above, *below) == [[0, 1, 2, 3]]


def test_rows_of_a_picture_that_is_cropped_to_them_stay():
    shape = (76, 130)
    first, second = [Box(0, 0, 18, 30), Box(26, 2, 18, 28)], [Box(0, 46, 18, 30), Box(30, 47, 18, 28)]
    assert rows_of([*first, *second], shape) == [[0, 1], [2, 3]]


def test_a_number_that_the_edge_cuts_off_is_still_the_number_if_there_is_no_other():
    assert rows_of([Box(10, 0, 18, 12), Box(40, 0, 18, 12)], (40, 70)) == [[0, 1]]


def test_nothing_stands_in_no_row():
    assert rows_of([], SHAPE) == []


def test_digits_that_stand_beside_each_other_are_one_row_though_one_far_off_is_higher():
    high = [Box(57, 33, 14, 23), Box(169, 23, 7, 21), Box(33, 40, 15, 16)]
    low = [Box(84, 42, 14, 15), Box(107, 42, 6, 14), Box(123, 39, 15, 18), Box(185, 42, 8, 16)]
    assert rows_of([*high, *low], (80, 220)) == [[2, 0, 3, 4, 5, 1, 6]]
