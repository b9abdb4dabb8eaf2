from types import SimpleNamespace

import cv2
import keras
import numpy as np
import pytest
from scipy.ndimage import affine_transform

from shuzi.errors import TrainingError
from shuzi.training import steps
from shuzi.training.network import build
from shuzi.training.recipe import recipe
from shuzi.training.steps import Muon, Streamed, build_optimizer


def test_what_composes_is_closed_if_the_first_block_fails():
    closed = []

    def block(number):
        raise TrainingError("error.training.composing")

    stream = SimpleNamespace(block=block, close=lambda: closed.append(True))
    with pytest.raises(TrainingError):
        Streamed(SimpleNamespace(steps=8, batch_size=2), stream, 0)
    assert closed


MIDDLE = 13.5


@pytest.fixture(scope="module")
def images(mnist):
    return mnist.train.images[:16].astype(np.float32)


def choices(count, **values):
    chosen = np.zeros((count, steps.CHOICES), np.float32)
    for name, value in values.items():
        chosen[:, ("down", "tall", "across", "wide", "turn", "slant").index(name)] = value
    return chosen


def done(name, images, chosen):
    return np.asarray(steps.AUGMENTATIONS[name](images, chosen))


@pytest.mark.parametrize("name", steps.AUGMENTATIONS)
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
    chosen = rng.uniform(-1, 1, (16, steps.CHOICES)).astype(np.float32)
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
    whole = steps.draw_choices(3, 0, 6, 8)
    assert whole.shape == (6, 8, steps.CHOICES)
    assert -1 <= whole.min() < -0.9
    assert 0.9 < whole.max() <= 1
    np.testing.assert_array_equal(steps.draw_choices(3, 4, 6, 8), whole[4:])
    assert not np.array_equal(steps.draw_choices(4, 0, 6, 8), whole)


def step(shape, slope, rate=1.0):
    weights = keras.Variable(np.zeros(shape, np.float32), name="kernel")
    optimizer = Muon(rate, weight_decay=None, adam_weight_decay=None, momentum=0.0, rms_rate=None)
    optimizer.build([weights])
    optimizer.apply([keras.ops.convert_to_tensor(slope, "float32")], [weights])
    return -weights.numpy()


@pytest.mark.parametrize("shape", [(3, 3, 4, 6), (3, 3, 8, 5), (2, 2, 2, 16)])
def test_a_kernel_steps_about_equally_far_in_all_directions(shape):
    slope = np.random.default_rng(0).normal(size=shape) * 100
    lengths = np.linalg.svd(step(shape, slope).reshape(-1, shape[-1]), compute_uv=False)
    # five Newton-Schulz iterations bring them near 1, not exactly to it
    assert lengths.min() > 0.5
    assert lengths.max() < 1.3


def test_a_kernel_steps_along_the_directions_of_its_slope():
    slope = np.random.default_rng(1).normal(size=(3, 3, 4, 6))
    u, _, v = np.linalg.svd(slope.reshape(36, 6), full_matrices=False)
    exact = (u @ v).ravel()
    taken = step((3, 3, 4, 6), slope).ravel()
    assert taken @ exact / np.linalg.norm(taken) / np.linalg.norm(exact) > 0.98


def test_a_convolution_is_stepped_as_keras_steps_the_same_matrix():
    slope = np.random.default_rng(2).normal(size=(3, 3, 4, 6)).astype(np.float32)
    matrix = keras.Variable(np.zeros((36, 6), np.float32), name="kernel")
    others = keras.optimizers.Muon(1.0, weight_decay=None, momentum=0.0, rms_rate=None)
    others.build([matrix])
    others.apply([keras.ops.convert_to_tensor(slope.reshape(36, 6))], [matrix])
    np.testing.assert_allclose(step((3, 3, 4, 6), slope).reshape(36, 6), -matrix.numpy(), atol=1e-5)


@pytest.mark.parametrize("name", ["cnn", "tiny", "best", "detector", "reader"])
def test_first_and_last_layers_and_non_matrices_are_left_to_adam(name):
    chosen = recipe(name).changed(optimizer="muon")
    model = build(chosen, learning=True)
    optimizer = build_optimizer(chosen)
    optimizer.build(model.trainable_variables)
    by_muon = [
        variable.path
        for variable, velocity in zip(model.trainable_variables, optimizer.adam_velocities, strict=True)
        if velocity is None
    ]
    kernels = [
        variable.path
        for variable in model.trainable_variables
        if len(variable.shape) in (2, 4) and (len(variable.shape) == 2 or variable.shape[2] > 1)
    ]
    last = [path for path in kernels if path.startswith(("output", "is_digit", "scores", "boxes"))]
    assert last
    assert by_muon == [path for path in kernels if path not in last]
