import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

import shuzi
from shuzi.ink.normalize import normalize
from shuzi.synthesis import digit_shapes
from shuzi.synthesis.digit_shapes import SHAPES, WORLD, curves_of, skeleton_field
from shuzi.synthesis.pen import FINE, UNIT, Pen, hurried, written

SURPRISING = {"_two_with_loop": 0.3, "_six_with_flat_top": 0.6, "_nine_on_a_stem": 0.6}
"""Shapes similar to MNIST's 8, 5 and 8, with the minimum fraction that a model trained on MNIST alone reads."""

every_shape = pytest.mark.parametrize(
    ("label", "shape"),
    [(label, shape) for label, shapes in enumerate(SHAPES) for shape in shapes],
    ids=lambda each: getattr(each, "__name__", ""),
)


@pytest.fixture
def only(monkeypatch):
    """Restrict drawing to a single shape."""

    def choose(label, shape):
        monkeypatch.setattr(digit_shapes, "SHAPES", {label: (shape,)})

    return choose


@every_shape
def test_a_network_that_saw_nothing_but_mnist_reads_most_of_them(only, label, shape):
    only(label, shape)
    rng = np.random.default_rng(0)
    inks = [np.clip(1.8 - skeleton_field(rng, label) / UNIT, 0, 1) for _ in range(100)]
    answers = shuzi.load("tiny").classify(np.stack([normalize(np.uint8(255 * ink)) for ink in inks])).argmax(axis=1)
    assert np.mean(answers == label) > SURPRISING.get(shape.__name__, 0.85)


@every_shape
def test_it_stands_as_large_as_mnists_digits_and_in_the_middle(only, label, shape):
    only(label, shape)
    rng = np.random.default_rng(1)
    for _ in range(30):
        rows, columns = np.nonzero(skeleton_field(rng, label) == 0)
        assert 19 * FINE <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 21 * FINE
        for places in (rows, columns):
            assert abs((places.min() + places.max()) / 2 - (28 * FINE - 1) / 2) <= 1


@every_shape
def test_no_two_writings_are_alike(only, label, shape):
    only(label, shape)
    rng = np.random.default_rng(2)
    assert len({skeleton_field(rng, label).tobytes() for _ in range(20)}) == 20


@pytest.mark.parametrize("label", range(10))
def test_the_field_holds_the_distances_that_scipy_finds(label):
    field = skeleton_field(np.random.default_rng(3), label)
    expected = np.minimum(distance_transform_edt(field) * UNIT / FINE, 255)
    np.testing.assert_allclose(field, expected, atol=1)


def test_the_generator_decides_the_shape_and_its_variation():
    one, again, other = (skeleton_field(np.random.default_rng(seed), 4) for seed in (5, 5, 6))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)


def test_a_point_that_is_named_twice_is_a_corner():
    def curve(*points):
        return digit_shapes._curve([places[each] for each in points])

    places = {"start": np.array([0.0, 1.0]), "top": np.array([0.5, 0.0]), "end": np.array([1.0, 1.0])}
    sharp, round_off = curve("start", "top", "top", "end"), curve("start", "top", "end")
    np.testing.assert_allclose(sharp[:, 1], np.abs(2 * sharp[:, 0] - 1), atol=1e-12)
    assert np.abs(round_off[:, 1] - np.abs(2 * round_off[:, 0] - 1)).max() > 0.05


@pytest.mark.parametrize("label", [1, 4, 7])
def test_the_lines_pass_the_points_of_the_shape(label, monkeypatch):
    """The lines run along the points and reach each of them."""
    points = [(0.0, 0.4), (0.5, 0.0), (0.5, 0.0), (0.5, 1.0)]
    monkeypatch.setattr(digit_shapes, "SHAPES", {label: (lambda _: [points],)})
    monkeypatch.setattr(digit_shapes, "_STRAY", 0)
    field = skeleton_field(np.random.default_rng(0), label) / UNIT  # in pixels of the image
    for x, y in points:
        column, row = (x - 0.25) * 40 + 27.5, (y - 0.5) * 40 + 27.5
        assert field[round(row), round(column)] <= 0.75
    assert field[48, 20] > 3  # left of the foot


every_quick_shape = pytest.mark.parametrize(
    ("digit", "shape"),
    [(digit, shape) for digit, shapes in enumerate(WORLD) for shape in shapes if shape not in SHAPES[digit]],
    ids=lambda each: getattr(each, "__name__", ""),
)
READ = {"_flat_one": 0.6, "_hooked_one": 0.5, "_arched_four": 0.5, "_tall_h_four": 0.3, "_s_nine": 0.7}
"""The minimum fraction that the shipped classifier reads, where it is not 0.85: it never saw such shapes."""


@every_quick_shape
@pytest.mark.parametrize("haste", [0.0, 3.0])
def test_a_reader_that_never_saw_them_reads_most_of_them(digit, shape, haste):
    rng, inks = np.random.default_rng(0), []
    for _ in range(100):
        lines = [(curve * 40).astype(np.float32) for curve in curves_of(rng, shape(rng))]
        inks.append(normalize(written(hurried(lines, haste) if haste else lines, Pen(4.0))[0]))
    answers = shuzi.load().classify(np.stack(inks)).argmax(axis=1)
    assert np.mean(answers == digit) > READ.get(shape.__name__, 0.85)


def test_every_digit_has_more_shapes_than_before():
    assert len(WORLD) == 10
    assert all(len(set(shapes)) == len(shapes) > len(SHAPES[digit]) for digit, shapes in enumerate(WORLD))
