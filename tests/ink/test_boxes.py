import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shuzi.ink.boxes import iou, non_maximum_suppression, overlap_of_smaller

BOXES = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(1, 15), st.integers(1, 15)), min_size=1, max_size=12
)


def pixels(box):
    x, y, width, height = box
    sheet = np.zeros((40, 40), bool)
    sheet[y : y + height, x : x + width] = True
    return sheet


@given(BOXES)
def test_what_boxes_share_is_what_their_pixels_share(boxes):
    first, *_ = boxes
    whole = np.array(boxes, float)
    both = np.array([(pixels(first) & pixels(each)).sum() for each in boxes])
    either = np.array([(pixels(first) | pixels(each)).sum() for each in boxes])
    smaller = np.array([min(pixels(first).sum(), pixels(each).sum()) for each in boxes])
    np.testing.assert_allclose(iou(whole[0], whole), both / either)
    np.testing.assert_allclose(overlap_of_smaller(whole[0], whole), both / smaller)


@given(BOXES)
def test_none_that_is_kept_covers_another_and_each_that_goes_was_covered_by_one_before(boxes):
    kept = non_maximum_suppression(boxes, iou, 0.5)
    assert kept[0] == 0
    whole = np.array(boxes, float)
    for place in range(len(boxes)):
        before = [each for each in kept if each < place]
        covered = bool(before) and iou(whole[place], whole[before]).max() >= 0.5
        assert (place in kept) != covered


def test_nothing_is_kept_of_nothing():
    assert non_maximum_suppression([], iou, 0.5) == []
