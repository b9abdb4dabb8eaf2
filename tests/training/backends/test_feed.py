from types import SimpleNamespace

import pytest

from shuzi.errors import TrainingError
from shuzi.training.backends.feed import Streamed


def test_what_composes_is_closed_if_the_first_block_fails():
    closed = []

    def block(number):
        raise TrainingError("error.training.composing")

    stream = SimpleNamespace(block=block, close=lambda: closed.append(True))
    with pytest.raises(TrainingError):
        Streamed(SimpleNamespace(steps=8, batch_size=2), stream, 0)
    assert closed
