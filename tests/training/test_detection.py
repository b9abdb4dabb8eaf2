import numpy as np
import pytest

from shuzi.training.detection import accuracy
from shuzi.training.pages import lay_out, pack


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


def test_laid_out_images_are_whole_and_in_their_boxes(mnist):
    images, labels = mnist.test.images[:23], mnist.test.labels[:23]
    pages, digits = lay_out(images, labels)
    assert (pages.shape, pages.dtype, digits.shape) == ((3, 64, 160), np.uint8, (3, 20, 5))
    assert digits[..., 0].ravel().tolist().count(-1) == 60 - 23
    for number, image in enumerate(images):
        label, x, y, width, height = digits[number // 10, number % 10].astype(int)
        assert label == labels[number]
        inked = pages[number // 10, y : y + height, x : x + width].astype(float) - 64
        rows, columns = np.nonzero(image > 76)
        cut = image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        np.testing.assert_allclose(inked, cut * (128 / 255), atol=0.51)
    # the rest is paper, and no ink is lost
    assert (pages[2, :, 96:] == 64).all()
    np.testing.assert_allclose((pages.astype(float) - 64).sum(), images.astype(float).sum() * 128 / 255, rtol=0.01)
