import cv2
import numpy as np
import pytest
from scipy.ndimage import affine_transform

from shuzi.training.network import augment

MIDDLE = 13.5


@pytest.fixture(scope="module")
def images(mnist):
    return mnist.train.images[:16].astype(np.float32)


def choices(count, **values):
    chosen = np.zeros((count, augment.CHOICES), np.float32)
    for name, value in values.items():
        chosen[:, ("down", "tall", "across", "wide", "turn", "slant").index(name)] = value
    return chosen


def done(name, images, chosen):
    return np.asarray(augment.AUGMENTATIONS[name](images, chosen))


@pytest.mark.parametrize("name", augment.AUGMENTATIONS)
def test_nothing_chosen_changes_nothing(images, name):
    np.testing.assert_allclose(done(name, images, choices(16)), images, atol=1e-3)


@pytest.mark.parametrize(("name", "farthest"), [("squeeze", 2), ("affine", 2), ("wide", 3)])
@pytest.mark.parametrize(("down", "across"), [(1, 0), (0, -1), (-1, 1)])
def test_a_shift_of_whole_pixels_moves_every_pixel(images, name, farthest, down, across):
    moved = done(name, images, choices(16, down=down, across=across))
    roomy = np.pad(images, ((0, 0), (farthest, farthest), (farthest, farthest)))
    y, x = farthest * (1 + down), farthest * (1 + across)
    np.testing.assert_allclose(moved, roomy[:, y : y + 28, x : x + 28], atol=1e-3)


@pytest.mark.parametrize(("name", "far"), [("affine", 1.0), ("wide", 1.5)])
def test_affine_agrees_with_scipy(images, name, far):
    rng = np.random.default_rng(0)
    chosen = rng.uniform(-1, 1, (16, augment.CHOICES)).astype(np.float32)
    ours = done(name, images, chosen)
    chosen *= far
    for image, choice, found in zip(images, chosen, ours, strict=True):
        turn = choice[4] * 10 / 180 * np.pi
        turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        matrix = turned @ np.array([[np.exp(0.1 * choice[1]), 0], [0.1 * choice[5], np.exp(0.1 * choice[3])]])
        offset = np.array([2 * choice[0], 2 * choice[2]]) + MIDDLE - matrix @ np.array([MIDDLE, MIDDLE])
        expected = affine_transform(image, matrix, offset, order=1, mode="grid-constant")
        np.testing.assert_allclose(found, expected, atol=0.1)


def test_squeeze_agrees_with_opencv(images):
    chosen = choices(16, tall=0.8, wide=-0.6)
    tall, wide = 1.08, 0.94
    matrix = np.float64([[wide, 0, MIDDLE * (1 - wide)], [0, tall, MIDDLE * (1 - tall)]])
    for image, found in zip(images, done("squeeze", images, chosen), strict=True):
        expected = cv2.warpAffine(image, matrix, (28, 28), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        assert np.abs(found - expected).max() < 8  # OpenCV rounds positions to 32nds of a pixel


def test_augmentation_depends_only_on_seed_and_step():
    whole = augment.draw(3, 0, 6, 8)
    assert whole.shape == (6, 8, augment.CHOICES)
    assert -1 <= whole.min() < -0.9
    assert 0.9 < whole.max() <= 1
    np.testing.assert_array_equal(augment.draw(3, 4, 6, 8), whole[4:])
    assert not np.array_equal(augment.draw(4, 0, 6, 8), whole)
