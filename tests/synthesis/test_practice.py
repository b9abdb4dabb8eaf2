"""What the course practises on: a sheet has its digits in rows, a photograph shows the digit it was made from."""

import cv2
import numpy as np
import pytest

from shuzi import load
from shuzi.ink.normalize import normalize
from shuzi.ink.paper import ink_map
from shuzi.synthesis.practice import compose_photos, draw_sheet


def test_a_sheet_has_a_row_for_each_digit_and_its_digits_are_apart():
    sheet = draw_sheet(seed=3, per_digit=6)
    pieces, _ = cv2.connectedComponents((sheet < 180).astype(np.uint8))
    assert sheet.shape == (1200, 720)
    for digit in range(10):
        for position in range(6):
            assert (sheet[120 * digit : 120 * (digit + 1), 120 * position : 120 * (position + 1)] < 120).any()
    assert not (sheet[119::120] < 225).any()
    assert pieces >= 60


def test_the_seed_decides(mnist):
    images = mnist.test.images[:5]
    assert (draw_sheet(1, 2) == draw_sheet(1, 2)).all()
    assert (draw_sheet(1, 2) != draw_sheet(2, 2)).any()
    assert (compose_photos(images, 1) == compose_photos(images, 1)).all()
    assert (compose_photos(images, 1) != compose_photos(images, 2)).any()


@pytest.mark.parametrize("shadow", [True, False])
def test_a_photograph_shows_the_digit_it_was_made_from(mnist, shadow):
    photos = compose_photos(mnist.test.images[:40], shadow=shadow)
    seen = np.stack([normalize(ink_map(photo)) for photo in photos])
    answers = load().classify(seen).argmax(axis=1)
    assert np.mean(answers == mnist.test.labels[:40]) > 0.95


def test_light_falls_off_only_with_a_shadow(mnist):
    def unevenness(photos):
        corners = photos[:, [0, 0, -1, -1], [0, -1, 0, -1]].astype(int)
        return np.ptp(corners, axis=1).min()

    assert unevenness(compose_photos(mnist.test.images[:20])) > 50
    assert unevenness(compose_photos(mnist.test.images[:20], shadow=False)) == 0
