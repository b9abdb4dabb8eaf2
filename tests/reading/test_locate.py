"""When simple ink is read without the detector."""

import numpy as np
import pytest

from shuzi.ink.boxes import Box
from shuzi.ink.paper import Components, Scan
from shuzi.reading.locate import _estimate_height, locate
from shuzi.reading.values import Detection


class Classifier:
    """Takes every image for a 1 with a given confidence, which a real network cannot be told."""

    def __init__(self, sure):
        self.sure = sure

    def classify_or_reject(self, images):
        shares = np.full((len(images), 10), (1 - self.sure) / 9, np.float32)
        shares[:, 1] = self.sure
        return shares, np.ones(len(images), np.float32)


class Detector:
    """Finds a 1 in each of the given boxes, and records its calls."""

    def __init__(self, *boxes):
        self.boxes = boxes
        self.asked = False

    def find(self, contrast, scale):  # noqa: ARG002
        self.asked = True
        scores = np.zeros(10, np.float32)
        scores[1] = 0.95
        return [Detection(scores, Box(*box)) for box in self.boxes]


@pytest.mark.parametrize(
    ("count", "sure", "asked"), [(1, 0.92, False), (2, 0.92, True), (2, 0.96, False), (1, 0.88, True)]
)
def test_the_detector_runs_if_the_digits_together_are_too_unsure(count, sure, asked):
    page = np.full((80, 60 * count), 230, np.uint8)
    for place in range(count):
        page[20:60, 60 * place + 28 : 60 * place + 33] = 30
    detector = Detector()
    candidates = located(page, Classifier(sure), detector)
    assert detector.asked is asked
    assert candidates.simple is not asked
    assert len(candidates.candidates) == count


@pytest.fixture
def page_with_line():
    """Three strokes, the first on a printed line; together they look like a frame around the other two."""
    page = np.full((80, 200), 230, np.uint8)
    page[62:65] = page[20:62, 28:33] = page[22:56, 88:93] = page[22:56, 148:153] = 30
    return page


def located(page, classifier, detector):
    return locate(Scan.of(page, 1_280), classifier, detector, has_lines=False)


STROKES = [(28.0, 20.0, 5.0, 42.0), (88.0, 22.0, 5.0, 34.0), (148.0, 22.0, 5.0, 34.0)]


def test_a_digit_that_was_left_out_with_a_line_is_added_by_the_detector(page_with_line):
    candidates = located(page_with_line, Classifier(0.99), Detector(*STROKES))
    assert [candidate.box for candidate in sorted(candidates.candidates, key=lambda each: each.box)] == STROKES
    assert not candidates.simple


@pytest.mark.parametrize(
    "found", [[], [(20.0, 10.0, 150.0, 60.0)], STROKES[:2], [STROKES[0], STROKES[1], (60.0, 22.0, 8.0, 34.0)]]
)
def test_the_detector_takes_no_sure_digit_away(page_with_line, found):
    detector = Detector(*found)
    candidates = located(page_with_line, Classifier(0.99), detector)
    assert detector.asked
    assert sorted(candidate.box for candidate in candidates.candidates) == STROKES[1:]
    assert candidates.simple


def test_the_detector_decides_if_a_single_component_is_fairly_confident():
    """Two touching digits look like one to a classifier that cannot tell how many there are."""
    page = np.full((80, 120), 230, np.uint8)
    page[20:60, 40:45] = page[20:60, 70:75] = page[40:43, 45:70] = 30
    found = [(40.0, 20.0, 5.0, 40.0), (70.0, 20.0, 5.0, 40.0)]
    candidates = located(page, Classifier(0.8), Detector(*found))
    assert sorted(candidate.box for candidate in candidates.candidates) == found


def test_simple_candidates_stay_if_the_detector_finds_nothing():
    page = np.full((80, 60), 230, np.uint8)
    page[20:60, 28:33] = 30
    assert len(located(page, Classifier(0.8), Detector()).candidates) == 1


def test_the_detector_is_not_asked_about_a_few_specks():
    page = np.full((80, 120), 230, np.uint8)
    page[20:60, 28:33] = page[20:60, 88:93] = page[10, 60] = page[70, 61] = 30
    detector = Detector()
    assert located(page, Classifier(0.99), detector).simple
    assert not detector.asked


@pytest.mark.parametrize(("gap", "lines"), [(1, 0), (2, 0), (4, 1)])
def test_a_thin_stroke_broken_by_few_pixels_is_one_digit_and_has_no_line(gap, lines):
    page = np.full((28, 28), 230, np.uint8)
    page[4:24, 14] = 30
    page[12 : 12 + gap, 14] = 230
    assert len(locate(Scan.of(page, 1_280), Classifier(0.99), None, has_lines=True).lines) == lines


def test_half_of_the_ink_is_in_components_as_tall_as_the_writing():
    boxes = np.array([[0, 0, 9, 20], [0, 0, 9, 22], [0, 30, 100, 3]], np.int32)
    assert _estimate_height(Components(boxes, np.array([80, 80, 300])), (60, 100)) == 20.0
