import numpy as np
import pytest

from shuzi.reading.candidates import Look, Looks
from shuzi.reading.confidence import Scale, Way
from shuzi.reading.interpret import judge

SCALE = Scale(Way(), Way(), ok=0.9, digit=0.5)
PAGE = np.full((40, 120), 255, np.uint8)
PAGE[10:30, 10:12] = PAGE[10:30, 50:52] = PAGE[10:30, 90:92] = 0


def look(x, sure, is_digit=1.0):
    probabilities = np.full(10, (1 - sure) / 9, np.float32)
    probabilities[1] = sure
    return Look(np.zeros((28, 28), np.uint8), (x, 10, 6, 20), probabilities, is_digit, 1.0)


@pytest.mark.parametrize(
    ("looks", "uncovered", "status", "words"),
    [
        ([look(8, 0.999), look(48, 0.999)], 0.0, "ok", "Read."),
        ([look(8, 0.999), look(48, 0.6)], 0.0, "unsure", "digit at position 2: it could be 1 or"),
        ([look(8, 0.999), look(48, 0.999, 0.3)], 0.0, "unsure", "at position 2 may not be a digit"),
        ([look(8, 0.999, 0.3)], 0.0, "not-a-digit", "letter"),
        ([look(8, 0.9), look(48, 0.9), look(88, 0.9)], 0.3, "unsure", "more ink"),
        ([look(8, 0.9), look(48, 0.9), look(88, 0.9)], 0.0, "unsure", "at position 1"),
    ],
    ids=["sure", "one doubtful", "one no digit", "no digit", "ink beside", "many a little doubtful"],
)
def test_the_sentence_names_what_is_amiss(looks, uncovered, status, words):
    reading = judge(Looks(PAGE, PAGE.shape, True, 255 - PAGE, looks, uncovered), SCALE)
    assert reading.status == status
    assert words in reading.message


def test_a_blank_picture_is_as_sure_as_was_measured():
    scale = Scale(Way(), Way(), ok=0.9, digit=0.5, blank=0.8)
    none = np.zeros_like(PAGE)
    assert judge(Looks(PAGE, PAGE.shape, True, none, [], 0.0), scale).confidence == 0.8
    assert judge(Looks(none, PAGE.shape, True, none, [], 0.0), scale).confidence == 1.0
