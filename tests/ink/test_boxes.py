import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shuzi.ink.boxes import Box, as_array, iou, non_maximum_suppression, overlap_of_smaller, union

BOXES = st.lists(
    st.builds(Box, st.integers(0, 20), st.integers(0, 20), st.integers(1, 15), st.integers(1, 15)),
    min_size=1,
    max_size=12,
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
    assert as_array([]).shape == (0, 4)


@given(BOXES)
def test_a_union_is_the_smallest_box_that_holds_both(boxes):
    found = Box(*union(*as_array([boxes[0], boxes[-1]])).tolist())
    covered = pixels(boxes[0]) | pixels(boxes[-1])
    rows, columns = (np.flatnonzero(covered.any(axis=axis)) for axis in (1, 0))
    assert (found.y, found.bottom, found.x, found.right) == (rows[0], rows[-1] + 1, columns[0], columns[-1] + 1)


@given(st.builds(Box, *[st.floats(-30, 60)] * 2, *[st.floats(0.1, 40)] * 2), st.floats(0, 9))
def test_the_pixels_of_a_box_hold_all_of_it_that_is_in_the_picture(box, rim):
    rows, columns = box.pixels(rim)
    for cut, low, high in ((rows, box.y, box.bottom), (columns, box.x, box.right)):
        assert 0 <= cut.start < cut.stop
        assert cut.start <= max(low - rim, 0) < cut.start + 1
        assert high + rim <= cut.stop < max(high + rim, 0) + 2


@given(st.builds(Box, *[st.floats(-30, 60)] * 2, *[st.floats(0.1, 40)] * 2), st.floats(-0.5, 1))
def test_a_grown_box_has_the_same_middle(box, share):
    grown = box.grown(share)
    np.testing.assert_allclose(grown[2:], (box.width * (1 + share), box.height * (1 + share)))
    np.testing.assert_allclose(
        (grown.x + grown.right, grown.y + grown.bottom), (box.x + box.right, box.y + box.bottom), atol=1e-9
    )
