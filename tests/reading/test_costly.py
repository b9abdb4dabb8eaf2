"""Pictures of no writing, or of more than a page, cost little; a receipt is still read whole."""

from difflib import SequenceMatcher
from pathlib import Path

import cv2
import numpy as np
import pytest

import shuzi
from shuzi.ink import paper as found_in_ink
from shuzi.ink.boxes import Box
from shuzi.ink.paper import find_components
from shuzi.ink.ruling import Ruling
from shuzi.ink.strips import cut_strip
from shuzi.reading.classifier import Classifier
from shuzi.reading.ignored_ink import find_left_out
from shuzi.reading.locate import Detector
from shuzi.reading.recogniser import Recogniser

STARTS = (0, 2, 5, 7, 10, 12, 15, 17)  # of eight numbers with two or three digits in a row


@pytest.fixture
def draw(monkeypatch):
    """Return the benchmark's pictures."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    import costly_pictures

    return costly_pictures


@pytest.fixture
def work(monkeypatch):
    """Count what the networks do: images classified, runs of the detector, pixels of strips."""
    done = {"images": 0, "detections": 0, "strips": 0}

    def counted(cls, name, what, amount):
        plain = getattr(cls, name)

        def run(self, given, *more):
            done[what] += amount(given, *more)
            return plain(self, given, *more)

        monkeypatch.setattr(cls, name, run)

    counted(Classifier, "classify_or_reject", "images", lambda images, *_: len(images))
    counted(Detector, "find", "detections", lambda *_: 1)
    counted(Recogniser, "columns", "strips", lambda contrast, frame: cut_strip(contrast, frame).shape[1])
    return done


def rows_of_digits(mnist, rows, height=24, pitch=40, numbers=(4,)):
    """Write a receipt: rows of numbers of so many digits, on top of each other."""
    page = np.full((rows * pitch + 40, 80 + sum(80 + 30 * count for count in numbers)), 250, np.uint8)
    digits, draws = mnist.validation, np.random.default_rng(0)
    texts = []
    for row in range(rows):
        text, left = "", 40
        ends = np.cumsum(numbers).tolist()
        for position, place in enumerate(draws.integers(0, len(digits.labels), sum(numbers)), start=1):
            y, x = np.nonzero(digits.images[place])
            ink = digits.images[place][y.min() : y.max() + 1, x.min() : x.max() + 1]
            ink = cv2.resize(
                ink, (max(4, ink.shape[1] * height // ink.shape[0]), height), interpolation=cv2.INTER_AREA
            )
            top = 20 + row * pitch
            page[top : top + height, left : left + ink.shape[1]] -= (ink * 0.9).astype(np.uint8)
            left, text = left + ink.shape[1] + (60 if position in ends else 6), text + str(digits.labels[place])
        texts.append(text)
    return page, texts


def test_a_receipt_of_75_rows_is_read_whole(mnist, work):
    page, texts = rows_of_digits(mnist, 75)
    lines = shuzi.load().read(page).digits_text.split("\n")
    assert len(lines) == 75
    assert sum(line == text for line, text in zip(lines, texts, strict=True)) >= 65
    assert work["strips"] > 75 * 2 * 24


def test_a_page_of_40_rows_of_8_numbers_is_read_whole(mnist):
    page, texts = rows_of_digits(mnist, 40, 20, 32, (2, 3) * 4)
    numbers = [text[start : start + size] for text in texts for start, size in zip(STARTS, (2, 3) * 4, strict=True)]
    lines = shuzi.load().read(page).digits_text.split("\n")
    assert SequenceMatcher(None, lines, numbers, autojunk=False).ratio() >= 0.85


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        (lambda draw: draw.chequerboard(2_400, 4), "reading.many_pieces"),
        (lambda draw: draw.dots(2_000, 1_000), "reading.many_lines"),
        (lambda draw: draw.grid_of_dots(60, 60, 20, 4), "reading.many_lines"),
    ],
)
def test_more_than_a_page_of_writing_is_not_read_but_named(page, sentence, work, draw):
    reading = shuzi.load().read(page(draw))
    assert (reading.status, reading.text, reading.advice[0]) == ("unsure", "", sentence)
    assert work["strips"] == 0
    assert work["images"] <= 500
    assert work["detections"] <= 3


def test_it_is_named_how_many_lines_there_seem_to_be(draw):
    assert shuzi.load().read(draw.grid_of_dots(60, 60, 20, 4)).advice == ("reading.many_lines", {"n": 60})


def test_the_networks_never_do_more_than_for_a_page(work, draw):
    reader = shuzi.load()
    for page in (draw.printed(1.0), draw.printed(0.7, "0123456789"), draw.salt(0.02, 8), draw.printed(0.5, "1 ")):
        work.update(images=0, strips=0)
        reader.read(page)
        assert work["images"] + work["strips"] / 36 <= 5_000 + 100  # and a few lines more to see which way up it is


def small_and_hostile():
    """Draw small pictures of dots, dashes and rows that are thinner than any writing."""
    pages = np.full((5, 32, 32), 255, np.uint8)
    pages[0, ::2, ::2] = 0
    pages[1, 1::3] = 0
    pages[1, :, ::5] = 255
    for index, draws in enumerate(np.random.default_rng([1, number]) for number in range(3)):
        pages[2 + index][draws.random((32, 32)) < 0.04 * (1 + index)] = 0
    return pages


def test_eight_small_pictures_cost_no_more_than_one_large_picture(work):
    reader = shuzi.load()
    for page in small_and_hostile():
        work.update(images=0, strips=0)
        assert reader.read(page).status != "ok"
        assert 8 * (work["images"] + work["strips"] / 36) <= 1_800


def test_small_pictures_full_of_digits_are_read(mnist):
    reader, right = shuzi.load(), 0
    for start in range(0, 60, 6):
        page = np.full((32, 32), 255, np.uint8)
        for place, image in enumerate(mnist.validation.images[start : start + 6]):
            y, x = 1 + 16 * (place // 3), 1 + 10 * (place % 3)
            page[y : y + 14, x : x + 10] -= cv2.resize(image[3:25, 4:24], (10, 14), interpolation=cv2.INTER_AREA)
        reading = reader.read(page)
        assert not reading.advice[0].startswith("reading.many")
        text = "".join(map(str, mnist.validation.labels[start : start + 6].tolist()))
        right += reading.digits_text == f"{text[:3]}\n{text[3:]}"
    assert right >= 5


@pytest.mark.parametrize(
    "page", [lambda draw: draw.salt(0.05, 2), lambda draw: draw.salt(0.02, 4), lambda draw: draw.dots(2_000)]
)
def test_a_small_number_on_a_page_of_noise_is_not_called_blank(page, draw):
    noisy = page(draw)
    cv2.putText(noisy, "4711", (600, 640), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 0, 2, cv2.LINE_AA)
    reading = shuzi.load().read(noisy)
    assert reading.status == "unsure" or (reading.status, reading.text) == ("ok", "4711")


def test_a_list_of_values_does_not_turn_noise_into_one_of_them(draw):
    reading = shuzi.load().read(draw.dots(2_000, 1_000), among=["4711", "4712"])
    assert (reading.status, reading.text, reading.advice[0]) == ("unsure", "", "reading.many_lines")


def test_frames_within_frames_are_unknown_ink_where_there_are_too_many_to_look_at(monkeypatch, draw):
    looked_at = []
    plain = Ruling.is_printed
    monkeypatch.setattr(Ruling, "is_printed", lambda *given: looked_at.append(given[1]) or plain(*given))
    page = draw.framed(5, draw.paper())
    page[620:660, 620:640] = 0
    found = find_left_out(page, 255 - page, [Box(620, 620, 20, 40)], 40.0)
    assert sum(box.width * box.height for box in looked_at) <= 1_800 * 3_000
    assert len(found) == 98
    assert {kind for kind, _ in found[:2]} == {"ruling"}
    assert {kind for kind, _ in found[-60:]} == {"unknown"}


def test_a_frame_around_writing_is_found_among_more_hollow_shapes_than_are_compared(monkeypatch):
    ink = np.zeros((400, 400), np.uint8)
    cv2.rectangle(ink, (60, 60), (300, 200), 255)
    ink[100:160, 150:170] = 255
    for left in range(0, 380, 20):
        cv2.line(ink, (left, 300), (left + 12, 312), 255)
    monkeypatch.setattr(found_in_ink, "MAX_COMPARED", 21)  # one of the 20 hollow shapes with all others
    assert [150, 100, 20, 60] in find_components(ink).boxes.tolist()
    assert [60, 60, 241, 141] not in find_components(ink).boxes.tolist()


def test_what_was_done_for_characters_is_not_done_again_for_other_ink(monkeypatch, draw):
    looked_at = []
    plain = Ruling.is_printed
    monkeypatch.setattr(Ruling, "is_printed", lambda *given: looked_at.append(given[1]) or plain(*given))
    page = draw.boxes(40)
    page[620:660, 620:640] = 0
    counts = []
    for most in (1_800, 700):
        looked_at.clear()
        found = find_left_out(page, 255 - page, [Box(620, 620, 20, 40)], 14.0, most)
        assert len(found) == 961
        counts.append(len(looked_at))
    assert 50 < counts[1] < counts[0] / 2
