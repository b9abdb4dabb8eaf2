"""The loss of the line detection task, and its score against NumPy."""

import numpy as np
import pytest

from shuzi.data.registers import LinePath
from shuzi.synthesis.line_maps import LEVELS, draw_maps
from shuzi.training.recipe import recipe

pytest.importorskip("tensorflow")


@pytest.fixture(scope="module")
def task(training):
    from shuzi.training.tasks import DetectLines

    return DetectLines()


@pytest.fixture(scope="module")
def labels():
    ruling = np.zeros((64, 128), np.uint8)
    ruling[::16] = 255
    path = LinePath(np.array([[16, 32], [112, 36]], np.float32), 20.0)
    return np.stack([draw_maps([path], ruling), draw_maps([], ruling)])


def _outputs(labels, sureness):
    """Return logits that say what is in the maps, more or less surely."""
    y = np.zeros(labels.shape, np.float32)
    y[..., 0] = np.where(labels[..., 0] >= 128, sureness, -sureness)
    y[..., 1] = labels[..., 1] / LEVELS - 2
    y[..., 2] = np.where(labels[..., 2] >= 80, sureness, -sureness)
    return y


def test_the_loss_falls_as_the_output_nears_the_target(task, labels):
    losses = [float(task.loss(recipe("line-detector"), labels, _outputs(labels, k))) for k in (-4, -1, 0, 1, 4)]
    assert losses == sorted(losses, reverse=True)


def test_a_wrong_height_costs_in_the_core_alone(task, labels):
    right = _outputs(labels, 4)
    inside, outside = right.copy(), right.copy()
    inside[..., 1] += 0.5 * (labels[..., 0] == 255)
    outside[..., 1] += 0.5 * (labels[..., 0] == 0)
    at = [float(task.loss(recipe("line-detector"), labels, y)) for y in (right, inside, outside)]
    assert at[1] > at[0] == pytest.approx(at[2])


def test_the_score_is_intersection_over_union_of_cores(task, labels):
    rng = np.random.default_rng(0)
    y = rng.normal(size=labels.shape).astype(np.float32)
    core, found = labels[..., 0] >= 128, y[..., 0] > 0
    expected = [np.sum(a & b) / np.sum(a | b) for a, b in zip(core, found, strict=True)]
    np.testing.assert_allclose(np.asarray(task.correct(labels, y)), expected, rtol=1e-6)
    probabilities = 1 / (1 + np.exp(-y))
    assert task.accuracy(labels, probabilities) == pytest.approx(np.mean(expected), rel=1e-6)


def test_nothing_found_where_nothing_is_counts_as_right(task, labels):
    y = np.full(labels.shape, -4, np.float32)
    np.testing.assert_allclose(np.asarray(task.correct(labels, y)), [0, 1])
