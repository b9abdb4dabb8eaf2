"""Pictures without a digit, or of which a person should be told something."""

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
    assert sum(reading.status == "not-a-digit" for reading in found) >= 7
    assert any("letter" in reading.message for reading in found)


def test_a_scribble_is_not_called_a_digit(reader):
    rng = np.random.default_rng(0)
    called = 0
    for _ in range(10):
        page = np.full((200, 200), 235, np.uint8)
        way = np.clip(100 + np.cumsum(rng.normal(0, 28, (40, 2)), axis=0), 30, 170).astype(np.int32)
        cv2.polylines(page, [way], False, 40, 5, cv2.LINE_AA)
        called += reader.read(page).status == "ok"
    assert called <= 1


def test_the_guess_is_told_also_when_it_is_no_digit(reader):
    reading = reader.read(_written("E"))
    assert reading.status != "ok"
    assert len(reading.text) == len(reading.digits) == 1


def test_what_is_unsure_says_which_digit_and_what_it_could_be(reader, hand, draw):
    unsure = 0
    for digit in range(10):
        one = hand.write(str(digit))
        other = cv2.resize(hand.write(str((digit + 3) % 10)), one.shape[::-1])
        reading = reader.read(draw((one + other) / 2))
        if reading.status == "unsure" and len(reading.digits) == 1:
            unsure += 1
            assert f"digit 1: it could be {reading.digits[0].digit} or " in reading.message
    assert unsure


def test_writing_that_is_cut_off_by_the_edge_is_told(reader, hand, draw):
    told = 0
    for turn in range(10):
        page = draw(hand.write(str(turn), margin=0.3))
        reading = reader.read(page[: round(0.6 * page.shape[0])])
        told += reading.status == "ok" or "edge" in reading.message
    assert told == 10


def test_a_digit_too_small_to_be_read_is_told_with_its_height(reader, hand, draw):
    seen = [reader.read(draw(hand.write(str(digit), height=5))) for digit in range(10)]
    doubtful = [reading for reading in seen if reading.status in ("unsure", "not-a-digit")]
    assert doubtful
    for reading in doubtful:
        assert f"{reading.digits[0].box[3]} pixels high" in reading.message
