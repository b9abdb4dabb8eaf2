import numpy as np
import pytest

from shuzi.ink.boxes import Box
from shuzi.reading.lines import frame_lines, group_rows
from shuzi.reading.values import Candidate, TooMuch

SHAPE = (300, 600)
SQUARE = (200, 200)
ROW = [Box(10, 60, 18, 30), Box(40, 62, 18, 29), Box(80, 59, 18, 31), Box(108, 60, 18, 30)]


def candidate(x, y=20.0, width=12.0, height=20.0):
    return Candidate(np.zeros((28, 28), np.uint8), Box(x, y, width, height), np.full(10, 0.1, np.float32), 1.0, 1.0)


def lines_of(candidates, components, shape, specks=None):
    boxes = [candidate.box for candidate in candidates] or [Box(*map(float, piece)) for piece in components]
    return frame_lines(group_rows(boxes, shape), candidates, components, specks)


def test_a_comma_between_and_a_letter_beside_the_digits_are_in_the_strip():
    comma, letter, far = (24, 36, 3, 6), (60, 22, 12, 18), (200, 20, 12, 20)
    (line,) = lines_of([candidate(10), candidate(30)], np.array([comma, letter, far], np.int32), SHAPE)
    for frame in line.frames:
        assert frame.x <= 10
        assert 72 <= frame.right < 200


def test_print_far_above_is_not_on_the_line():
    (line,) = lines_of([candidate(10, y=60), candidate(30, y=60)], np.array([(44, 5, 60, 12)], np.int32), SHAPE)
    assert all(frame.right < 60 for frame in line.frames)


def test_a_descender_keeps_the_band_of_the_other_digits_narrow_and_is_whole_in_the_second_frame():
    digits = [candidate(x) for x in (10, 30, 50)] + [candidate(70, height=44)]
    (line,) = lines_of(digits, np.empty((0, 4), np.int32), SHAPE)
    band, whole = line.frames
    assert band.height < 40
    assert (whole.y <= 20, whole.bottom >= 64) == (True, True)


def test_each_line_of_writing_is_framed_by_itself():
    first, second = lines_of([candidate(10), candidate(30), candidate(12, y=70)], np.empty((0, 4), np.int32), SHAPE)
    assert [len(first.candidates), len(second.candidates)] == [2, 1]
    assert first.frames[1].bottom < second.frames[1].y


@pytest.mark.parametrize("pieces", [[], [(5, 5, 8, 20), (20, 5, 8, 20)]])
def test_without_candidates_the_components_are_the_line(pieces):
    lines = lines_of([], np.array(pieces, np.int32).reshape(-1, 4), SHAPE)
    assert len(lines) == bool(pieces)
    assert all(line.candidates == () for line in lines)


@pytest.mark.parametrize("found", [True, False])
def test_more_rows_than_a_page_has_are_counted_but_not_framed(found):
    def lines(rows):
        boxes = [(10, 30 * row, 12, 20) for row in range(rows)]
        digits = [candidate(*box) for box in boxes] if found else []
        return lines_of(digits, np.array(boxes, np.int32), (30 * rows, 600))

    assert len(lines(200)) == 200
    with pytest.raises(TooMuch) as refused:
        lines(201)
    assert refused.value.advice == ("reading.many_lines", {"n": 201})


def test_the_next_speck_on_either_side_is_in_the_strip_since_it_may_be_a_point():
    digits = [candidate(250, width=60, height=100), candidate(330, width=60, height=100)]
    before, after = (200, 105, 8, 8), (430, 105, 8, 8)
    dirt, far, above, grain = (160, 60, 8, 8), (90, 105, 8, 8), (225, 2, 8, 8), (240, 105, 2, 2)
    specks = np.array([dirt, before, far, above, grain, after], np.int32)
    (line,) = lines_of(digits, np.empty((0, 4), np.int32), SHAPE, specks)
    for frame in line.frames:
        assert (frame.x, frame.right) == (200 - 50, 438 + 50)


def test_a_component_is_on_one_line_only():
    """A large sign beside two lines widens the one whose digits it covers, or whose height it shares most."""
    lower = [candidate(10, y=60), candidate(30, y=60)]
    beside = (50, 34, 16, 40)
    first, second = lines_of([candidate(10), candidate(30), *lower], np.array([beside], np.int32), SHAPE)
    assert (first.frames[0].right, second.frames[0].right) == (52, 76)
    across = (36, 30, 40, 26)
    first, second = lines_of([candidate(10), candidate(30), *lower], np.array([across], np.int32), SHAPE)
    assert (first.frames[0].right, second.frames[0].right) == (86, 52)


def test_a_comma_below_the_line_is_in_its_strip_and_no_candidate():
    comma = candidate(46, y=38, width=5, height=16)
    (line,) = lines_of([candidate(10), candidate(30), comma], np.array([comma.box], np.int32), SHAPE)
    assert len(line.candidates) == 2
    assert line.frames[1].bottom >= 54
    assert line.frames[0].right >= 51


def rows(*others, shape=SQUARE):
    """Return what stands in each row: positions from 4 on are those of the others."""
    return group_rows([*ROW, *others], shape)


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
    assert group_rows([*first, *second], shape) == [[0, 1], [2, 3]]


def test_a_number_that_the_edge_cuts_off_is_still_the_number_if_there_is_no_other():
    assert group_rows([Box(10, 0, 18, 12), Box(40, 0, 18, 12)], (40, 70)) == [[0, 1]]


def test_nothing_stands_in_no_row():
    assert group_rows([], SQUARE) == []
