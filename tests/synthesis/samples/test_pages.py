import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shuzi.ink.paper import contrast_map
from shuzi.synthesis.composer import Composer
from shuzi.synthesis.samples import pages

one_digit = st.tuples(st.integers(0, 9), *[st.integers(0, 160) for _ in range(4)])


@given(st.lists(st.lists(one_digit, max_size=25), min_size=1, max_size=4))
def test_digits_come_back_from_the_array_but_for_those_beyond_twenty(wanted):
    packed = pages.pack(
        [
            (np.array([d[0] for d in page], np.uint8), np.array([d[1:] for d in page], np.float32).reshape(-1, 4))
            for page in wanted
        ]
    )
    assert (packed.shape, packed.dtype) == ((len(wanted), 20, 5), np.float32)
    for rows, page in zip(packed, wanted, strict=True):
        assert [tuple(row) for row in rows[rows[:, 0] >= 0]] == page[:20]
        assert (rows[min(len(page), 20) :, 0] == -1).all()


def test_a_share_is_the_pages_of_a_composer_brought_to_one_contrast(mnist, monkeypatch):
    monkeypatch.setattr(pages, "PAGES", 40)
    images, labels = mnist.train.images[:100], mnist.train.labels[:100]
    maps, digits = pages.compose_share(images, labels, [0, 3, 1], 0.25)
    assert (maps.shape, maps.dtype, digits.shape) == ((10, 64, 160), np.uint8, (10, 20, 5))
    composer, rng = Composer(images, labels), np.random.default_rng([0, 3, 1])
    for found, rows in zip(maps, digits, strict=True):
        page = composer.page(rng)
        np.testing.assert_array_equal(found, contrast_map(page.grey))
        np.testing.assert_array_equal(rows[rows[:, 0] >= 0, 0], page.labels)
        np.testing.assert_array_equal(rows[rows[:, 0] >= 0, 1:], page.boxes)


def test_however_small_a_share_has_a_page(mnist):
    maps, digits = pages.compose_share(mnist.train.images[:3], mnist.train.labels[:3], [1], 1e-9)
    assert len(maps) == len(digits) == 1
