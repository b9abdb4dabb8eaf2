"""Each piece of ink is one character on one line: commas below the line, and rows cut off by the edge of a cell."""

import cv2
import numpy as np
import pytest

NUMBERS = [("12", "50"), ("7", "99"), ("305", "46"), ("86", "30"), ("20", "41"), ("4542", "08")]
NEARLY_ALL = 5


def _comma(page, x, below, length):
    """Draw a comma that starts `below` the top of digits 80 pixels high."""
    cv2.line(page, (x + 5, 48 + below), (x - 5, 48 + below + length), 40, 8, cv2.LINE_AA)


@pytest.mark.parametrize(
    ("below", "length"),
    [
        (66, 30),
        pytest.param(72, 45, marks=pytest.mark.xfail(reason="the line detector takes a low comma for a line")),
        (78, 55),
        (70, 60),
        (84, 40),
    ],
)
@pytest.mark.parametrize("last", [False, True], ids=["between", "last"])
def test_a_comma_below_the_line_is_no_1_on_a_line_of_its_own(reader, hand, draw, below, length, last):
    right = 0
    for turn, (whole, cents) in enumerate(NUMBERS):
        page = draw(hand.write(whole, turn))
        if last:
            digits, x = whole, page.shape[1] - 24
        else:
            digits, x = whole + cents, page.shape[1]
            page = np.hstack([page, draw(hand.write(cents, turn + 3))])
        _comma(page, x, below, length)
        reading = reader.read(page)
        assert "\n" not in reading.text, reading.text
        # the comma may be in doubt, but is never sure to be nothing or a digit
        assert reading.status != "ok" or reading.text.count(",") == 1
        right += reading.digits_text == digits
    assert right >= NEARLY_ALL


@pytest.mark.parametrize("shown", [0.1, 0.3, 0.5])
@pytest.mark.parametrize("gap", [0.3, 0.7])
def test_rows_above_and_below_that_a_cell_cuts_off_are_neighbours_and_no_lines(reader, hand, draw, shown, gap):
    right = sure = 0
    numbers = ["589", "4542", "17", "306", "92", "2468"]
    for turn, number in enumerate(numbers):
        page = draw(np.hstack([np.zeros((176, 60), np.float32), hand.write(number, turn)]))
        rows = [
            np.pad(draw(hand.write(each, turn + 5)), ((0, 0), (60, 400)), constant_values=235) for each in ("0", "61")
        ]
        high, rim = round(shown * 80), round(gap * 80)
        above, below = (each[:, : page.shape[1]] for each in rows)
        cell = np.vstack([above[128 - high : 128], np.full((rim, page.shape[1]), 235), page[48:128],
                          np.full((rim, page.shape[1]), 235), below[48 : 48 + high]]).astype(np.uint8)  # fmt: skip
        reading = reader.read(cell)
        assert "\n" not in reading.text, reading.text
        right += reading.text == number
        sure += reading.status == "ok"
        if max(0.4, shown) == shown:
            assert "neighbour" in {each.kind for each in reading.ignored}
    assert right >= NEARLY_ALL
    assert sure >= NEARLY_ALL - (2 if max(gap, 0.4) == gap else 4)  # closer neighbours leave a doubt
