import numpy as np
import pytest

from shuzi.synthesis.lines.handwriting import Pen, shaken, written

UPRIGHT = [np.array([[0, 0], [0, 60]], np.float32)]


@pytest.mark.parametrize("width", [1.0, 1.7, 2.5, 4.0, 9.0])
def test_a_line_is_as_wide_as_the_pen(width):
    ink, _, _ = written(UPRIGHT, Pen(width))
    middle = ink[20:40].astype(float).sum(axis=1) / 255
    assert middle == pytest.approx(width, abs=0.35)


@pytest.mark.parametrize("angle", [0.0, np.pi / 2])
def test_a_broad_nib_is_broad_across_and_thin_along(angle):
    ink, _, _ = written(UPRIGHT, Pen(9.0, nib=0.3, angle=angle))
    across = ink[30].astype(float).sum() / 255
    assert across == pytest.approx(9.0 if angle == 0 else 2.7, abs=1.2)


def test_the_ink_says_where_it_lies():
    ink, left, top = written([np.array([[10, 5], [30, 5]], np.float32)], Pen(3.0))
    rows, columns = np.nonzero(ink > 128)
    assert rows.mean() + top == pytest.approx(5, abs=1)
    assert (columns.min() + left, columns.max() + left) == pytest.approx((10, 30), abs=2)


def test_a_point_leaves_ink():
    ink, _, _ = written([np.array([[3, 3]], np.float32)], Pen(4.0))
    assert ink.max() == 255


def test_a_shaking_hand_moves_neighbours_together():
    rng = np.random.default_rng(0)
    line = [np.stack([np.linspace(0, 100, 200), np.zeros(200)], axis=1).astype(np.float32)]
    moved = np.stack([shaken(rng, line, 2.0)[0] - line[0] for _ in range(200)])
    assert 1.0 < moved.std() < 5.0
    assert np.abs(np.diff(moved, axis=1)).max() < 0.8
