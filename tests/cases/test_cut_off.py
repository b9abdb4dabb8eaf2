"""Numbers that the left or right edge of the picture cuts through: half a digit is not left out in silence."""

import cv2
import numpy as np
import pytest

NUMBERS = ["17", "305", "2468", "90", "634", "86", "42", "571", "638", "09"]
ENDS = ["0643", "3908", "9083", "3099", "305", "634", "250", "8173", "927", "6280"]
MAX_LOST = 6  # of forty
SPACED = {"gap": 0.4, "margin": 0.6}
GAP = 32  # pixels between digits


def _ends(ink):
    """Return the first and last column of the first and of the last digit."""
    columns = np.flatnonzero(ink.max(axis=0) > 0)
    breaks = np.flatnonzero(np.diff(columns) > GAP / 2)
    return (columns[0], columns[breaks[0]] + 1), (columns[breaks[-1] + 1], columns[-1] + 1)


def test_a_number_is_not_sure_without_the_digit_that_a_side_cuts_through(reader, hand, draw):
    """Half a digit or a third of it, at either end; of some, no more is left than of a dash."""
    lost = 0
    for turn, number in enumerate(ENDS):
        ink = hand.write(number, turn, **SPACED)
        (left, left_end), (right, right_end) = _ends(ink)
        for kept in (0.3, 0.5):
            without_first = ink[:, round(left_end - kept * (left_end - left)) :]
            without_last = ink[:, : round(right + kept * (right_end - right))]
            for rest, cut in ((number[1:], without_first), (number[:-1], without_last)):
                reading = reader.read(draw(cut))
                lost += reading.digits_text == rest and "ok" in (reading.status, reading.digits_status)
    assert lost <= MAX_LOST


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("what", ["rule", "upright", "row above", "row below"])
def test_what_is_no_digit_at_the_side_costs_no_number_its_status(reader, hand, draw, side, what):
    def sure(with_it):
        found = 0
        for turn, number in enumerate(NUMBERS):
            page = np.pad(draw(hand.write(number, turn, **SPACED)), ((40, 40), (0, 0)), constant_values=235)
            if side == "left":
                page = np.ascontiguousarray(page[:, ::-1])
            if with_it and what == "rule":
                cv2.line(page, (0, 190), (page.shape[1], 190), 60, 2)
            elif with_it and what == "upright":
                cv2.line(page, (page.shape[1] - 4, 0), (page.shape[1] - 4, page.shape[0]), 60, 2)
            elif with_it:
                y = 0 if what == "row above" else page.shape[0] - 40
                page[y : y + 40, -20:] = draw(hand.write("8", turn, margin=0))[:40, :20]
            if side == "left":
                page = np.ascontiguousarray(page[:, ::-1])
            reading = reader.read(page)
            found += reading.digits_only().text == number and reading.digits_status == "ok"
        return found

    assert sure(True) >= sure(False) - 1


def test_a_whole_number_near_the_upper_edge_is_not_left_out(reader, hand, draw):
    for turn, number in enumerate(NUMBERS):
        ink = hand.write(f"{number}\n486\n571", turn, height=60, **SPACED)
        first = int(np.flatnonzero(ink.max(axis=1) > 0)[0])
        reading = reader.read(draw(ink[first - 3 :]))
        assert reading.status != "ok" or len(reading.lines) == 3


def test_a_small_number_below_large_ones_is_not_left_out(reader, hand, draw):
    for turn, number in enumerate(NUMBERS):
        large, small = hand.write("634\n305", turn, height=130), hand.write(number, turn, height=34)
        widest = max(large.shape[1], small.shape[1])
        rows = [np.pad(ink, ((0, 0), (0, widest - ink.shape[1]))) for ink in (large, small)]
        reading = reader.read(draw(np.vstack(rows)))
        assert reading.status != "ok" or len(reading.lines) == 3
