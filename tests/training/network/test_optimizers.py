import keras
import numpy as np
import pytest

from shuzi.training.network.architectures import build
from shuzi.training.network.optimizers import Muon, build_optimizer
from shuzi.training.recipes import recipe


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
