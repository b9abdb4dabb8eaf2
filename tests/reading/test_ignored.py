import cv2
import numpy as np

from shuzi.ink.boxes import Box
from shuzi.reading.ignored import left_out


def page():
    ink = np.zeros((80, 240), np.uint8)
    ink[20:44, 20:32] = 255
    return ink


DIGIT = [Box(20, 20, 12, 24)]


def kinds(ink, taken=DIGIT):
    return [kind for kind, _ in left_out(255 - ink, ink, taken, 24.0)]


def test_ink_as_large_as_a_digit_is_never_passed_over():
    ink = page()
    ink[20:44, 60:72] = 255
    assert left_out(255 - ink, ink, DIGIT, 24.0) == [("unknown", Box(60, 20, 12, 24))]


def test_specks_and_the_rim_of_a_digit_are_nothing():
    ink = page()
    ink[50:56, 100:106] = 255
    ink[17:20, 20:32] = 255
    assert kinds(ink) == []


def test_printed_lines_boxes_and_squared_paper_are_ruling():
    for draw in (
        lambda ink: cv2.line(ink, (2, 60), (236, 60), 255, 2),
        lambda ink: cv2.rectangle(ink, (8, 8), (230, 70), 255, 2),
        lambda ink: (
            [cv2.line(ink, (x, 0), (x, 79), 255, 1) for x in range(4, 240, 16)]
            + [cv2.line(ink, (0, y), (239, y), 255, 1) for y in range(4, 80, 16)]
        ),
    ):
        ink = page()
        draw(ink)
        found = kinds(ink)
        assert found
        assert set(found) == {"ruling"}


def test_pieces_of_a_broken_line_below_or_above_the_writing_are_ruling():
    for y in (43, 46, 52, 18, 12):
        ink = page()
        ink[y : y + 2, 50:76] = ink[y : y + 2, 90:104] = 255
        assert kinds(ink) == ["ruling", "ruling"], y


def test_a_dash_at_half_height_or_on_a_line_of_its_own_is_no_ruling():
    for y in (26, 31, 36, 62, 2):
        ink = page()
        ink[y : y + 2, 50:76] = 255
        assert kinds(ink) == ["unknown"], y


def test_a_line_belongs_to_the_row_it_is_nearest_to():
    """Below the first row and above the second is a line; at half height of the second is a dash."""
    second = Box(20, 50, 12, 24)
    for y, kind in ((45, "ruling"), (48, "ruling"), (61, "unknown")):
        ink = page()
        ink[50:74, 20:32] = 255
        ink[y : y + 2, 50:76] = 255
        assert kinds(ink, [*DIGIT, second]) == [kind], y


def test_a_tail_that_reaches_far_out_of_its_box_is_named():
    ink = page()
    ink[44:74, 24:28] = 255
    assert kinds(ink) == ["unknown"]


def test_pale_ink_is_a_stain():
    ink = page()
    cv2.circle(ink, (150, 40), 16, 90, -1)
    assert kinds(ink) == ["stain"]


def test_print_much_paler_than_the_digits_is_a_stain_even_if_the_ink_map_shows_it_full():
    ink = page()
    ink[20:44, 60:72] = 255
    grey = np.full(ink.shape, 220, np.uint8)
    grey[20:44, 20:32] = 40
    grey[20:44, 60:72] = 160
    assert [kind for kind, _ in left_out(grey, ink, DIGIT, 24.0)] == ["stain"]
    grey[20:44, 60:72] = 80
    assert [kind for kind, _ in left_out(grey, ink, DIGIT, 24.0)] == ["unknown"]


def test_nothing_is_left_out_of_paper_without_ink():
    blank = np.zeros((40, 40), np.uint8)
    assert left_out(blank, blank, [], 20.0) == []
