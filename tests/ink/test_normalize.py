import cv2
import numpy as np
import pytest

from shuzi.errors import PictureError
from shuzi.ink.normalize import LONGER, SIDE, normalize

NEAR = 15  # in mean grey levels, as `apart` measures


def _centre(image):
    weights = image.astype(float)
    return [float(weights.sum(axis=1 - axis) @ np.arange(SIDE)) / weights.sum() for axis in (0, 1)]


def _size(image):
    return cv2.boundingRect(image)[2:]


@pytest.fixture(scope="module")
def images(mnist):
    return mnist.test.images[:1_000]


@pytest.fixture(scope="module")
def found(images):
    return np.stack([normalize(image) for image in images])


def test_images_of_mnist_stay_as_they_are(images, found):
    assert (found == images).all(axis=(1, 2)).mean() >= 0.85
    assert np.abs(found.astype(int) - images).mean(axis=(1, 2)).max() < 0.5


def test_the_longer_side_is_twenty_and_the_brightest_ink_full(found):
    assert (found.shape, found.dtype) == ((1_000, SIDE, SIDE), np.uint8)
    assert {max(_size(image)) for image in found} == {LONGER}
    assert (found.max(axis=(1, 2)) == 255).all()


@pytest.mark.parametrize("change", [lambda ink: ink, lambda ink: ink // 3, lambda ink: cv2.resize(ink, (90, 140))])
def test_the_centre_of_mass_is_in_the_middle(images, change):
    centres = np.array([_centre(normalize(change(image))) for image in images[:300]])
    assert np.abs(centres - 14).max() <= 1


def test_framing_twice_changes_nothing_more(images):
    for image in images[:100]:
        once = normalize(cv2.resize(image, (170, 170)))
        assert np.abs(normalize(once).astype(int) - once).mean() < 1


@pytest.mark.parametrize("side", [56, 140, 700])
@pytest.mark.parametrize("method", [cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC])
def test_the_size_of_a_picture_matters_little(images, apart, side, method):
    scaled = [normalize(cv2.resize(image, (side, side), interpolation=method)) for image in images[:60]]
    assert apart(scaled, images[:60]).max() < NEAR + 3


def test_where_the_digit_stands_does_not_matter(images):
    for image in images[:50]:
        for y, x in ((0, 0), (3, 90), (120, 41)):
            page = np.zeros((150, 130), np.uint8)
            page[y : y + 28, x : x + 28] = image
            np.testing.assert_array_equal(normalize(page), normalize(image))


def test_the_aspect_is_kept():
    for height, width in ((100, 50), (50, 100), (200, 200), (100, 10)):
        ink = np.full((height, width), 255, np.uint8)
        wide, high = _size(normalize(ink))
        assert (high, wide) == (
            round(LONGER * height / max(height, width)),
            round(LONGER * width / max(height, width)),
        )


@pytest.mark.parametrize("pen", [1, 2, 5])
@pytest.mark.parametrize("side", [500, 2_000])
def test_thin_strokes_of_a_large_drawing_stay_visible(side, pen):
    ink = np.zeros((side, side), np.uint8)
    seven = np.array([[[2, 1], [8, 1], [4, 9]]]) * side // 10
    cv2.polylines(ink, [seven], isClosed=False, color=255, thickness=pen)
    image = normalize(ink)
    per_row = image.astype(int).sum(axis=1)[image.any(axis=1)] / 255
    assert per_row.min() > 0.9  # in no row is the stroke thinner or paler than a full pixel
    assert 35 < (image > 128).sum() < 60  # and it is still a line


def test_a_thick_stroke_is_not_made_thicker():
    ink = np.zeros((800, 800), np.uint8)
    ink[100:700, 300:400] = 255
    assert _size(normalize(ink)) == (3, 20)


@pytest.mark.parametrize("place", [(5, 5), (5, 190), (190, 100)])
def test_a_speck_far_from_the_digit_is_left_out(images, place):
    for image in images[:30]:
        ink = np.zeros((200, 200), np.uint8)
        ink[60:144, 60:144] = cv2.resize(image, (84, 84))
        clean = normalize(ink)
        ink[place[0] : place[0] + 3, place[1] : place[1] + 3] = 255
        np.testing.assert_array_equal(normalize(ink), clean)


def test_a_separate_stroke_is_no_speck():
    five = np.zeros((120, 100), np.uint8)
    five[30:110, 20:30] = 255
    five[5:15, 40:90] = 255  # the top stroke, which many people write separately
    assert normalize(five)[:8].any()
    assert _size(normalize(five)) == (13, 20)


@pytest.mark.parametrize("shape", [(28, 28), (1, 1), (300, 200)])
def test_no_ink_is_an_error_that_says_so(shape):
    with pytest.raises(PictureError) as caught:
        normalize(np.zeros(shape, np.uint8))
    assert caught.value.key == "error.picture.blank"


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (3, 3_000), (3_000, 3)])
def test_ink_of_any_shape_fits_the_frame(shape):
    for value in (1, 255):
        image = normalize(np.full(shape, value, np.uint8))
        assert image.shape == (SIDE, SIDE)
        assert image.max() == 255
        assert max(_size(image)) == LONGER


def test_a_digit_of_dots_is_no_heap_of_specks():
    dots = np.zeros((200, 200), np.uint8)
    dots[::20, ::20] = 255  # a hundred dots, each one hundredth of the ink
    assert (normalize(dots) > 0).sum() >= 100


def test_the_ink_that_is_handed_in_is_not_changed(images):
    ink = images[0].copy()
    normalize(ink)
    np.testing.assert_array_equal(ink, images[0])
