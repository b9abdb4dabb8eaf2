"""Ink hardly darker than its paper, so that no global threshold finds it."""

import cv2
import numpy as np
import pytest

from shuzi.ink.paper import MIN_CONTRAST, ink_map


def page(mnist, places, paper, ink, noise, rng):
    """Write test digits in a row with a hard, faint pencil."""
    wide = 70 * len(places) + 40
    picture = np.full((150, wide), float(paper))
    for number, place in enumerate(places):
        digit = cv2.resize(mnist.test.images[place], (84, 84), interpolation=cv2.INTER_CUBIC) / 255
        part = picture[33:117, 15 + 70 * number : 99 + 70 * number]
        part -= (paper - ink) * digit[:, : part.shape[1]]
    picture = cv2.GaussianBlur(picture, (0, 0), 0.8) + rng.normal(0, noise, picture.shape)
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("contrast", [16, 20])
def test_a_hard_pencil(reader, mnist, contrast):
    assert contrast < MIN_CONTRAST
    rng = np.random.default_rng(contrast)
    right = 0
    for first in range(0, 60, 3):
        places = [first, first + 1, first + 2]
        picture = page(mnist, places, 205, 205 - contrast, 1.5, rng)
        assert not ink_map(picture).any()
        right += reader.read(picture).text == "".join(str(mnist.test.labels[each]) for each in places)
    assert right > 10  # of twenty


@pytest.mark.parametrize("noise", [0, 3, 10])
def test_paper_alone_stays_blank(reader, mnist, noise):
    rng = np.random.default_rng(noise)
    for paper in (90, 205, 255):
        assert reader.read(page(mnist, [], paper, paper, noise, rng)).status == "blank"


@pytest.mark.parametrize("ink", [110, 130])
@pytest.mark.parametrize("blur", [1, 2, 3])
def test_a_pale_1_in_a_cell_is_not_taken_for_a_printed_line(reader, ink, blur):
    for x in (28, 36, 44):
        cell = np.full((74, 74), 165, np.uint8)
        cv2.line(cell, (0, 6), (74, 6), 60, 4)
        cv2.line(cell, (66, 0), (66, 74), 60, 4)
        cv2.line(cell, (x, 24), (x, 54), ink, 5)
        cv2.line(cell, (x, 24), (x - 6, 30), ink, 4)
        assert reader.read(cv2.GaussianBlur(cell, (0, 0), blur)).status != "blank"
