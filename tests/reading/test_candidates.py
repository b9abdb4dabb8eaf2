"""How one place of a picture is looked at."""

import cv2
import numpy as np
import pytest

from shuzi.ink.normalize import cut_out
from shuzi.models.store import find_model
from shuzi.reading.candidates import candidates_at
from shuzi.reading.classifier import Classifier
from shuzi.reading.detector import Found


@pytest.fixture(scope="module")
def classifier():
    return Classifier(find_model("default"))


@pytest.fixture(scope="module")
def framed(mnist):
    """Large digits whose boxes are off, and what neighbours leave in them."""
    rng, ink, boxes = np.random.default_rng(0), np.zeros((80, 80 * 400), np.uint8), []
    for place, image in enumerate(mnist.validation.images[:400]):
        large = cv2.resize(image, (70, 70), interpolation=cv2.INTER_CUBIC)
        ink[5:75, 80 * place : 80 * place + 70] = large
        x, y, wide, high = cv2.boundingRect((large > 76).astype(np.uint8))
        box = np.array([x + 80 * place, y + 5, wide, high]) + rng.normal(0, 0.1, 4) * (wide, high, wide, high)
        boxes.append(tuple(box.tolist()))
    return ink, boxes


def alike(boxes):
    """A detector that says nothing of which digit it is."""
    return [Found(np.full(10, 0.9, np.float32), box) for box in boxes]


def test_an_unsure_digit_is_framed_three_times(classifier, framed):
    ink, boxes = framed
    candidates = candidates_at(ink, boxes, classifier, alike(boxes))
    first, _ = classifier.classify_or_reject(np.stack([cut_out(ink, box) for box in boxes]))
    assert len(candidates) == len(boxes)
    again = 0
    for (x, y, wide, high), candidate, once in zip(boxes, candidates, first, strict=True):
        frames = [
            cut_out(ink, (x - share * wide, y - share * high, wide + 2 * share * wide, high + 2 * share * high))
            for share in (0, 0.03, -0.03)
        ]
        shares, is_digit = classifier.classify_or_reject(np.stack(frames))
        unsure = shares[0].max() * is_digit[0] < 0.9
        again += unsure
        expected = np.exp(np.log(np.maximum(shares, 1e-3)).mean(axis=0)) if unsure else once
        expected = np.sqrt(expected)
        np.testing.assert_allclose(candidate.probabilities, expected / expected.sum(), atol=1e-4)
        assert candidate.is_digit == pytest.approx(is_digit.mean() if unsure else is_digit[0], abs=1e-4)
        np.testing.assert_array_equal(candidate.image, frames[0])
    assert 20 < again < 380


def test_framing_again_reads_more_of_what_is_framed_badly(classifier, framed, mnist):
    ink, boxes = framed
    labels = mnist.validation.labels[: len(boxes)]
    once = candidates_at(ink, boxes, classifier)
    thrice = candidates_at(ink, boxes, classifier, alike(boxes))
    right_once, right = (
        sum(candidate.probabilities.argmax() == label for candidate, label in zip(candidates, labels, strict=True))
        for candidates in (once, thrice)
    )
    assert right > right_once
