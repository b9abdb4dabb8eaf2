"""Two numbers on one line are told from one: lines laid by hand, and MNIST's digits in a row."""

import json
import re
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

import shuzi
from shuzi.ink.boxes import Box
from shuzi.ink.line_pictures import TextLine
from shuzi.models.store import find_model
from shuzi.reading.classifier import Classifier
from shuzi.reading.doubts import find_parts
from shuzi.reading.page import recognise_page
from shuzi.reading.recogniser import Recogniser
from shuzi.reading.result import Digit, Mark, Reading
from shuzi.reading.thresholds import MAX_WORK

# lines that a port splits as well, for each character where its box of 20 x 40 pixels begins, a mark's of 6 x 6
LAID = json.loads((Path(__file__).parents[1] / "fixtures" / "wide-gaps.json").read_text())
HIGH = 56


@pytest.mark.parametrize("laid", LAID)
def test_a_line_laid_by_hand_is_split_where_its_gap_is_plainly_wider(laid):
    characters = [*zip(laid["text"].replace("\n", ""), laid["x"], strict=True)]
    none, image = np.zeros(10, np.float32), np.zeros((28, 28), np.uint8)
    digits = [Digit(int(each), 1.0, none, Box(x, 0, 20, 40), "ok", image) for each, x in characters if each.isdigit()]
    marks = [Mark(each, 1.0, Box(x, 34, 6, 6)) for each, x in characters if not each.isdigit()]
    reading = Reading(laid["text"], "ok", 1.0, tuple(digits), ("reading.ok", {}), marks=tuple(marks))
    assert find_parts(reading) == (tuple(laid["parts"]) if laid["parts"] else None)


@pytest.fixture(scope="module")
def reader():
    return shuzi.load()


@pytest.fixture(scope="module")
def row(mnist):
    """Return a writer of MNIST's digits, cut to their ink: a text, where each space is a gap of so many heights."""
    images, labels = mnist.validation.images, mnist.validation.labels

    def write(text, apart, between=0.15, first=0):
        cells = []
        for position, character in enumerate(text.replace(" ", "")):
            image = images[np.flatnonzero(labels == int(character))[first + position]]
            rows, columns = (np.flatnonzero(image.max(axis=axis) > 40) for axis in (1, 0))
            ink = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
            wide = max(round(ink.shape[1] * HIGH / len(ink)), 1)
            cells.append(cv2.resize(ink, (wide, HIGH), interpolation=cv2.INTER_CUBIC))
        line = []
        for part in re.findall(r" |\d", text):
            width = (apart - between if part == " " else between) * HIGH
            line += [np.zeros((HIGH, round(width)), np.uint8)] if part == " " or line else []
            line += [cells.pop(0)] if part != " " else []
        return 245 - np.rint(np.pad(np.hstack(line), 40) * 0.85).astype(np.uint8)

    return write


@pytest.mark.parametrize("first", range(0, 48, 8))
@pytest.mark.parametrize("apart", [1.6, 3.0])
def test_two_numbers_on_a_line_are_never_one_sure_number(reader, row, apart, first):
    reading = reader.read(row("8045 7131", apart, first=first))
    assert reading.status == reading.digits_status == reading.digits_only().status == "unsure"


def test_both_numbers_are_named_in_both_languages(reader, row):
    page = row("8045 7131", 1.6)
    reading = reader.read(page)
    assert reading.text == "80457131"
    assert reading.advice == ("reading.wide_gap", {"first": "8045", "second": "7131"})
    assert reading.message.startswith('There is a wide gap: it could be two numbers, "8045" and "7131".')
    shuzi.messages.use("zh")
    assert "“8045”和“7131”" in reading.message


@pytest.mark.parametrize(("text", "apart", "between"), [("12500", 0, 0.15), ("12 500", 0.8, 0.15), ("12500", 0, 1.5)])
def test_a_number_stays_sure_in_groups_and_written_evenly_far_apart(reader, row, text, apart, between):
    reading = reader.read(row(text, apart, between))
    assert (reading.text, reading.status) == ("12500", "ok")


def test_a_pattern_or_a_list_that_only_the_whole_fits_is_of_one_number(reader, row):
    page = row("8045 7131", 1.6, first=8)
    for known in ({"pattern": r"\d{8}"}, {"among": ["80457131", "80457137"]}):
        assert (reader.read(page, **known).text, reader.read(page, **known).status) == ("80457131", "ok")
    parts_fit = ({"pattern": "integer"}, {"pattern": r"\d{4,8}"}, {"among": ["8045", "7131", "80457131"]})
    for known in parts_fit:
        reading = reader.read(page, **known)
        assert (reading.status, reading.advice[0]) == ("unsure", "reading.wide_gap")


@pytest.mark.parametrize("apart", [1.9, 2.4])
@pytest.mark.parametrize(("text", "numbers"), [("804 56", ["804", "56"]), ("25 90 13", ["25", "90", "13"])])
def test_one_line_over_the_columns_of_a_photograph_becomes_a_line_for_each(row, text, numbers, apart):
    grey = row(text, apart)
    high, wide = grey.shape
    over = TextLine((40.0, high / 2), (wide - 40.0, high / 2), HIGH, 0.9)  # as if the line detector saw no gap
    found = recognise_page(grey, [over], Recogniser(find_model("line")), Classifier(find_model("default")), MAX_WORK)
    assert [line.texts.texts[int(line.texts.scores[:, 0].argmax())] for line in found.page] == numbers
    ends = [(line.line.start[0], line.line.end[0]) for line in found.page]
    assert all(left[1] < right[0] for left, right in pairwise(ends))
