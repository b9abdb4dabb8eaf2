import cv2
import numpy as np

from shuzi.ink.boxes import Box
from shuzi.reading.ignored_ink import find_left_out


def page():
    ink = np.zeros((80, 240), np.uint8)
    ink[20:44, 20:32] = 255
    return ink


DIGIT = [Box(20, 20, 12, 24)]


def kinds(ink, taken=DIGIT):
    return [kind for kind, _ in find_left_out(255 - ink, ink, taken, 24.0)]


def test_ink_as_large_as_a_digit_is_never_passed_over():
    ink = page()
    ink[20:44, 60:72] = 255
    assert find_left_out(255 - ink, ink, DIGIT, 24.0) == [("unknown", Box(60, 20, 12, 24))]


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


def test_writing_above_below_or_beside_the_line_that_the_edge_cuts_off_is_a_neighbour():
    for rows, columns in (
        (slice(0, 8), slice(30, 44)),
        (slice(68, 80), slice(30, 44)),
        (slice(56, 76), slice(232, 240)),
    ):
        ink = page()
        ink[rows, columns] = 255
        assert kinds(ink) == ["neighbour"], (rows, columns)


def test_ink_at_the_edge_that_may_be_a_part_of_the_number_is_unknown():
    for rows, columns in (
        (slice(22, 44), slice(0, 8)),
        (slice(0, 30), slice(40, 54)),
        (slice(22, 44), slice(232, 240)),
    ):
        ink = page()
        ink[rows, columns] = 255
        assert kinds(ink) == ["unknown"], (rows, columns)


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
    assert [kind for kind, _ in find_left_out(grey, ink, DIGIT, 24.0)] == ["stain"]
    grey[20:44, 60:72] = 80
    assert [kind for kind, _ in find_left_out(grey, ink, DIGIT, 24.0)] == ["unknown"]


def test_nothing_is_left_out_of_paper_without_ink():
    blank = np.zeros((40, 40), np.uint8)
    assert find_left_out(blank, blank, [], 20.0) == []


def comb(teeth=8, below=46):
    """Two digits on a comb: a rail below them, and teeth that stand on it."""
    ink = page()
    ink[20:44, 64:76] = 255
    ink[below : below + 3, 12:100] = 255
    for x in range(14, 100, 22):
        ink[below - teeth : below, x : x + 2] = 255
    return ink, [*DIGIT, Box(64, 20, 12, 24)]


def test_a_comb_is_ruling_whole_or_broken_up_by_digits():
    ink, taken = comb(teeth=10)
    assert kinds(ink, taken) == ["ruling"]
    ink[44:47, 64:76] = 255  # the second digit stands on the rail
    assert set(kinds(ink, taken)) == {"ruling"}


def test_boxes_with_thick_lines_are_ruling_straight_or_aslant():
    for angle in (0, 2):
        ink = page()
        cv2.rectangle(ink, (12, 10), (146, 56), 255, 3)
        for x in range(34, 146, 22):
            cv2.line(ink, (x, 10), (x, 56), 255, 2)
        turn = cv2.getRotationMatrix2D((80, 40), angle, 1)
        assert kinds(cv2.warpAffine(ink, turn, (240, 80))) == ["ruling"], angle


def test_a_digit_that_was_not_read_is_not_taken_for_a_part_of_its_box():
    """It may touch its box, stand on the rail, or be a plain bar."""
    ink, taken = comb()
    cv2.ellipse(ink, (92, 32), (7, 13), 0, 0, 360, 255, 3)
    assert "unknown" in kinds(ink, taken)
    bar, taken = comb()
    bar[22:47, 90:94] = 255
    assert "unknown" in kinds(bar, taken)


def test_a_line_through_the_digits_is_no_rail():
    """It crosses them out."""
    ink = page()
    ink[20:44, 52:64] = 255
    ink[31:33, 32:70] = 255
    ink[33:41, 42:44] = 255
    assert "unknown" in kinds(ink, [*DIGIT, Box(52, 20, 12, 24)])


def test_a_line_that_the_pictures_edge_cuts_off_is_ruling_and_a_dash_is_not():
    ink = page()
    ink[31:33, 200:240] = 255
    assert kinds(ink) == ["ruling"]
    ink[31:33, 226:240] = 255
    ink[31:33, 200:226] = 0
    assert kinds(ink) == ["unknown"]


