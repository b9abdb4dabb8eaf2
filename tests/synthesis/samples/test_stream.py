import os

import numpy as np
import pytest

from shuzi.data.dataset import Dataset
from shuzi.errors import TrainingError
from shuzi.synthesis.samples.stream import Lines, Stream, compose_block


@pytest.fixture(scope="module")
def few(mnist, pen_strokes):
    return Dataset(mnist.train.images[:60], mnist.train.labels[:60], strokes=pen_strokes)


def test_a_block_depends_on_the_seed_and_its_number_alone(few):
    lines = Lines(few)
    one, other, longer = (compose_block(lines, [7, number], rows) for number, rows in ((0, 3), (1, 3), (0, 5)))
    again = compose_block(Lines(few), [7, 0], 3)
    for first, second in zip(one, again, strict=True):
        np.testing.assert_array_equal(first, second)
    assert not np.array_equal(one[0], other[0])
    np.testing.assert_array_equal(longer[0][:3], one[0])


def test_processes_compose_the_blocks_that_are_asked_for_in_any_order(few):
    stream = Stream(compose_block, Lines(few), 3, 2, 6)
    try:
        found = {number: stream.block(number) for number in (0, 1, 5)}
    finally:
        stream.close()
    for number, block in found.items():
        images, labels = compose_block(Lines(few), [3, 5, number], 2)
        np.testing.assert_array_equal(block.images, images)
        np.testing.assert_array_equal(block.labels, labels)


class Deadly:
    """Ends the process that unpickles it."""

    def __reduce__(self):
        return os._exit, (1,)


def test_a_process_that_ends_twice_while_it_composes_ends_the_training_with_a_sentence():
    stream = Stream(compose_block, Lines(Deadly()), 3, 2, 1)
    try:
        with pytest.raises(TrainingError):
            stream.block(0)
    finally:
        stream.close()
