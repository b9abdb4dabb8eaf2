import cv2
import numpy as np
import pytest

from shuzi.ink.normalize import normalize
from shuzi.ink.paper import (
    CONTRAST,
    MIN_CONTRAST,
    PAPER,
    SOLID,
    Scan,
    contrast_map,
    find_components,
    ink_map,
    map_line,
)

NEAR = 15  # in mean grey levels, as `apart` measures


def _page(image, paper=220, ink=40, margin=60):
    """Draw an image of MNIST large and dark on a light page."""
    large = np.pad(cv2.resize(image, (280, 280), interpolation=cv2.INTER_LINEAR), margin) / 255
    return np.rint(paper - (paper - ink) * large).astype(np.uint8)


def _light(shape, darkest, kind):
    """Let the light fall off across a page, down to a fraction."""
    y, x = np.meshgrid(*(np.linspace(0, 1, size) for size in shape), indexing="ij")
    way = {
        "right": x,
        "left": 1 - x,
        "down": y,
        "corner": (x + y) / 2,
        "hand": 1 / (1 + np.exp(12 * (0.5 - x))),  # one half is in shadow
        "lamp": (2 * x - 1) ** 2,
        "lens": ((2 * x - 1) ** 2 + (2 * y - 1) ** 2) / 2,  # the corners are darker
    }[kind]
    return 1 - (1 - darkest) * way


def _read(pages):
    return np.stack([normalize(ink_map(page)) for page in pages])


@pytest.fixture(scope="module")
def images(mnist):
    return mnist.test.images[:40]


def test_images_of_mnist_pass_almost_as_they_are(images):
    found = np.stack([ink_map(image) for image in images]).astype(int)
    assert np.abs(found - images).mean(axis=(1, 2)).max() < 6
    assert found[images == 0].max() == 0


@pytest.mark.parametrize(("paper", "ink"), [(255, 0), (230, 120), (120, 20), (200, 160)])
def test_ink_is_full_and_paper_empty_whatever_their_brightness(images, apart, paper, ink):
    pages = [_page(image, paper, ink) for image in images]
    assert ink_map(pages[0]).max() == 255
    assert ink_map(pages[0])[:40].max() == 0
    assert apart(_read(pages), images).max() < NEAR


def test_light_on_dark_is_the_same_as_dark_on_light(images):
    for page in (*images[:20], *(_page(image) for image in images[:20])):
        np.testing.assert_array_equal(ink_map(page), ink_map(255 - page))


SLOPES = [(kind, darkest) for kind in ("right", "left", "down", "corner") for darkest in (0.7, 0.4)]


@pytest.mark.parametrize(("kind", "darkest"), [*SLOPES, ("hand", 0.7), ("hand", 0.5), ("lamp", 0.85), ("lens", 0.7)])
def test_a_shadow_across_the_page_is_no_ink(images, apart, kind, darkest):
    pages = [_page(image) for image in images]
    light = _light(pages[0].shape, darkest, kind)
    shadowed = _read([np.rint(page * light).astype(np.uint8) for page in pages])
    away = apart(shadowed, _read(pages))
    assert np.median(away) < 5
    assert away.max() < NEAR


@pytest.mark.parametrize(("kind", "darkest"), [("lamp", 0.4), ("hand", 0.3)])
def test_light_that_divides_the_rim_turns_no_ink_into_paper(images, kind, darkest):
    for image in images:
        page = _page(image)
        seen = np.rint(page * _light(page.shape, darkest, kind)).astype(np.uint8)
        for one in (seen, 255 - seen):
            brighter = contrast_map(one).astype(float) - cv2.blur(contrast_map(one), (61, 61))
            assert brighter[page < 60].mean() > 10


@pytest.mark.parametrize("kind", ["right", "corner", "hand", "lamp", "lens"])
def test_a_shadow_alone_is_blank(kind):
    page = np.rint(240 * _light((300, 400), 0.5, kind)).astype(np.uint8)
    assert ink_map(page).max() == 0
    assert ink_map(255 - page).max() == 0


@pytest.mark.parametrize("noise", [0, 2, 8])
@pytest.mark.parametrize("brightness", [10, 128, 245])
def test_an_empty_page_is_blank_also_with_noise(noise, brightness):
    rng = np.random.default_rng(0)
    page = np.clip(rng.normal(brightness, noise, (200, 300)), 0, 255).astype(np.uint8)
    assert ink_map(page).max() == 0


def test_noise_does_not_change_what_is_read(images, apart):
    rng = np.random.default_rng(0)
    pages = [np.clip(rng.normal(_page(image), 6), 0, 255).astype(np.uint8) for image in images]
    assert apart(_read(pages), images).max() < NEAR + 3


def test_the_faintest_ink_that_counts():
    page = np.full((60, 60), 200, np.uint8)
    page[20:40, 28:32] = 200 - MIN_CONTRAST
    assert ink_map(page)[30, 30] == 255
    page[20:40, 28:32] += 1
    assert ink_map(page).max() == 0


def test_ink_at_the_rim_is_ink(images, apart):
    found = []
    wide = [image for image in images if cv2.boundingRect(image)[2] >= 12]  # a bar cut out is nothing but ink
    for image in wide:
        x, y, width, height = cv2.boundingRect(image)
        found.append(_page(image, margin=0)[10 * y : 10 * (y + height), 10 * x : 10 * (x + width)])
    away = apart(_read(found), np.stack(wide))
    assert np.median(away) < NEAR / 2
    assert np.quantile(away, 0.9) < NEAR


