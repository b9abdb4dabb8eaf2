import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import shuzi
from shuzi.ink.boxes import Box
from shuzi.ink.normalize import cut_out
from shuzi.ink.paper import CONTRAST, PAPER, ink_map
from shuzi.synthesis import composer

one_digit = st.tuples(st.integers(0, 9), *[st.integers(0, 160) for _ in range(4)])


@given(st.lists(st.lists(one_digit, max_size=25), min_size=1, max_size=4))
def test_digits_come_back_from_the_array_but_for_those_beyond_twenty(wanted):
    packed = composer.pack(
        [
            (np.array([d[0] for d in page], np.uint8), np.array([d[1:] for d in page], np.float32).reshape(-1, 4))
            for page in wanted
        ]
    )
    assert (packed.shape, packed.dtype) == ((len(wanted), 20, 5), np.float32)
    for rows, page in zip(packed, wanted, strict=True):
        assert [tuple(row) for row in rows[rows[:, 0] >= 0]] == page[:20]
        assert (rows[min(len(page), 20) :, 0] == -1).all()


@pytest.fixture(scope="module")
def share(mnist):
    return composer.compose_part(mnist.train.images[:500], mnist.train.labels[:500], [0, 3, 1], 200 / composer.PAGES)


def test_a_share_has_so_many_pages_and_every_digit(share):
    maps, digits = share
    assert (maps.shape, maps.dtype) == ((200, 64, 160), np.uint8)
    assert (digits.shape, digits.dtype) == ((200, 20, 5), np.float32)
    assert set(digits[..., 0].ravel().tolist()) == set(range(-1, 10))


def test_pages_are_contrast_maps_with_bright_ink(share):
    maps, _ = share
    assert np.median(np.median(maps, axis=(1, 2))) == PAPER
    assert np.median(maps.max(axis=(1, 2))) >= PAPER + CONTRAST


def test_the_boxes_of_a_share_hold_the_digits_that_their_labels_name(share):
    """A small network recognises each box of a page's contrast map as its label."""
    maps, digits = share
    cuts, labels = [], []
    for page, rows in zip(maps, digits, strict=True):
        for label, *box in rows[rows[:, 0] >= 0].tolist():
            assert (np.array(box[:2]) >= 0).all()
            assert (np.array(box[:2]) + box[2:] <= (160, 64)).all()
            if (cut := cut_out(ink_map(page), Box(*box).pixels())) is not None:
                cuts.append(cut)
                labels.append(int(label))
    assert len(labels) > 0.9 * np.sum(digits[..., 0] >= 0)
    # a crop may hold printed lines and parts of neighbours; by chance, one in ten would be right
    assert np.mean(shuzi.load("tiny").classify(np.stack(cuts)).argmax(axis=1) == labels) > 0.5


def test_the_seed_decides_what_a_share_is(mnist):
    digits = mnist.train.images[:20], mnist.train.labels[:20]
    (first, boxes), (again, boxes_again), (other, _) = (
        composer.compose_part(*digits, [0, part], 3 / composer.PAGES) for part in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(boxes, boxes_again)
    assert not np.array_equal(first, other)


def test_however_small_a_share_has_a_page(mnist):
    maps, digits = composer.compose_part(mnist.train.images[:3], mnist.train.labels[:3], [1], 1e-9)
    assert len(maps) == len(digits) == 1
