"""When simple ink is read without asking the detector."""

import numpy as np
import pytest

from shuzi.reading.search import look_for_digits


class Engine:
    """Takes whatever it is shown for a 1, as surely as it is told to: no real network can be told."""

    def __init__(self, sure):
        self.sure = sure

    def look(self, images):
        shares = np.full((len(images), 10), (1 - self.sure) / 9, np.float32)
        shares[:, 1] = self.sure
        return shares, np.ones(len(images), np.float32)


class Finder:
    """Finds nothing, and remembers that it was asked."""

    asked = False

    def find(self, contrast, scale):  # noqa: ARG002
        self.asked = True
        return []


@pytest.mark.parametrize(
    ("count", "sure", "asked"), [(1, 0.92, False), (2, 0.92, True), (2, 0.96, False), (1, 0.88, True)]
)
def test_the_detector_is_asked_where_the_digits_together_are_not_sure_enough(count, sure, asked):
    page = np.full((80, 60 * count), 230, np.uint8)
    for place in range(count):
        page[20:60, 60 * place + 28 : 60 * place + 33] = 30
    finder = Finder()
    looks = look_for_digits(page, Engine(sure), finder)
    assert finder.asked is asked
    assert looks.simple is not asked
    assert len(looks.looks) == count


def test_the_detector_is_asked_where_a_digit_may_be_hidden_in_a_line():
    """A stroke on a printed line looks like a frame around the other strokes, which alone seem all that there is."""
    page = np.full((80, 200), 230, np.uint8)
    page[62:65] = page[20:62, 28:33] = page[22:56, 88:93] = page[22:56, 148:153] = 30
    finder = Finder()
    looks = look_for_digits(page, Engine(0.99), finder)
    assert finder.asked
    assert not looks.simple


def test_the_detector_is_not_asked_about_a_few_specks():
    page = np.full((80, 120), 230, np.uint8)
    page[20:60, 28:33] = page[20:60, 88:93] = page[10, 60] = page[70, 61] = 30
    finder = Finder()
    assert look_for_digits(page, Engine(0.99), finder).simple
    assert not finder.asked
