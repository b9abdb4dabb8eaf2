"""How one box in a picture is classified."""

import cv2
import numpy as np
import pytest

from shuzi.ink.boxes import Box
from shuzi.models.store import find_model
from shuzi.reading.classifier import Classifier
from shuzi.reading.locate import classify_boxes
from shuzi.reading.values import Detection


@pytest.fixture(scope="module")
def classifier():
    return Classifier(find_model("default"))


@pytest.fixture(scope="module")
def framed(mnist):
    """Large digits with inexact boxes, and with parts of neighbours in them."""
    rng, ink, boxes = np.random.default_rng(0), np.zeros((80, 80 * 400), np.uint8), []
    for place, image in enumerate(mnist.validation.images[:400]):
        large = cv2.resize(image, (70, 70), interpolation=cv2.INTER_CUBIC)
        ink[5:75, 80 * place : 80 * place + 70] = large
        x, y, wide, high = cv2.boundingRect((large > 76).astype(np.uint8))
        box = np.array([x + 80 * place, y + 5, wide, high]) + rng.normal(0, 0.1, 4) * (wide, high, wide, high)
        boxes.append(Box(*box.tolist()))
    return ink, boxes


def alike(boxes):
    """A detector that has no opinion on which digit it is."""
    return [Detection(np.full(10, 0.9, np.float32), box) for box in boxes]


class Told:
    """Returns given answers in turn: a real network's confidence cannot be set."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.seen = []

    def classify_or_reject(self, images):
        threes, is_digit = self.answers.pop(0)
        self.seen.append(images)
        shares = np.zeros((len(images), 10), np.float32)
        shares[:, 3], shares[:, 8] = threes, 1 - np.array(threes)
        return shares, np.array(is_digit, np.float32)


BLOT = np.zeros((60, 60), np.uint8)
BLOT[20:40, 25:35] = 255
BOX = Box(20.0, 15.0, 20.0, 30.0)


def test_a_digit_that_is_sure_is_framed_once():
    classifier = Told(([0.99], [0.99]))
    (found,) = classify_boxes(BLOT, [BOX], classifier, alike([BOX]))
    assert [len(each) for each in classifier.seen] == [1]
    assert found.probabilities.argmax() == 3
    np.testing.assert_array_equal(found.image, classifier.seen[0][0])


def test_two_more_frames_outvote_the_first_of_a_digit_that_is_unsure():
    # 3 gets 0.6 * 0.1 * 0.1 and 8 gets 0.4 * 0.9 * 0.9, a ratio of 1 to 54; the cube root for the mean, and the
    # square root because the detector counts too: 1 to 54 ** (1 / 6), or 1.944
    classifier = Told(([0.6, 0.99], [0.9, 0.99]), ([0.1, 0.1], [0.6, 0.3]))
    unsure, sure = classify_boxes(BLOT, [BOX, BOX], classifier, alike([BOX, BOX]))
    assert [len(each) for each in classifier.seen] == [2, 2]  # the confident one is not cropped again
    assert unsure.probabilities[8] / unsure.probabilities[3] == pytest.approx(1.944, abs=1e-3)
    assert unsure.probabilities.sum() == pytest.approx(1)
    assert unsure.is_digit == pytest.approx(0.6)
    assert sure.is_digit == pytest.approx(0.99)


def test_without_a_detector_a_digit_is_framed_once_however_unsure():
    classifier = Told(([0.6], [0.5]))
    (found,) = classify_boxes(BLOT, [BOX], classifier)
    assert (found.probabilities[3], found.detector_score) == (pytest.approx(0.6), 1.0)


def test_without_ink_there_is_no_candidate():
    assert classify_boxes(BLOT, [Box(0.0, 0.0, 9.0, 9.0)], Told()) == []


def test_cropping_again_helps_with_inexact_boxes(classifier, framed, mnist):
    ink, boxes = framed
    labels = mnist.validation.labels[: len(boxes)]
    once = classify_boxes(ink, boxes, classifier)
    thrice = classify_boxes(ink, boxes, classifier, alike(boxes))
    right_once, right = (
        sum(candidate.probabilities.argmax() == label for candidate, label in zip(candidates, labels, strict=True))
        for candidates in (once, thrice)
    )
    assert right > right_once
