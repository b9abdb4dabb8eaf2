import cv2
import numpy as np
import pytest
from scipy.interpolate import BSpline
from scipy.ndimage import affine_transform, map_coordinates

from shuzi.training import augment

MIDDLE = 13.5


@pytest.fixture(scope="module")
def images(mnist):
    return mnist.train.images[:16].astype(np.float32)


def choices(name, count, **values):
    chosen = np.zeros((count, augment.CHOICES[name]), np.float32)
    for name, value in values.items():
        chosen[:, ("down", "tall", "across", "wide", "turn", "slant").index(name)] = value
    return chosen


def done(name, images, chosen):
    return np.asarray(augment.AUGMENTATIONS[name](images, chosen))


@pytest.mark.parametrize("name", augment.AUGMENTATIONS)
def test_nothing_chosen_changes_nothing(images, name):
    np.testing.assert_allclose(done(name, images, choices(name, 16)), images, atol=1e-3)


@pytest.mark.parametrize(("name", "farthest"), [("squeeze", 2), ("affine", 2), ("elastic", 3)])
@pytest.mark.parametrize(("down", "across"), [(1, 0), (0, -1), (-1, 1)])
def test_a_shift_of_whole_pixels_moves_every_pixel(images, name, farthest, down, across):
    moved = done(name, images, choices(name, 16, down=down, across=across))
    roomy = np.pad(images, ((0, 0), (farthest, farthest), (farthest, farthest)))
    y, x = farthest * (1 + down), farthest * (1 + across)
    np.testing.assert_allclose(moved, roomy[:, y : y + 28, x : x + 28], atol=1e-3)


@pytest.mark.parametrize(("name", "far"), [("affine", 1.0), ("elastic", 1.5)])
def test_affine_agrees_with_scipy(images, name, far):
    rng = np.random.default_rng(0)
    chosen = choices(name, 16)
    chosen[:, :6] = rng.uniform(-1, 1, (16, 6))
    ours = done(name, images, chosen)
    chosen *= far
    for image, choice, found in zip(images, chosen, ours, strict=True):
        turn = choice[4] * 10 / 180 * np.pi
        turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        matrix = turned @ np.array([[np.exp(0.1 * choice[1]), 0], [0.1 * choice[5], np.exp(0.1 * choice[3])]])
        offset = np.array([2 * choice[0], 2 * choice[2]]) + MIDDLE - matrix @ np.array([MIDDLE, MIDDLE])
        expected = affine_transform(image, matrix, offset, order=1, mode="grid-constant")
        np.testing.assert_allclose(found, expected, atol=0.1)


def test_elastic_bends_as_scipys_cubic_splines_do(images):
    rng = np.random.default_rng(0)
    pulled = rng.uniform(-1, 1, (16, 2, 4, 4)).astype(np.float32)
    chosen = choices("elastic", 16)
    chosen[:, 6:] = pulled.reshape(16, 32)
    ours = done("elastic", images, chosen)
    places = np.linspace(0, 3, 28)
    line = np.stack([BSpline.basis_element([-2, -1, 0, 1, 2], extrapolate=False)(places - pin) for pin in range(4)])
    line = np.nan_to_num(line)
    for image, pull, found in zip(images, pulled, ours, strict=True):
        away = 3 * np.einsum("cpq,py,qx->cyx", pull, line, line)
        expected = map_coordinates(image, np.indices((28, 28)) + away, order=1, mode="grid-constant")
        np.testing.assert_allclose(found, expected, atol=0.1)
        assert 0.3 < np.abs(away).max() < 3


def test_squeeze_agrees_with_opencv(images):
    chosen = choices("squeeze", 16, tall=0.8, wide=-0.6)
    tall, wide = 1.08, 0.94
    matrix = np.float64([[wide, 0, MIDDLE * (1 - wide)], [0, tall, MIDDLE * (1 - tall)]])
    for image, found in zip(images, done("squeeze", images, chosen), strict=True):
        expected = cv2.warpAffine(image, matrix, (28, 28), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        assert np.abs(found - expected).max() < 8  # OpenCV counts places in 32nds of a pixel


def test_what_happens_depends_on_seed_and_step_alone():
    whole = augment.draw("elastic", 3, 0, 6, 8)
    assert whole.shape == (6, 8, augment.CHOICES["elastic"])
    assert -1 <= whole.min() < -0.9
    assert 0.9 < whole.max() <= 1
    np.testing.assert_array_equal(augment.draw("elastic", 3, 4, 6, 8), whole[4:])
    assert not np.array_equal(augment.draw("elastic", 4, 0, 6, 8), whole)