def test_what_hangs_on_a_printed_line_is_not_part_of_it():
    """A letter, a bar and a slanted dash that touch a line beside the digit: a digit may be lost there."""
    for draw in (
        lambda ink: cv2.polylines(
            ink, [np.array([(150, 47), (154, 22), (162, 47), (170, 22), (174, 47)])], False, 255, 2
        ),
        lambda ink: cv2.line(ink, (150, 24), (150, 47), 255, 3),
        lambda ink: cv2.line(ink, (150, 46), (166, 38), 255, 2),
    ):
        ink = page()
        ink[47:49, 4:236] = 255
        draw(ink)
        assert kinds(ink) == ["unknown"]


def test_a_single_tooth_may_be_a_small_one():
    ink = page()
    ink[46:48, 12:100] = 255
    ink[34:46, 70:72] = 255
    assert kinds(ink) == ["unknown"]


def test_a_side_of_a_box_is_thin_and_its_neighbours_are_like_it():
    """An 8 that fills its box from rail to rail, and a plain bar among sides that are thinner."""
    for width, kind in ((2, "ruling"), (6, "unknown"), (14, "unknown")):
        ink = page()
        ink[10:12, 12:148] = ink[54:56, 12:148] = 255
        for x in (12, 46, 80, 146):
            ink[10:56, x : x + 2] = 255
        ink[10:56, 112 : 112 + width] = 255
        assert kinds(ink) == [kind], width


def test_an_upright_line_that_the_pictures_edge_cuts_off_is_ruling_if_it_is_longer_than_a_1():
    for length, kind in ((34, "ruling"), (24, "unknown")):
        ink = page()
        ink[80 - length :, 150:152] = 255
        assert kinds(ink) == [kind], length


def test_a_rail_beside_digits_that_are_far_away_is_a_rail():
    """The row is told by the digits near a line, and none is near this one."""
    ink = page()
    ink[30:32, 110:200] = 255
    for x in range(112, 200, 22):
        ink[32:43, x : x + 2] = 255
    assert kinds(ink) == ["ruling"]


def test_several_of_one_kind_on_a_rail_are_no_teeth_if_they_could_be_digits():
    """Two 1s, two small checks, and two bars as wide as a digit from rail to rail."""
    for draw in (
        lambda ink, x: cv2.line(ink, (x, 26), (x, 46), 255, 2),
        lambda ink, x: cv2.polylines(ink, [np.array([(x, 36), (x + 2, 46), (x + 5, 35)])], False, 255, 1),
        lambda ink, x: cv2.rectangle(ink, (x, 8), (x + 12, 46), 255, -1),
    ):
        ink = page()
        ink[46:48, 80:236] = ink[6:8, 80:236] = 255
        draw(ink, 110)
        draw(ink, 150)
        assert "unknown" in kinds(ink)


def framed(thick=2, angle=0.0):
    """A digit in a frame with room for others."""
    frame = np.zeros((80, 240), np.uint8)
    cv2.rectangle(frame, (10, 8), (180, 66), 255, thick)
    turn = cv2.getRotationMatrix2D((95, 37), angle, 1)
    return np.maximum(page(), cv2.warpAffine(frame, turn, (240, 80)))


def test_a_digit_that_touches_its_frame_is_not_lost_with_the_frame():
    """It hangs on the upper line, stands on the lower one, or touches a side: straight or aslant."""
    for middle in ((100, 20), (100, 54), (168, 37)):
        for angle in (0, 3):
            ink = framed(angle=angle)
            cv2.ellipse(ink, middle, (9, 13), 0, 0, 360, 255, 3)
            assert kinds(ink) == ["unknown"], (middle, angle)


def test_a_1_that_stands_on_its_frame_is_not_lost_with_the_frame():
    ink = framed()
    ink[40:66, 100:103] = 255
    assert kinds(ink) == ["unknown"]


def test_a_frame_is_ruling_thick_or_aslant_or_with_a_gap_or_rough():
    rough = framed(thick=3)
    rough[np.random.default_rng(0).random(rough.shape) < 0.04] = 0
    gap = framed()
    gap[40:43, 179:183] = 0
    for name, ink in {"thick": framed(6), "aslant": framed(angle=4), "rough": rough, "with a gap": gap}.items():
        rest = ink.copy()
        rest[20:44, 20:32] = 255
        assert set(kinds(rest)) == {"ruling"}, name


def test_what_a_read_digit_leaves_of_a_side_that_it_covers_is_ruling():
    """Above and below the digit, stubs of the frame's side are left."""
    ink = framed()
    ink[28:40, 172:188] = 255
    assert kinds(ink, [*DIGIT, Box(172, 28, 16, 12)]) == ["ruling"]


def test_a_ring_around_a_digit_is_ruling():
    ink = page()
    cv2.ellipse(ink, (32, 38), (29, 37), 0, 0, 360, 255, 2)
    assert kinds(ink) == ["ruling"]
