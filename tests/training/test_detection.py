import numpy as np
import pytest

from shuzi.training.detection import accuracy
from shuzi.training.pages import pack


def maps(seen, rows=16, columns=40):
    """Make maps on which digits are seen: (row, column, digit, probability)."""
    places = np.zeros((1, rows, columns, 14), np.float32)
    for row, column, digit, probability in seen:
        places[0, row, column, digit] = probability
    return places


PAGE = pack([(np.array([7, 3], np.uint8), np.array([[8, 8, 8, 16], [40, 8, 8, 16]], np.float32))])
"""A 7 whose middle (12, 16) is in row 4, column 3, and a 3 whose middle (44, 16) is in row 4, column 11."""


@pytest.mark.parametrize(
    ("seen", "share"),
    [
        ([(4, 3, 7, 0.9), (4, 11, 3, 0.9)], 1.0),
        ([(4, 3, 7, 0.9)], 0.5),
        ([(4, 3, 7, 0.9), (4, 11, 3, 0.2)], 0.5),
        ([(4, 3, 7, 0.9), (4, 11, 3, 0.8), (4, 11, 8, 0.9)], 0.5),
        ([(4, 4, 7, 0.9), (3, 11, 3, 0.9)], 0.0),
    ],
    ids=["both", "one", "one hardly", "one taken for another", "beside"],
)
def test_a_digit_is_found_where_its_middle_is(seen, share):
    assert accuracy(PAGE, maps(seen)) == share


def test_pages_without_digits_change_no_share_and_pages_count_by_their_digits():
    seen, none = maps([(4, 3, 7, 0.9)]), maps([])
    empty = pack([(np.array([], np.uint8), np.zeros((0, 4), np.float32))])
    alone = pack([(np.array([7], np.uint8), np.array([[8, 8, 8, 16]], np.float32))])
    assert accuracy(np.concatenate([PAGE, empty]), np.concatenate([seen, none])) == 0.5
    assert accuracy(np.concatenate([PAGE, alone]), np.concatenate([seen, seen])) == pytest.approx(2 / 3)
