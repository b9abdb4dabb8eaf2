import numpy as np
import pytest

from shuzi.evaluation.accuracy import DISTURBANCES, disturbed, robustness


@pytest.fixture(scope="module")
def images(mnist):
    return mnist.test.images[:40]


@pytest.mark.parametrize("name", DISTURBANCES)
def test_each_strength_takes_the_image_further_from_what_it_was(images, name):
    away = [np.abs(disturbed(images, name, level).astype(int) - images).mean() for level in range(3)]
    assert 0 < away[0] < away[1] < away[2]


@pytest.mark.parametrize("name", DISTURBANCES)
def test_the_same_disturbance_comes_again(images, name):
    np.testing.assert_array_equal(disturbed(images, name, 1), disturbed(images, name, 1))


def test_strokes_grow_thin_and_thick(images):
    ink = images.sum(dtype=np.int64)
    thin, thick = (disturbed(images, name, 2).sum(dtype=np.int64) for name in ("thin", "thick"))
    assert thin < 0.6 * ink < 1.4 * ink < thick


def test_accuracy_is_counted_for_each(images):
    labels = np.zeros(40, np.uint8)
    zeros = np.eye(10, dtype=np.float32)[np.zeros(40, int)]
    found = robustness(lambda _: zeros, images, labels)
    assert set(found) == set(DISTURBANCES)
    assert all(shares == [1.0, 1.0, 1.0] for shares in found.values())
