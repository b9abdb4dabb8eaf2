import numpy as np
import pytest

from shuzi.ink.strips import COLUMN, HEIGHT, LONGEST, SHORTEST, cut_strip, frame_band, frame_whole, measure_length


def test_a_strip_shows_what_is_in_the_frame_at_its_height():
    page = np.full((60, 200), 64, np.uint8)
    page[20:44, 50:62] = 192  # 24 of the frame's 48 rows, so 24 of the strip's
    strip = cut_strip(page, (30.0, 8.0, 100.0, 48.0))
    assert strip.shape == (HEIGHT, 100)
    rows, columns = np.nonzero(strip > 128)
    assert (rows.min(), rows.max() + 1, columns.min(), columns.max() + 1) == (12, 36, 20, 32)


@pytest.mark.parametrize("scale", [0.25, 0.5, 2.0, 3.0])
def test_a_larger_picture_gives_the_same_strip(scale):
    y, x = np.indices((160, 480))
    page = (64 + 128 * np.exp(-(((x - 200) / 30.0) ** 2) - ((y - 80) / 20.0) ** 2)).astype(np.uint8)
    rows, columns = (((np.arange(round(side * scale)) + 0.5) / scale).astype(int) for side in page.shape)
    large = page[rows[:, None], columns[None]]
    frame = (80.0, 20.0, 240.0, 120.0)
    apart = cut_strip(page, frame).astype(int) - cut_strip(large, tuple(each * scale for each in frame))
    assert np.abs(apart).mean() < 2


def test_beyond_the_picture_its_rim_goes_on():
    page = np.full((40, 40), 70, np.uint8)
    assert set(np.unique(cut_strip(page, (-30.0, -10.0, 100.0, 60.0)))) == {70}


@pytest.mark.parametrize("frame", [(0.0, 0.0, 1.0, 30.0), (5.0, 5.0, 4_000.0, 10.0), (500.0, 500.0, 20.0, 20.0)])
def test_every_frame_gives_a_strip_that_the_recogniser_takes(frame):
    strip = cut_strip(np.full((40, 60), 64, np.uint8), frame)
    assert strip.shape[0] == HEIGHT
    assert SHORTEST <= strip.shape[1] <= LONGEST
    assert strip.shape[1] % COLUMN == 0


def test_a_long_descender_does_not_make_the_zeros_small():
    """The band holds the zeros at about 28 of 48 pixels; from the highest to the lowest ink they get 15."""
    zeros = [(20.0 * place, 10.0, 15.0, 20.0) for place in range(4)]
    seven = (80.0, 10.0, 15.0, 48.0)
    assert 20 / frame_band([*zeros, seven])[3] * HEIGHT > 26
    assert 20 / frame_whole([*zeros, seven])[3] * HEIGHT < 17


def test_the_band_holds_every_character_from_left_to_right():
    x, _, width, _ = frame_band([(40, 0, 10, 20), (10, 0, 10, 20), (25, 12, 4, 2)])
    assert x < 10
    assert x + width > 50


def test_a_strip_is_as_long_as_its_frame_and_not_too_long():
    assert measure_length((10.0, 5.0, 50.0, 20.0)) == 120
    assert measure_length((0.0, 0.0, 1e6, 20.0)) == LONGEST
