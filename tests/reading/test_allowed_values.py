"""A value of a list is chosen only where the ink says so: pictures written by code, and the shipped models."""

import cv2
import numpy as np
import pytest

import shuzi
from shuzi.reading.allowed_values import check_values

pytestmark = pytest.mark.usefixtures("mnist")


@pytest.fixture(scope="module")
def reader():
    return shuzi.load()


@pytest.fixture(scope="module")
def written(mnist):
    """Return a writer of lines of MNIST's digits, 60 pixels high; "X" is two strokes and "." a dot."""
    images, labels = mnist.validation.images, mnist.validation.labels

    def write(*lines):
        rows = []
        for line in lines:
            cells = []
            for place, each in enumerate(line):
                cell = np.zeros((90, 56), np.uint8)
                if each == "X":
                    cv2.line(cell, (6, 18), (48, 72), 255, 6, cv2.LINE_AA)
                    cv2.line(cell, (48, 18), (6, 72), 255, 6, cv2.LINE_AA)
                elif each == ".":
                    cell = np.zeros((90, 24), np.uint8)
                    cv2.circle(cell, (10, 70), 4, 255, -1)
                else:
                    digit = images[np.flatnonzero(labels == int(each))[place + 20]]
                    cell[14:74] = cv2.resize(digit, (56, 60), interpolation=cv2.INTER_CUBIC)
                cells.append(cell)
            rows.append(np.hstack(cells))
        width = max(row.shape[1] for row in rows)
        page = np.vstack([np.pad(row, ((0, 0), (0, width - row.shape[1]))) for row in rows])
        return 235 - np.rint(np.pad(page, 30) * 0.8).astype(np.uint8)

    return write


def test_the_value_that_is_written_is_chosen(reader, written):
    found = reader.read(written("10234"), among=["10234", "20567", "98881"])
    assert (found.text, found.status) == ("10234", "ok")
    assert [each.digit for each in found.digits] == [1, 0, 2, 3, 4]
    assert {text for text, _ in found.alternatives} <= {"10234", "20567", "98881"}


@pytest.mark.parametrize("listed", [["10284"], ["1023"], ["102345"], ["1" * 40], ["55555", "10284"]])
def test_a_value_that_is_nearly_written_or_not_at_all_is_never_sure(reader, written, listed):
    assert reader.read(written("10234"), among=listed).status == "unsure"


def test_a_list_of_single_digits_makes_no_digit_of_a_coin(reader):
    coin = np.full((400, 400), 225, np.uint8)
    cv2.circle(coin, (200, 200), 133, 120, -1)
    cv2.circle(coin, (200, 200), 125, 150, -1)
    cv2.ellipse(coin, (200, 200), (20, 30), 0, 0, 360, 110, 3)
    assert reader.read(coin, among=[*"0123456789"]).status == "unsure"


