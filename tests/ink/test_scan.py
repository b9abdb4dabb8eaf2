import numpy as np
import pytest

from shuzi.ink.components import components
from shuzi.ink.paper import contrast_map, ink_map
from shuzi.ink.resize import resize
from shuzi.ink.scan import Scan


def page(seed, shape=(90, 160)):
    rng = np.random.default_rng(seed)
    grey = rng.normal(220, 3, shape)
    for x in range(20, shape[1] - 20, 40):
        grey[20 : shape[0] - 20, x : x + 6] = 40
    return np.clip(np.rint(grey), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("polarity", [0, 255])
@pytest.mark.parametrize("first", ["ink", "contrast", "components"])
def test_a_scan_holds_what_the_maps_are_of_its_picture_whatever_is_asked_first(polarity, first):
    grey = page(0) ^ np.uint8(polarity)
    scan = Scan.of(grey, 1_000)
    getattr(scan, first)
    assert scan.grey is grey
    np.testing.assert_array_equal(scan.ink, ink_map(grey))
    np.testing.assert_array_equal(scan.contrast, contrast_map(grey))
    np.testing.assert_array_equal(scan.components.boxes, components(ink_map(grey)).boxes)


def test_nothing_is_worked_out_twice():
    scan = Scan.of(page(1), 1_000)
    assert scan.ink is scan.ink
    assert scan.contrast is scan.contrast
    assert scan.components is scan.components


@pytest.mark.parametrize(("shape", "seen"), [((90, 160), (56, 100)), ((300, 120), (100, 40)), ((100, 7), (100, 7))])
def test_a_large_picture_is_seen_smaller_and_its_own_size_is_kept(shape, seen):
    scan = Scan.of(page(2, shape), 100)
    assert (scan.shape, scan.grey.shape, scan.ink.shape) == (shape, seen, seen)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("scale", [0.001, 0.3, 1.0, 2.5])
def test_resizing_keeps_the_type_and_the_mean(dtype, scale):
    picture = page(3).astype(dtype)
    found = resize(picture, scale)
    assert found.dtype == dtype
    assert found.shape == tuple(max(1, round(side * scale)) for side in picture.shape)
    assert found.mean() == pytest.approx(picture.mean(), rel=0.02)


def test_resizing_leaves_as_many_pixels_as_it_is_told():
    assert resize(page(4), 0.001, least=2).shape == (2, 2)
