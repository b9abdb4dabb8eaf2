import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shuzi.ink.boxes import best_apart, shared_of_both, shared_of_smaller

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
    np.testing.assert_allclose(shared_of_both(whole[0], whole), both / either)
    np.testing.assert_allclose(shared_of_smaller(whole[0], whole), both / smaller)


@given(BOXES)
def test_none_that_is_kept_covers_another_and_each_that_goes_was_covered_by_one_before(boxes):
    kept = best_apart(boxes, shared_of_both, 0.5)
    assert kept[0] == 0
    whole = np.array(boxes, float)
    for place in range(len(boxes)):
        before = [each for each in kept if each < place]
        covered = bool(before) and shared_of_both(whole[place], whole[before]).max() >= 0.5
        assert (place in kept) != covered


def test_nothing_is_kept_of_nothing():
    assert best_apart([], shared_of_both, 0.5) == []
