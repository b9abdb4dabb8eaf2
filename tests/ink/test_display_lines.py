import cv2
import numpy as np

from shuzi.ink.strips import display_strip


def line():
    grey = np.full((60, 300), 190, np.uint8)
    cv2.putText(grey, "8 1 4", (20, 48), cv2.FONT_HERSHEY_SIMPLEX, 1.5, 60, 4)
    return grey


def test_light_digits_become_the_strip_that_dark_ones_do():
    dark, light = display_strip(line()), display_strip(255 - line(), light_on_dark=True)
    assert dark.shape == (48, 240)
    assert np.abs(dark.astype(int) - light).max() <= 1
    assert np.abs(display_strip(255 - line()).astype(int) - dark).max() > 50


def test_contrast_and_a_shadow_across_count_for_little():
    plain = display_strip(line()).astype(float)
    shadow = np.linspace(0.45, 1.0, 300)[None]
    for grey in (line() * shadow, 120 + 0.2 * line()):
        assert np.corrcoef(plain.ravel(), display_strip(grey.astype(np.uint8)).ravel())[0, 1] > 0.9


def test_a_strip_has_a_width_that_the_recogniser_takes():
    for shape in ((3, 2), (500, 20), (20, 5_000)):
        strip = display_strip(np.zeros(shape, np.uint8))
        assert strip.shape[0] == 48
        assert 24 <= strip.shape[1] <= 640
        assert strip.shape[1] % 4 == 0
