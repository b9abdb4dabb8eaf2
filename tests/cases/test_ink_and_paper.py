"""Single digits, written with anything on anything."""

import cv2
import numpy as np
import pytest

NEARLY_ALL = 17  # of twenty


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_black_on_white(right, draw):
    assert right(lambda ink: draw(ink, 255, 0)) >= NEARLY_ALL


def test_white_on_black(right, draw):
    assert right(lambda ink: draw(ink, 0, 255)) >= NEARLY_ALL


def test_a_blue_pen(right, draw):
    assert right(lambda ink: draw(ink, np.array([244.0, 242, 235]), (40, 60, 170))) >= NEARLY_ALL


def test_a_red_pen_on_yellow_paper(right, draw):
    assert right(lambda ink: draw(ink, np.array([250.0, 235, 150]), (200, 40, 40))) >= NEARLY_ALL


def test_a_pale_pencil(right, draw, rng):
    def picture(ink):
        grain = rng.uniform(0.5, 1, ink.shape)
        page = draw(ink * grain, 225, 140) + rng.normal(0, 3, ink.shape)
        return np.clip(np.rint(page), 0, 255).astype(np.uint8)

    assert right(picture) >= NEARLY_ALL


def test_chalk_on_a_board(right, draw, rng):
    def picture(ink):
        board = np.clip(rng.normal(55, 6, ink.shape), 0, 255)
        grain = cv2.GaussianBlur(rng.uniform(0.4, 1, ink.shape), (0, 0), 0.8)
        return draw(ink * grain, board, 225)

    assert right(picture) >= NEARLY_ALL


def test_a_white_on_black_drawing(right, draw):
    """As drawn with a finger on a screen: strokes of equal width with hard edges."""
    assert right(lambda ink: draw((ink > 0.5).astype(np.float32), 0, 255), height=200) >= NEARLY_ALL


def test_a_pure_black_pen_on_pure_white(right, draw):
    """The old tutorial misread this: 0 wrapped around, and ink became paper."""
    assert right(lambda ink: draw((ink > 0.5).astype(np.float32), np.array([255.0] * 3), (0, 0, 0))) >= NEARLY_ALL


@pytest.mark.parametrize("side", [1, -1])
def test_a_photo_with_a_shadow_across_it(right, draw, side):
    def picture(ink):
        across = np.linspace(-1, 1, ink.shape[1]) * side
        return np.rint(draw(ink) * (1 - 0.5 / (1 + np.exp(-7 * across)))).astype(np.uint8)

    assert right(picture) >= NEARLY_ALL


def test_light_that_falls_off_towards_a_corner(right, draw):
    def picture(ink):
        y, x = np.indices(ink.shape) / max(ink.shape)
        return np.rint(draw(ink) * (1 - 0.3 * (x + y))).astype(np.uint8)

    assert right(picture) >= NEARLY_ALL


def _lined(ink, line, across):
    paper = np.full(ink.shape, 238.0)
    step = 45
    for place in (20, 21):
        paper[place::step] = line
        if across:
            paper[:, place::step] = line
    return paper


def test_faintly_squared_paper(right, draw):
    assert right(lambda ink: draw(ink, _lined(ink, 190, True))) >= NEARLY_ALL


def test_faintly_ruled_paper(right, draw):
    assert right(lambda ink: draw(ink, _lined(ink, 180, False))) >= NEARLY_ALL


def test_squared_paper(right, draw):
    assert right(lambda ink: draw(ink, _lined(ink, 120, True))) >= NEARLY_ALL


def test_ruled_paper(right, draw):
    assert right(lambda ink: draw(ink, _lined(ink, 110, False))) >= NEARLY_ALL


def test_the_printed_pattern_of_a_cheque(right, draw):
    def picture(ink):
        y, x = np.indices(ink.shape)
        pattern = np.sin(x / 6 + 3 * np.sin(y / 11)) * np.cos(y / 7 + 2 * np.sin(x / 17))
        return draw(ink, 205 + 18 * pattern, 45)

    assert right(picture) >= NEARLY_ALL


def test_noise(right, draw, rng):
    def picture(ink):
        return np.clip(np.rint(rng.normal(draw(ink), 12)), 0, 255).astype(np.uint8)

    assert right(picture) >= NEARLY_ALL


def test_a_blurred_photo(right, draw):
    assert right(lambda ink: cv2.GaussianBlur(draw(ink), (0, 0), 5)) >= NEARLY_ALL


def test_a_photo_with_little_contrast(right, draw):
    assert right(lambda ink: draw(ink, 150, 105)) >= NEARLY_ALL


@pytest.mark.parametrize("height", [12, 20, 60, 300, 2_000])
def test_digits_of_any_height(right, draw, height):
    assert right(draw, height=height) >= NEARLY_ALL


@pytest.mark.parametrize("margin", [0.05, 3])
def test_little_and_much_paper_around(right, draw, margin):
    assert right(draw, margin=margin) >= NEARLY_ALL


@pytest.mark.parametrize("stroke", [-7, 9])
def test_thin_and_thick_strokes(right, draw, stroke):
    pen = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (abs(stroke), abs(stroke)))
    change = cv2.dilate if stroke > 0 else cv2.erode
    assert right(lambda ink: draw(change(ink, pen)), height=120) >= NEARLY_ALL


@pytest.mark.parametrize("slant", [-0.3, 0.4])
def test_a_slant(right, draw, slant):
    def picture(ink):
        height, width = ink.shape
        turn = np.array([[1, -slant, max(slant, 0) * height], [0, 1, 0]])
        return draw(cv2.warpAffine(ink, turn, (width + round(abs(slant) * height), height)))

    assert right(picture) >= NEARLY_ALL


def test_digits_that_are_broken_into_pieces(right, draw):
    def picture(ink):
        ink = ink.copy()
        for y in range(ink.shape[0] // 5, ink.shape[0], ink.shape[0] // 4):
            ink[y : y + 3] = 0
        return draw(ink)

    assert right(picture) >= NEARLY_ALL
