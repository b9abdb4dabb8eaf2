import numpy as np
import pytest

import shuzi
from shuzi.reading.explain import PATCH, what_counts


def _weighing(weights):
    """Return a classifier that answers with a weighted sum of the ink, so that the effect of a patch is known."""

    def classify(images):
        sums = (images / 255 * weights).sum(axis=(1, 2)).astype(np.float32)
        return np.repeat(sums[:, None], 10, axis=1)

    return classify


def test_each_pixel_of_a_sum_counts_by_the_effect_of_the_patches_over_it():
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(28, 28))
    image = np.zeros((28, 28), np.uint8)
    image[8:20, 10:18] = rng.integers(1, 256, (12, 8))
    taken = np.zeros((28, 28))
    reach = PATCH // 2
    for row in range(28):
        for column in range(28):
            rows, columns = (
                slice(max(row - reach, 0), row + reach + 1),
                slice(max(column - reach, 0), column + reach + 1),
            )
            taken[row, column] = (image / 255 * weights)[rows, columns].sum()
    expected = [
        [taken[max(r - reach, 0) : r + reach + 1, max(c - reach, 0) : c + reach + 1].mean() for c in range(28)]
        for r in range(28)
    ]
    np.testing.assert_allclose(what_counts(_weighing(weights), image, 3), expected, atol=1e-4)


def test_ink_that_speaks_against_a_digit_counts_below_nothing():
    image = np.zeros((28, 28), np.uint8)
    image[5, 5] = image[20, 20] = 255
    weights = np.zeros((28, 28))
    weights[5, 5], weights[20, 20] = 1, -1
    counted = what_counts(_weighing(weights), image, 0)
    assert counted[5, 5] > 0.9
    assert counted[20, 20] < -0.9


def test_without_ink_under_patches_nothing_counts(mnist):
    reader = shuzi.load("softmax")
    image = mnist.validation.images[0]
    counted = what_counts(reader.classify, image, int(mnist.validation.labels[0]))
    assert (counted.shape, counted.dtype) == ((28, 28), np.float32)
    rows, columns = np.nonzero(image)
    far = 2 * PATCH
    assert not counted[: max(rows.min() - far, 0)].any()
    assert not counted[:, columns.max() + far :].any()
    assert np.abs(counted).max() > 0.01


@pytest.mark.parametrize("image", [np.zeros((28, 28), np.uint8), np.full((28, 28), 255, np.uint8)])
def test_an_empty_and_a_full_image_can_be_asked_about(image):
    assert np.isfinite(what_counts(shuzi.load("softmax").classify, image, 1)).all()
