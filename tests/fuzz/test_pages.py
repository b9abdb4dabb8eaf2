"""Each piece of ink on random pages is one character on one line; more pages with `-m slow` and `-m long`."""

import numpy as np
import pytest

import pages
import shuzi


@pytest.fixture(scope="module")
def reader():
    return shuzi.load()


@pytest.mark.parametrize(
    "count", [40, pytest.param(300, marks=pytest.mark.slow), pytest.param(1_000, marks=pytest.mark.long)]
)
def test_no_ink_is_counted_twice(reader, mnist, count):
    digits, wrong = mnist.validation, []
    for seed in range(count):
        grey = pages.page(digits.images, digits.labels, np.random.default_rng([29, seed]))
        wrong += [f"{seed}: {each}" for each in pages.counted_twice(grey, reader.read(grey))]
    assert not wrong, "\n".join(wrong)
