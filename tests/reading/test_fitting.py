"""A pattern finds the text that fits where the ink says so, and makes nothing sure that is not: pictures by code."""

import re

import cv2
import numpy as np
import pytest

import shuzi
from shuzi.errors import DataError

pytestmark = pytest.mark.usefixtures("mnist")


@pytest.fixture(scope="module")
def reader():
    return shuzi.load()


@pytest.fixture(scope="module")
def written(mnist):
    """Return a writer of MNIST's digits, 60 pixels high, and of points, as many pixels in radius as asked for."""
    images, labels = mnist.validation.images, mnist.validation.labels

    def write(line, first=20, radius=5):
        cells = []
        for position, character in enumerate(line):
            cell = np.zeros((90, 24 if character == "." else 56), np.uint8)
            if character == ".":
                cv2.circle(cell, (10, 70), radius, 255, -1)
            else:
                digit = images[np.flatnonzero(labels == int(character))[position + first]]
                cell[14:74] = cv2.resize(digit, (56, 60), interpolation=cv2.INTER_CUBIC)
            cells.append(cell)
        return 235 - np.rint(np.pad(np.hstack(cells), 30) * 0.8).astype(np.uint8)

    return write


@pytest.mark.parametrize(
    "pattern", [r"\d{5}", r"\d+", "1.*", r"(10234|98765)", "integer", "phone", "amount", "." * 5]
)
def test_what_fits_is_read_as_without_the_pattern_and_at_least_as_sure(reader, written, pattern):
    page = written("10234")
    plain, found = reader.read(page), reader.read(page, pattern=pattern)
    assert (found.text, found.status, found.digits) == ("10234", "ok", found.digits)
    assert found.confidence >= plain.confidence
    assert [digit.box for digit in found.digits] == [digit.box for digit in plain.digits]


@pytest.mark.parametrize("pattern", [r"\d{4}", r"\d{6}", "2.*", r"\d+\.\d\d", "time", "date", "[1-3]*"])
def test_what_does_not_fit_is_unsure_and_says_so(reader, written, pattern):
    found = reader.read(written("10234"), pattern=pattern)
    assert found.status == found.digits_status == "unsure"
    assert found.advice[0].startswith("reading.pattern")
    assert found.digits_only().status == "unsure"


def test_digits_alone_do_not_swallow_a_point(reader, written):
    page = written("20.26")
    assert reader.read(page).text == "20.26"
    assert reader.read(page, pattern=r"\d{4}").status == "unsure"
    assert reader.read(page, pattern=r"\d\d\.\d\d").text == "20.26"


def test_no_pattern_makes_a_wrong_number_sure(reader, written):
    """Numbers of two to five digits, and patterns that they do not fit: of other lengths, and of other digits."""
    rng = np.random.default_rng(5)
    for turn in range(12):
        number = str(rng.integers(10, 10**5))
        page = written(number, first=40 + turn)
        seen = reader.recognise(page)
        others = [digit for digit in "0123456789" if digit not in number]
        for pattern in (
            rf"\d{{{len(number) + 1}}}",
            rf"\d{{{len(number) - 1}}}",
            rf"{number[:-1]}[^{number[-1]}]",
            rf"[{''.join(others)}]+",
            rf"{number}\.\d\d",
        ):
            assert not re.fullmatch(pattern, number)
            found = reader.with_pattern(pattern).decide(seen)
            assert found.status != "ok", (number, pattern, found.text)


def test_a_single_digit_follows_a_pattern_and_is_not_sure_where_that_changed_it(reader, mnist):
    page = 255 - cv2.resize(mnist.validation.images[mnist.validation.labels == 7][3], (84, 84))
    assert reader.read(page).text == "7"
    assert (reader.read(page, pattern="[67]").text, reader.read(page, pattern=r"\d").status) == ("7", "ok")
    for pattern in ("[0-6]", "1", r"\d\d"):
        assert reader.read(page, pattern=pattern).status == "unsure"


@pytest.mark.parametrize("name", ["softmax", "tiny"])
def test_models_without_a_line_recogniser_follow_patterns_too(name, written):
    reader = shuzi.load(name)
    page = written("4071")
    plain = reader.read(page)
    assert reader.read(page, pattern=rf"\d{{{len(plain.text)}}}").text == plain.text
    found = reader.read(page, pattern=r"\d{2}")
    assert found.status == "unsure"


def test_blank_pictures_and_letters_stay_what_they_are(reader):
    blank = np.full((80, 200), 240, np.uint8)
    assert reader.read(blank, pattern=r"\d*").status == "blank"
    letter = cv2.putText(blank.copy(), "K", (60, 62), cv2.FONT_HERSHEY_SIMPLEX, 2, 20, 4)
    for pattern in (r"\d", r"\d*", "1?7?"):
        assert reader.read(letter, pattern=pattern).status in ("not-a-digit", "unsure")


def test_several_lines_are_never_sure(reader, written):
    page = np.vstack([written("1234"), written("5678")])
    assert reader.read(page, pattern=r"\d{4}").status == "unsure"


def test_values_are_those_that_fit(reader, written):
    page = written("10234")
    assert reader.read(page, among=["10234", "20567"], pattern="1.*").text == "10234"
    assert {text for text, _ in reader.read(page, ["10234", "20567"], "2.*").alternatives} == {"20567"}
    assert reader.read(page, ["10234", "20567"], "2.*").status == "unsure"
    with pytest.raises(DataError):
        reader.read(page, ["10234", "20567"], "3.*")


def test_many_pictures_follow_it_in_other_processes_too(reader, written):
    pages = [written("10234"), written("98")] * 8
    found = [reading.status for reading in reader.read_many(pages, pattern=r"\d{5}")]
    assert found == ["ok", "unsure"] * 8


@pytest.mark.parametrize("pattern", ["(", "", 4, ["\\d"]])
def test_what_is_no_pattern_is_refused(reader, written, pattern):
    with pytest.raises(DataError):
        reader.read(written("1"), pattern=pattern)