def test_a_long_strip_with_its_digits_at_the_rim_keeps_them(mnist):
    row = np.hstack(mnist.test.images[:20])
    row = cv2.resize(row[row.any(axis=1)], None, fx=3, fy=3, interpolation=cv2.INTER_LINEAR)
    page = (220 - 180 * (row / 255)) * _light(row.shape, 0.6, "right")
    assert np.abs(ink_map(np.rint(page).astype(np.uint8)).astype(int) - row).mean() < 10


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (2, 900), (5, 5)])
def test_pictures_of_any_shape_become_ink_of_that_shape(shape):
    rng = np.random.default_rng(0)
    for page in (np.zeros(shape), np.full(shape, 255), rng.integers(0, 256, shape)):
        found = ink_map(page.astype(np.uint8))
        assert (found.shape, found.dtype) == (shape, np.uint8)
        assert page.any() or not found.any()


def _flat(brightness, noise, seed=0):
    return np.clip(np.random.default_rng(seed).normal(brightness, noise, (120, 200)), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("paper", "ink"), [(255, 0), (230, 120), (120, 20), (200, 160)])
def test_in_a_contrast_map_paper_and_ink_have_their_brightness_whatever_they_had(images, paper, ink):
    for image in images:
        found = contrast_map(_page(image, paper, ink)).astype(int)
        assert np.median(found) == PAPER == 64
        assert abs(np.quantile(found, 0.996) - (PAPER + CONTRAST)) <= 4
        assert PAPER + CONTRAST == 192


@pytest.mark.parametrize("noise", [0, 6])
def test_a_contrast_map_is_the_same_of_light_on_dark(images, noise):
    rng = np.random.default_rng(0)
    for image in images[:20]:
        page = np.clip(rng.normal(_page(image), noise), 0, 255).astype(np.uint8)
        np.testing.assert_array_equal(contrast_map(page), contrast_map(255 - page))


@pytest.mark.parametrize("noise", [0, 1, 3])
@pytest.mark.parametrize("brightness", [10, 128, 245])
def test_noise_alone_is_made_no_larger_than_the_faintest_ink_would_be(noise, brightness):
    page = _flat(brightness, noise)
    found = contrast_map(page).astype(float)
    most = np.abs(page - np.median(page)) * CONTRAST / MIN_CONTRAST
    assert (np.abs(found - PAPER) <= most + CONTRAST / MIN_CONTRAST + 1).all()


def test_a_shadow_stays_in_a_contrast_map(images):
    page = _page(images[0])
    shadowed = np.rint(page * _light(page.shape, 0.5, "right")).astype(np.uint8)
    columns = contrast_map(shadowed)[:20].mean(axis=0)
    assert columns[-20:].mean() > columns[:20].mean() + 30
    assert np.ptp(contrast_map(page)[:20]) == 0


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (2, 900), (5, 5)])
def test_pictures_of_any_shape_have_a_contrast_map_of_that_shape(shape):
    rng = np.random.default_rng(0)
    for page in (np.zeros(shape), np.full(shape, 255), rng.integers(0, 256, shape)):
        found = contrast_map(page.astype(np.uint8))
        assert (found.shape, found.dtype) == (shape, np.uint8)
    assert (contrast_map(np.full(shape, 77, np.uint8)) == PAPER).all()


def _strokes(seed, shape=(90, 160)):
    rng = np.random.default_rng(seed)
    grey = rng.normal(220, 3, shape)
    for x in range(20, shape[1] - 20, 40):
        grey[20 : shape[0] - 20, x : x + 6] = 40
    return np.clip(np.rint(grey), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("polarity", [0, 255])
def test_a_scan_holds_the_maps_of_its_picture(polarity):
    grey = _strokes(0) ^ np.uint8(polarity)
    scan = Scan.of(grey, 1_000)
    assert scan.grey is grey
    np.testing.assert_array_equal(scan.ink, ink_map(grey))
    np.testing.assert_array_equal(scan.contrast, contrast_map(grey))
    np.testing.assert_array_equal(scan.components.boxes, find_components(ink_map(grey)).boxes)


@pytest.mark.parametrize(("shape", "seen"), [((90, 160), (56, 100)), ((300, 120), (100, 40)), ((100, 7), (100, 7))])
def test_a_large_picture_is_seen_smaller_and_its_own_size_is_kept(shape, seen):
    scan = Scan.of(_strokes(2, shape), 100)
    assert (scan.shape, scan.grey.shape, scan.ink.shape) == (shape, seen, seen)


@pytest.mark.parametrize(("low", "wide", "is_widened"), [(True, 1, True), (True, 2, False), (False, 1, False)])
def test_only_low_strokes_of_one_pixel_are_widened(low, wide, is_widened):
    grey = np.full((64, 64), 230, np.uint8)
    grey[10 : 30 if low else 60, 30 : 30 + wide] = 20
    columns = np.flatnonzero(Scan.of(grey, 100).ink.any(axis=0))
    assert columns.tolist() == ([29, 30, 31] if is_widened else list(range(30, 30 + wide)))


def test_the_edge_of_a_shadow_across_a_line_is_no_ink():
    y, x = np.indices((60, 240))
    light = np.where(x + 0.4 * y < 130, 215, 90).astype(np.uint8)
    grey = np.asarray(cv2.GaussianBlur(light, (0, 0), 1.5), np.uint8)  # as sharp as a lens shows it
    strokes = [30, 60, 170, 200]
    for column in strokes:
        grey[15:45, column : column + 4] = grey[15:45, column : column + 4] // 3
    ink, contrast = map_line(grey, 30.0)
    columns = np.flatnonzero((ink[12:48] >= SOLID).any(axis=0))  # the band of the digits
    assert {min(strokes, key=lambda stroke: abs(stroke - column)) for column in columns} == set(strokes)
    assert all(min(abs(column - stroke - 2) for stroke in strokes) <= 4 for column in columns)
    assert (contrast[5, [10, 100, 150, 230]] < PAPER + 20).all()
