"""Pictures without a digit, or that need a message for the user."""

import cv2
import numpy as np
import pytest


def _written(letter, font=cv2.FONT_HERSHEY_SIMPLEX):
    page = np.full((140, 140), 235, np.uint8)
    cv2.putText(page, letter, (35, 100), font, 2.6, 40, 7)
    return page


@pytest.mark.parametrize("brightness", [0, 120, 255])
@pytest.mark.parametrize("noise", [0, 4])
def test_a_blank_page(reader, brightness, noise):
    rng = np.random.default_rng(0)
    page = np.clip(np.rint(rng.normal(brightness, noise, (200, 300))), 0, 255).astype(np.uint8)
    reading = reader.read(page)
    assert (reading.text, reading.status, reading.digits) == ("", "blank", ())
    assert reading.message == "There is no writing in this picture."


def test_a_letter_is_not_called_a_digit(reader):
    found = [reader.read(_written(letter)) for letter in "ABEFHKMNRTWXYG"]
    assert sum(reading.status == "ok" for reading in found) == 0
    assert any(reading.status == "not-a-digit" for reading in found)
    assert any("letter" in reading.message for reading in found)


def _scribbled(way, pen=5):
    page = np.full((200, 200), 235, np.uint8)
    cv2.polylines(page, [np.rint(way).astype(np.int32)], False, 40, pen, cv2.LINE_AA)
    return page


def _zigzag(rng):
    """A word struck out."""
    turns = rng.integers(6, 14)
    x = np.linspace(40, 160, turns) + rng.normal(0, 8, turns)
    y = np.where(np.arange(turns) % 2, rng.uniform(120, 165, turns), rng.uniform(35, 80, turns))
    return _scribbled(np.stack([x, y], axis=1))


def _loops(rng):
    """Trying out a pen."""
    angle = np.linspace(0, rng.uniform(4, 8) * 2 * np.pi, 300)
    x = 100 + 2 * rng.uniform(-1, 1) * angle + 45 * np.cos(angle + rng.normal())
    y = 100 + 35 * np.sin(angle * rng.uniform(0.8, 1.2)) + 0.6 * rng.normal(0, 1.5, 300).cumsum()
    return _scribbled(np.stack([x, y], axis=1), 4)


def _tangle(rng):
    """Unlike any writing: straight strokes in all directions."""
    way = np.cumsum(rng.normal(size=(30, 2)), axis=0)
    return _scribbled(30 + 140 * (way - way.min(axis=0)) / np.ptp(way, axis=0).max())


@pytest.mark.parametrize("scribble", [_zigzag, _loops, _tangle])
def test_few_scribbles_are_called_a_digit(reader, scribble):
    """Overlapping loops look much like a 0; a network that knows only digits accepts most scribbles."""
    rng = np.random.default_rng(0)
    assert sum(reader.read(scribble(rng)).status == "ok" for _ in range(80)) <= 20


@pytest.mark.xfail(reason="a letter alone is a line of a page, and of lines without a digit none is guessed")
def test_the_guess_is_shown_even_if_it_is_not_a_digit(reader):
    reading = reader.read(_written("E"))
    assert reading.status != "ok"
    assert len(reading.text) == len(reading.digits) == 1


def test_an_unsure_reading_names_the_digit_and_the_alternative(reader, hand, draw):
    unsure = named = 0
    for digit in "0123456789":
        for angle in range(40, 140, 10):  # a digit lying on its side cannot be read
            ink = hand.write(digit)
            middle = (ink.shape[1] / 2, ink.shape[0] / 2)
            turned = cv2.warpAffine(ink, cv2.getRotationMatrix2D(middle, angle, 0.7), ink.shape[::-1])
            reading = reader.read(draw(turned))
            if reading.status == "unsure" and len(reading.digits) == 1:
                unsure += 1
                named += f"at position 1: it could be {reading.digits[0].digit} or " in reading.message
                # most of the ink may be outside the supposed digit, or the line recogniser sees none at all
                digit_found = reading.digits[0].digit
                told = (
                    f"could be {digit_found} or ",
                    f'could be "{digit_found}" or ',
                    "other ink",
                    "may not be a number",
                    "No line of writing",
                )
                is_told = any(each in reading.message for each in told)
                assert is_told or (angle > 90 and "upside down" in reading.message)
    assert named > unsure / 2 > 0


def test_writing_cut_off_by_the_edge_is_reported(reader, hand, draw):
    told = 0
    for turn in range(10):
        page = draw(hand.write(str(turn), margin=0.3))
        reading = reader.read(page[: round(0.6 * page.shape[0])])
        told += reading.status == "ok" or "edge" in reading.message
    assert told == 10


def test_a_digit_too_small_to_read_is_reported_with_its_height(reader, hand, draw):
    seen = [reader.read(draw(hand.write(str(digit), height=5))) for digit in range(10)]
    doubtful = [reading for reading in seen if reading.status in ("unsure", "not-a-digit")]
    assert doubtful
    for reading in doubtful:
        assert f"{max(reading.digits[0].box[2:])} pixels high" in reading.message


@pytest.mark.parametrize("height", [24, 90])
def test_a_blurred_picture_is_reported_as_blurred_and_a_sharp_one_never(reader, hand, draw, height):
    doubtful = {True: 0, False: 0}
    for digit in range(10):
        for turn in range(3):
            sharp = draw(hand.write(str(digit), turn, height))
            for blurred in (True, False):
                reading = reader.read(cv2.GaussianBlur(sharp, (0, 0), 0.17 * height) if blurred else sharp)
                if reading.status != "ok":
                    doubtful[blurred] += 1
                    assert ("blurred" in reading.message) == blurred
    assert doubtful[True] > doubtful[False]


def test_a_sharp_letter_is_not_a_digit_either(reader):
    assert all("blurred" not in reader.read(_written(letter)).message for letter in "ABEFHKMNRTWXYG")
