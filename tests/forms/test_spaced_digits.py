"""How far apart digits stand in a field makes nothing unsure: what is printed there may have spaced them."""

import cv2
import numpy as np
import pytest

from shuzi.forms.boxes import Cut
from shuzi.forms.decide import decide
from shuzi.forms.layout import PlacedField
from shuzi.forms.read import read_open
from shuzi.forms.spec import OPEN, Field
from shuzi.ink.boxes import Box

HIGH, AROUND = 48, 18


@pytest.fixture
def written(mnist):
    """Return a writer of MNIST's digits in an open field, at these places in pixels."""
    images, labels = mnist.validation.images, mnist.validation.labels

    def write(text, places):
        field = np.zeros((HIGH + 2 * AROUND, places[-1] + 2 * HIGH), np.uint8)
        for position, (character, x) in enumerate(zip(text, places, strict=True)):
            digit = images[np.flatnonzero(labels == int(character))[position + 8]]
            large = cv2.resize(digit, (HIGH, HIGH), interpolation=cv2.INTER_CUBIC)
            field[AROUND : AROUND + HIGH, x : x + HIGH] = large
        return 255 - np.rint(field * 0.85).astype(np.uint8)

    return write


def test_a_gap_in_an_open_field_is_no_doubt(reader, written):
    inside = written("8045", [20, 60, 190, 230])
    assert reader.read(np.pad(inside, 10, constant_values=255)).advice[0] == "reading.wide_gap"
    field = Field("n", boxes=4, style=OPEN)
    place = PlacedField(field, 0, (Box(1.0, 1.0, 30.0, 8.5),))
    opened = read_open(field, Cut(place, (), inside, None, inside, Box(0, 0, 72, 84), True), reader)
    cell = decide(field, opened.texts, amiss=opened.amiss)
    assert (opened.texts[0][0], opened.amiss, cell.status) == ("8045", False, "ok")
