import os
from pathlib import Path

import numpy as np
import pytest

from shuzi.data.collection import STROKES
from shuzi.data.mnist import clear_images
from shuzi.data.strokes import clear_strokes, load_strokes

UNIPEN = os.environ.get(STROKES.variable)  # a test has an environment of its own


def test_of_the_validation_images_twelve_are_left_out_and_the_others_stay_as_they_are(mnist):
    before, after = mnist.validation, clear_images(mnist.validation)
    assert len(before) - len(after) == 12
    kept = {(image.tobytes(), label) for image, label in zip(after.images, after.labels.tolist(), strict=True)}
    left_out = [
        label
        for image, label in zip(before.images, before.labels.tolist(), strict=True)
        if (image.tobytes(), label) not in kept
    ]
    assert sorted(left_out) == [1, 1, 1, 2, 2, 5, 6, 7, 7, 7, 8, 9]


def test_nothing_else_is_left_out(mnist, pen_strokes):
    few = clear_images(mnist.test)
    np.testing.assert_array_equal(few.labels, mnist.test.labels)
    assert clear_strokes(pen_strokes).sha256() == pen_strokes.sha256()


@pytest.mark.skipif(not UNIPEN, reason=f"needs UNIPEN; name it in {STROKES.variable}")
def test_of_the_recorded_digits_of_even_validation_writers_seventeen_are_left_out():
    even = load_strokes(Path(str(UNIPEN))).held_out(odd=False)
    after = clear_strokes(even)
    assert len(even) - len(after) == 17
    assert (even.kind == "digit").sum() - (after.kind == "digit").sum() == 17