def test_a_digit_that_was_not_read_is_found_where_the_value_has_it(reader, mnist):
    """Digits written over each other are read as fewer; the list says how many there are."""
    images, labels = mnist.validation.images, mnist.validation.labels
    page, x = np.zeros((130, 240), np.uint8), 40
    for place, each in enumerate("10234"):
        digit = images[np.flatnonzero(labels == int(each))[place + 29]]
        left, _, width, _ = cv2.boundingRect(digit)
        digit = cv2.resize(digit[:, left : left + width], (width * 60 // 28, 60), interpolation=cv2.INTER_CUBIC)
        part = page[35:95, x : x + digit.shape[1]]
        np.maximum(part, digit, out=part)
        x += digit.shape[1] - 18
    page = 235 - np.rint(page[:, : x + 58] * 0.8).astype(np.uint8)
    found = reader.read(page, among=["10234", "20567", "98881"])
    assert (found.text, found.status) == ("10234", "ok")
    assert [each.digit for each in found.digits] == [1, 0, 2, 3, 4]
    assert found.ignored == ()
    middles = [each.box.x + each.box.width / 2 for each in found.digits]
    assert middles == sorted(middles)
    assert all((page[slice(b.y, b.y + b.height), slice(b.x, b.x + b.width)] < 200).any() for b in
               (each.box for each in found.digits))  # fmt: skip


def test_ink_beside_a_value_is_a_doubt_only_if_a_longer_value_is_listed(reader, written):
    page = written("10234")
    cv2.ellipse(page, (160, 128), (26, 10), 0, 0, 200, 31, 5)
    seen = reader.recognise(page, as_page=False)  # of a photographed page, a line's own ink counts alone
    assert reader.decide(seen).status == "unsure"
    found = reader.with_values(["10234", "20567"]).decide(seen)
    assert (found.text, found.status) == ("10234", "ok")
    assert [each.kind for each in found.ignored] == ["unknown"]
    assert found.advice[0] == "reading.among.ok_beside"
    assert reader.with_values(["10234", "102347"]).decide(seen).status == "unsure"


def test_a_digit_beside_a_value_is_a_doubt_whatever_it_would_be_otherwise(reader, mnist):
    """A 1 at the end could be a slash, or a sign that is in no text."""
    images, page = mnist.validation.images, np.zeros((140, 420), np.uint8)
    for place, each in enumerate((4250, 3183, 2546, 1353, 1527)):
        part = page[40:100, 50 + 58 * place : 110 + 58 * place]
        np.maximum(part, cv2.resize(images[each], (60, 60), interpolation=cv2.INTER_CUBIC), out=part)
    page = 235 - np.rint(page * 0.8).astype(np.uint8)
    for listed in (["3447"], ["3447", "34472"], ["4471"], ["3471"]):
        assert reader.read(page, among=listed).status == "unsure", listed
    found = reader.read(page, among=["34471"])
    assert (found.text, found.status) == ("34471", "ok")


def test_a_letter_inside_is_a_doubt_also_where_the_picture_has_another_fault(reader, written):
    page = written("86X52")
    assert reader.read(page[:, 44:], among=["8652"]).status == "unsure"
    blurred = cv2.GaussianBlur(page, (0, 0), 3)
    assert reader.read(blurred, among=["8652"]).status == "unsure"


def test_the_digits_of_a_sure_value_are_its_digits_and_sure(reader, written):
    found = reader.read(written("22678"), among=["22678", "10234"])
    assert found.status == "ok"
    assert all(each.status == "ok" and each.probability >= 0.99 for each in found.digits)
    assert all(int(each.probabilities.argmax()) == each.digit for each in found.digits)


def test_two_values_that_both_stand_there_are_a_doubt_and_no_ink_vanishes(reader, written):
    found = reader.read(written("1234", "5678"), among=["1234", "5678"])
    assert found.status == "unsure"
    assert len(found.digits) + len(found.ignored) >= 8


def test_a_letter_between_the_digits_stays_a_doubt(reader, written):
    page = written("12X45")
    assert reader.read(page).status == "unsure"
    assert reader.read(page, among=["1245", "9999"]).status == "unsure"


def test_a_list_with_marks_is_compared_with_the_marks(reader, written):
    page = written("12.50")
    assert reader.read(page, among=["12.50", "12-50"]).text == "12.50"
    plain = reader.read(page, among=["1250", "3377"])
    assert (plain.text, plain.status) == ("1250", "ok")


def test_a_model_without_a_line_recogniser_chooses_too(written):
    found = shuzi.load("tiny").read(written("70"), among=["70", "35"])
    assert (found.text, found.status) == ("70", "ok")


def test_a_blank_picture_stays_blank(reader):
    found = reader.read(np.full((60, 200), 230, np.uint8), among=["1", "2"])
    assert (found.text, found.status) == ("", "blank")


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ([], "error.among.empty"),
        (["", " "], "error.among.empty"),
        ("1250", "error.among.kind"),
        ([1250], "error.among.kind"),
        (["12a"], "error.among.value"),
        (["-"], "error.among.value"),
        (["1" * 41], "error.among.value"),
        ([str(each) for each in range(100_001)], "error.among.many"),
    ],
)
def test_what_is_no_list_of_values_is_an_error_in_words(values, key):
    with pytest.raises(shuzi.DataError) as problem:
        check_values(values)
    assert problem.value.key == key


def test_a_value_that_is_too_long_is_not_shown_as_one_that_is_not():
    with pytest.raises(shuzi.DataError, match=f"{'1' * 40}…"):
        check_values(["1" * 41])


def test_of_a_list_as_long_as_a_list_may_be_the_value_is_found(reader, written):
    # to score each of them would take minutes and gigabytes
    values = [f"{each:012d}" for each in range(99_999)] + ["10234"]
    found = reader.read(written("10234"), among=values)
    assert (found.text, found.status) == ("10234", "ok")


def test_read_many_chooses_too(reader, written):
    readings = list(reader.read_many([written("10234"), written("98881")], among=["10234", "98881"]))
    assert [each.text for each in readings] == ["10234", "98881"]
