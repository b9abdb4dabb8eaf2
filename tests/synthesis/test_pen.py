import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import distance_transform_edt, label

from shuzi.synthesis.pen import FINE, UNIT, Pen, distance_fields, shaken, thinned, written

TOUCHING = np.ones((3, 3))  # ink connects across corners too, paper does not


def parts(shape):
    """Count the pieces of ink and of paper; a border of paper joins everything outside."""
    roomy = np.pad(shape, 1)
    return label(roomy, TOUCHING)[1], label(~roomy)[1]


def squares(lines):
    """Count the 2x2 squares that are all ink."""
    return (lines[1:, 1:] & lines[:-1, 1:] & lines[1:, :-1] & lines[:-1, :-1]).sum()


@pytest.fixture(scope="module")
def shapes(mnist):
    return np.stack([cv2.resize(image, None, fx=2, fy=2) for image in mnist.train.images[:200]]) > 127


@given(arrays(bool, st.tuples(st.just(1), st.integers(1, 12), st.integers(1, 12))))
def test_lines_hang_together_as_the_shape_did(shape):
    lines = thinned(shape)
    assert lines.shape == shape.shape
    assert not (lines & ~shape).any()
    assert parts(lines[0]) == parts(shape[0])


def test_digits_become_lines_one_pixel_wide(shapes):
    lines = thinned(shapes)
    assert [parts(each) for each in lines] == [parts(each) for each in shapes]
    assert max(squares(each) for each in shapes) > 50
    assert max(squares(each) for each in lines) <= 2  # where lines meet
    np.testing.assert_array_equal(thinned(lines), lines)


def test_each_shape_is_thinned_as_if_it_were_alone(shapes):
    np.testing.assert_array_equal(thinned(shapes)[7:9], thinned(shapes[7:9]))


@pytest.mark.parametrize("side", [1, 2, 3, 4, 20])
def test_a_blob_leaves_something(side):
    blob = np.zeros((1, 28, 28), bool)
    blob[0, 4 : 4 + side, 5 : 5 + side] = True
    assert parts(thinned(blob)[0]) == (1, 1)


def test_fields_are_the_distances_that_scipy_finds(mnist):
    fields = distance_fields(mnist.train.images[:100])
    for field in fields:
        away = distance_transform_edt(field) * UNIT / FINE
        assert np.abs(field - np.minimum(away, 255)).max() <= 0.51  # a field holds whole numbers
    assert fields.max() == 255


def test_all_that_is_near_the_line_is_the_digit_again(mnist):
    alike = []
    for image, field in zip(mnist.train.images[:100], distance_fields(mnist.train.images[:100]), strict=True):
        ink = cv2.resize(image, None, fx=FINE, fy=FINE, interpolation=cv2.INTER_LINEAR) > 127
        pens = [field <= reach for reach in range(0, 4 * UNIT, 2)]
        alike.append(max((pen & ink).sum() / (pen | ink).sum() for pen in pens))
    assert min(alike) > 0.6
    assert np.median(alike) > 0.8  # no hand holds the pen quite evenly


def test_an_image_without_ink_is_far_from_every_line(mnist):
    images = np.stack([np.zeros((28, 28), np.uint8), mnist.train.images[0]])
    fields = distance_fields(images)
    assert (fields[0] == 255).all()
    np.testing.assert_array_equal(fields[1], distance_fields(images[1:])[0])


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
