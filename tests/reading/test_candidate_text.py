from dataclasses import replace

import numpy as np
import pytest

from shuzi.ink.boxes import Box
from shuzi.reading.confidence import Scale, Way
from shuzi.reading.decide import decide
from shuzi.reading.values import Candidate, Findings

SCALE = Scale(Way(), Way(), ok=0.9, digit=0.5)
PAGE = np.full((40, 120), 255, np.uint8)
PAGE[10:30, 10:12] = PAGE[10:30, 50:52] = PAGE[10:30, 90:92] = 0


def candidate(x, sure, is_digit=1.0):
    probabilities = np.full(10, (1 - sure) / 9, np.float32)
    probabilities[1] = sure
    return Candidate(np.zeros((28, 28), np.uint8), Box(x, 10, 6, 20), probabilities, is_digit, 1.0)


@pytest.mark.parametrize(
    ("candidates", "uncovered", "status", "words"),
    [
        ([candidate(8, 0.999), candidate(48, 0.999)], 0.0, "ok", "Read."),
        ([candidate(8, 0.999), candidate(48, 0.6)], 0.0, "unsure", "digit at position 2: it could be 1 or"),
        ([candidate(8, 0.999), candidate(48, 0.999, 0.3)], 0.0, "unsure", "at position 2 may not be a digit"),
        ([candidate(8, 0.999, 0.3)], 0.0, "not-a-digit", "letter"),
        ([candidate(8, 0.9), candidate(48, 0.9), candidate(88, 0.9)], 0.3, "unsure", "other ink"),
        ([candidate(8, 0.9), candidate(48, 0.9), candidate(88, 0.9)], 0.0, "unsure", "at position 1"),
    ],
    ids=["sure", "one doubtful", "one no digit", "no digit", "ink beside", "many a little doubtful"],
)
def test_the_sentence_names_what_is_amiss(candidates, uncovered, status, words):
    reading = decide(Findings(PAGE, PAGE.shape, True, 255 - PAGE, candidates, uncovered), SCALE)
    assert reading.status == status
    assert words in reading.message


def test_a_blank_picture_is_as_sure_as_was_measured():
    scale = Scale(Way(), Way(), ok=0.9, digit=0.5, blank=0.8)
    none = np.zeros_like(PAGE)
    assert decide(Findings(PAGE, PAGE.shape, True, none, [], 0.0), scale).confidence == 0.8
    assert decide(Findings(none, PAGE.shape, True, none, [], 0.0), scale).confidence == 1.0


def test_a_picture_that_was_shrunk_a_lot_is_not_surely_blank_and_should_be_cropped():
    scale = Scale(Way(), Way(), ok=0.9, digit=0.5, blank=0.8)
    none = np.zeros_like(PAGE)
    for times, confidence, words in (
        (4, 1.0, "no writing"),
        (5, 0.8, "longer side, 600 pixels, was scaled down to 120"),
    ):
        reading = decide(Findings(none, (40 * times, 120 * times), True, none, [], 0.0), scale)
        assert (reading.status, reading.confidence) == ("blank", confidence)
        assert words in reading.message


def test_digits_that_shrinking_made_too_small_are_no_fault_of_the_camera():
    large = Findings(PAGE, (160, 480), True, 255 - PAGE, [candidate(8, 0.6)], 0.0)
    assert "scaled down to 120" not in decide(large, SCALE).message
    small = replace(large, candidates=[replace(candidate(8, 0.6), box=Box(8, 10, 6, 9))])
    assert "scaled down to 120" in decide(small, SCALE).message
    assert "scaled down to 120" not in decide(replace(small, shape=(48, 144)), SCALE).message  # hardly shrunk
