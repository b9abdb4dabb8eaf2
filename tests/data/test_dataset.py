import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuzi.data.dataset import Dataset, order
from shuzi.errors import DataError


def _digits(count, seed=0):
    """Make a dataset whose images carry their own position."""
    images = np.zeros((count, 28, 28), np.uint8)
    images[:, 0, 0] = np.arange(count)
    return Dataset(images, (np.arange(count) % 10).astype(np.uint8), seed)


def _positions(dataset, *sizes):
    """Take batches of these sizes and return the positions of all examples in one list."""
    came = []
    for size in sizes:
        images, labels = dataset.next_batch(size)
        assert len(images) == size
        assert (labels == images[:, 0, 0] % 10).all()  # they belong together
        came.extend(images[:, 0, 0].tolist())
    return came


def test_each_epoch_hands_out_every_example_once_and_in_another_order():
    came = _positions(_digits(20), *[5] * 12)
    epochs = [came[start : start + 20] for start in (0, 20, 40)]
    assert all(sorted(epoch) == list(range(20)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 3


def test_a_batch_across_the_end_takes_what_is_left_and_then_from_the_next_epoch():
    crossing = _positions(_digits(10), 7, 7)
    assert crossing == _positions(_digits(10), 10, 10)[:14]
    assert sorted(crossing[:10]) == list(range(10))


def test_a_batch_may_be_larger_than_the_set():
    batch = _positions(_digits(4), 11)
    assert sorted(batch[:4]) == sorted(batch[4:8]) == [0, 1, 2, 3]
    assert len(set(batch[8:])) == 3


def test_the_seed_alone_decides_the_order():
    first, same, other = (_positions(_digits(50, seed), 30, 30) for seed in (5, 5, 6))
    assert first == same
    assert first != other


def test_a_batch_is_uint8_and_a_copy():
    dataset = _digits(6)
    images, labels = dataset.next_batch(4)
    assert (images.shape, images.dtype, labels.shape, labels.dtype) == ((4, 28, 28), np.uint8, (4,), np.uint8)
    images[:] = 255
    labels[:] = 0
    assert dataset.images[:, 1:].max() == 0
    assert dataset.labels.tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("size", [0, -3])
def test_a_batch_of_nothing_is_an_error(size):
    with pytest.raises(DataError) as caught:
        _digits(3).next_batch(size)
    assert caught.value.key == "error.data.batch_size"


@given(
    count=st.integers(1, 30),
    seed=st.integers(0, 2**31 - 1),
    cuts=st.lists(st.integers(0, 100), min_size=2, max_size=6).map(sorted),
)
def test_the_endless_row_is_the_same_however_it_is_cut(count, seed, cuts):
    whole = order(count, seed, cuts[0], cuts[-1])
    pieces = [order(count, seed, start, stop) for start, stop in itertools.pairwise(cuts)]
    assert np.concatenate(pieces).tolist() == whole.tolist()
    assert whole.dtype == np.int32
    assert whole.tolist() == order(count, seed, 0, 100)[cuts[0] : cuts[-1]].tolist()


@given(count=st.integers(1, 40), seed=st.integers(0, 2**31 - 1), epoch=st.integers(0, 1_000))
def test_every_epoch_of_the_row_has_every_example_once(count, seed, epoch):
    positions = order(count, seed, epoch * count, (epoch + 1) * count)
    assert sorted(positions.tolist()) == list(range(count))


def test_what_is_handed_out_of_the_row_can_be_changed_without_harm():
    order(5, 0, 0, 5)[:] = 0
    assert sorted(order(5, 0, 0, 5).tolist()) == [0, 1, 2, 3, 4]


def test_every_example_comes_first_about_equally_often():
    firsts = [order(10, seed, 0, 1)[0] for seed in range(2_000)]
    assert np.bincount(firsts, minlength=10).min() > 140


IMAGES, LABELS = np.zeros((3, 28, 28), np.uint8), np.zeros(3, np.uint8)


@pytest.mark.parametrize(
    ("images", "labels", "key", "named"),
    [
        (IMAGES.astype(np.float32), LABELS, "images", "float32"),
        (IMAGES.reshape(3, 784), LABELS, "images", "(3, 784)"),
        (IMAGES[:, :27], LABELS, "images", "(3, 27, 28)"),
        (IMAGES[0], LABELS, "images", "(28, 28)"),
        (IMAGES, LABELS.astype(np.int64), "labels", "int64"),
        (IMAGES, np.zeros((3, 10), np.uint8), "labels", "(3, 10)"),
        (IMAGES, np.zeros(2, np.uint8), "counts", "images (3) and labels (2)"),
        (IMAGES[:0], LABELS[:0], "empty", "at least one"),
        (IMAGES, np.array([9, 10, 11], np.uint8), "label", "Label 1 is 10"),
    ],
)
def test_what_is_no_dataset_is_refused_with_what_was_given(images, labels, key, named):
    with pytest.raises(DataError) as caught:
        Dataset(images, labels)
    assert caught.value.key == f"error.data.{key}"
    assert named in str(caught.value)
