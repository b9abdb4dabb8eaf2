"""Numbers with several digits, one or more lines of them, and signs in between."""

import cv2
import numpy as np
import pytest

NUMBERS = ["17", "305", "2468", "90", "1234567", "86", "42", "571", "638", "09"]
NEARLY_ALL, MOST = 8, 6  # of ten; fewer where people too cannot tell where a digit ends


def test_several_digits_in_a_line(right, draw):
    assert right(draw, NUMBERS) >= NEARLY_ALL


def test_several_lines(right, draw):
    assert right(draw, ["12\n345", "70\n61", "8\n9\n0", "33\n2", "6\n15"]) >= 4


def test_a_shadow_across_a_number(right, draw):
    def picture(ink):
        across = np.linspace(-1, 1, ink.shape[1])
        return np.rint(draw(ink) * (1 - 0.5 / (1 + np.exp(-7 * across)))).astype(np.uint8)

    assert right(picture, NUMBERS) >= NEARLY_ALL


def test_digits_that_touch(right, draw):
    assert right(draw, NUMBERS, gap=-0.05) >= MOST


def test_digits_that_overlap(right, draw):
    assert right(draw, NUMBERS, gap=-0.12) >= MOST


def test_a_slanted_number_whose_digits_stand_above_each_other(right, draw):
    def picture(ink):
        height, width = ink.shape
        turn = np.array([[1, -0.5, 0.5 * height], [0, 1, 0]])
        return draw(cv2.warpAffine(ink, turn, (width + height // 2, height)))

    assert right(picture, NUMBERS) >= NEARLY_ALL


def test_a_number_that_climbs(right, draw):
    def picture(ink):
        height, width = ink.shape
        turn = np.array([[1, 0, 0], [-0.15, 1, 0.15 * width]])
        return draw(cv2.warpAffine(ink, turn, (width, round(height + 0.15 * width))))

    assert right(picture, NUMBERS) >= NEARLY_ALL


def test_a_number_in_a_printed_frame(right, draw):
    def picture(ink):
        page = draw(ink)
        cv2.rectangle(page, (20, 20), (page.shape[1] - 21, page.shape[0] - 21), 60, 2)
        return page

    assert right(picture, NUMBERS) >= NEARLY_ALL


def test_a_number_across_ruled_paper(right, draw):
    def picture(ink):
        paper = np.full(ink.shape, 238.0)
        paper[20::45] = paper[21::45] = 110
        return draw(ink, paper)

    assert right(picture, NUMBERS) >= NEARLY_ALL


def test_a_digit_that_stands_on_a_printed_line_which_the_others_do_not_touch(right, draw):
    def picture(ink):
        gaps = np.flatnonzero(~ink.any(axis=0))
        end = gaps[gaps > np.flatnonzero(ink.any(axis=0))[0]][0]  # of the first digit
        ink[:, :end] = np.roll(ink[:, :end], 12, axis=0)
        page = draw(ink)
        foot = np.flatnonzero(ink.max(axis=1) > 0.5)[-1]
        page[foot - 1 : foot + 1] = 60
        return page

    long = ["123456", "765432", "4711200", "908172", "150000", "720033", "446210", "917263", "1005080", "663214"]
    assert right(picture, long) >= NEARLY_ALL


@pytest.mark.parametrize(
    "numbers", [[str(digit) for digit in range(10)], ["17", "90", "86", "42", "09", "31", "58", "26"]]
)
def test_a_number_in_a_circle(right, draw, numbers):
    def picture(ink):
        ink = np.pad(ink, 40)
        rows, columns = np.nonzero(ink > 0.3)
        middle = (round((columns.min() + columns.max()) / 2), round((rows.min() + rows.max()) / 2))
        reach = (round(0.75 * np.ptp(columns)) + 20, round(0.75 * np.ptp(rows)) + 10)
        page = draw(ink)
        cv2.ellipse(page, middle, reach, 0, 0, 360, 60, 2, cv2.LINE_AA)
        return page

    assert right(picture, numbers) >= len(numbers) - 1


def test_specks_are_not_digits(right, draw):
    rng = np.random.default_rng(0)

    def picture(ink):
        page = draw(ink)
        for x, y in rng.integers(0, (page.shape[1], page.shape[0]), (15, 2)):
            cv2.circle(page, (int(x), int(y)), 1, 60, -1)
        return page

    assert right(picture, NUMBERS) >= NEARLY_ALL


def _with_marks(hand, draw, numbers, mark):
    """Write numbers on one line, with a mark in each gap."""
    parts = [hand.write(number, turn) for turn, number in enumerate(numbers)]
    page, x = draw(np.hstack(parts)), 0
    for part in parts[:-1]:
        x += part.shape[1]
        mark(page, x)
    return page


@pytest.mark.parametrize("kind", [".", ",", "-", ":"])
def test_marks_between_digits_are_read_and_are_not_digits(reader, hand, draw, kind):
    def mark(page, x):
        if kind == ".":
            cv2.circle(page, (x, 124), 5, 40, -1)
        elif kind == ",":
            cv2.line(page, (x + 4, 118), (x - 4, 138), 40, 6)
        elif kind == "-":
            cv2.line(page, (x - 22, 90), (x + 22, 90), 40, 7)
        else:
            cv2.circle(page, (x, 70), 5, 40, -1)
            cv2.circle(page, (x, 112), 5, 40, -1)

    found = digits = 0
    for numbers in (["12", "50"], ["7", "99"], ["305", "4"], ["8", "6", "3"], ["20", "41"]):
        reading = reader.read(_with_marks(hand, draw, numbers, mark))
        found += reading.text == kind.join(numbers)
        digits += reading.digits_text == "".join(numbers)
    assert found >= 4
    assert digits >= 4


@pytest.mark.parametrize("height", [40, 80, 600])
def test_each_digit_has_its_box_in_the_pixels_of_the_picture(reader, hand, draw, height):
    ink = hand.write("831", height=height)
    count, _, stats, _ = cv2.connectedComponentsWithStats((ink > 0.3).astype(np.uint8))
    assert count == 4  # the paper, and each digit as one piece
    reading = reader.read(draw(ink))
    assert reading.text == "831"
    for digit, box in zip(reading.digits, sorted(stats[1:, :4].tolist()), strict=True):
        assert np.abs(np.subtract(digit.box, box)).max() <= 0.05 * height + 2
