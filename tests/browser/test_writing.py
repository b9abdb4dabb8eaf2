"""Writing on the sheet with mouse, touch, pen and keyboard, and undoing it."""

import re

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

from driving.pen import strokes_of
from shuzi import messages

pytestmark = pytest.mark.browser

LETTER = [[(19, 6), (9, 6), (9, 22), (19, 22)], [(9, 14), (18, 14)]]  # an E
ROOM = 5  # CSS pixels between ink and box, as on the page


def _as_digit(mnist, digit):
    """Return the strokes of the first test image of a digit."""
    return strokes_of(mnist.test.images[np.flatnonzero(mnist.test.labels == digit)[0]])


def _stretch(places):
    """Return left, top, right and bottom of points (n, 2)."""
    return np.concatenate([places.min(axis=0), places.max(axis=0)])


def test_four_digits_are_one_number_with_a_box_and_a_card_each(open_sheet, mnist):
    sheet = open_sheet("?closer=open")
    inks = []
    for place, digit in enumerate((2, 0, 4, 9)):
        strokes = _as_digit(mnist, digit)
        inks.append(np.concatenate(sheet.placed(strokes, 0.17 + 0.22 * place, 0.6)))
        answer = sheet.write(strokes, 0.17 + 0.22 * place, 0.6)
    assert (answer.text, answer.reading["status"]) == ("2049", "ok")
    expect(sheet.number).to_have_text("2049")
    expect(sheet.page.locator(".result .verdict")).to_contain_text("Reliable")
    expect(sheet.cards.locator(".card-digit")).to_have_text(list("2049"))
    expect(sheet.boxes.locator("text")).to_have_text(list("2049"))
    for ink, box in zip(inks, sheet.boxes.locator("rect").all(), strict=True):
        frame = box.bounding_box()
        found = [frame["x"], frame["y"], frame["x"] + frame["width"], frame["y"] + frame["height"]]
        pen = 0.05 * sheet.canvas.bounding_box()["height"]
        around = ROOM + pen / 2
        expected = _stretch(ink) + np.array([-around, -around, around, around])
        assert np.abs(found - expected).max() < 6  # smooth lines cut the corners of the hand's way


def test_a_letter_is_not_taken_for_a_digit(open_sheet):
    sheet = open_sheet()
    answer = sheet.write(LETTER)
    assert answer.reading["status"] == "not-a-digit"
    expect(sheet.page.locator(".result .verdict")).to_have_text("Not a digit")
    expect(sheet.page.locator(".result .advice")).to_have_text(
        "This does not look like a digit. It may be a letter or another sign."
    )
    expect(sheet.boxes).to_have_attribute("data-status", "not-a-digit")
    expect(sheet.number).to_have_text(answer.text)  # the guess is shown all the same, but small
    sizes = [
        float(each.evaluate("(element) => parseFloat(getComputedStyle(element).fontSize)"))
        for each in (sheet.number, sheet.number.locator("[data-status=not-a-digit]"))
    ]
    assert sizes[1] < 0.6 * sizes[0]
    expect(sheet.boxes.locator("text")).to_have_text("×")


def test_ink_that_is_in_no_text_is_hatched_and_named_and_nothing_is_plainly_reliable(open_sheet, mnist):
    sheet = open_sheet()
    sheet.write(_as_digit(mnist, 2), 0.2, 0.5)
    sheet.write(LETTER, 0.8, 0.5)
    answer = sheet.write(_as_digit(mnist, 7), 0.4, 0.5)
    (ignored,) = answer.reading["ignored"]
    assert answer.text == "27"
    left_out = sheet.page.locator(".left-out")
    expect(left_out).to_have_attribute("data-kind", ignored["kind"])
    expect(left_out.locator("rect")).to_have_attribute("fill", "url(#left-out)")
    expect(left_out.locator("text")).to_have_text(ignored["kind"])
    places = np.concatenate(sheet.placed(LETTER, 0.8, 0.5))
    frame = left_out.locator("rect").bounding_box()
    assert abs(frame["x"] + frame["width"] / 2 - places[:, 0].mean()) < 20
    verdict = sheet.page.locator(".result .verdict strong")
    expect(verdict).not_to_have_text("Reliable")
    with sheet.read() as answer:
        sheet.page.keyboard.press("Control+z")
        sheet.page.keyboard.press("Control+z")
        sheet.page.keyboard.press("Control+z")
    expect(left_out).to_have_count(0)
    expect(verdict).to_have_text("Reliable")
    expect(sheet.page.locator(".result .why")).to_have_text("Every character is clear.")


def test_strokes_are_taken_back_and_so_is_a_clearing(open_sheet, mnist):
    sheet = open_sheet()
    undo, clear = (sheet.page.get_by_role("button", name=name) for name in ("Undo", "Clear"))
    expect(undo).to_be_disabled()
    expect(clear).to_be_disabled()
    assert sheet.write(_as_digit(mnist, 7), 0.3).text == "7"
    assert sheet.write(_as_digit(mnist, 0), 0.6).text == "70"
    clear.click()
    expect(sheet.number).to_have_count(0)
    expect(sheet.boxes).to_have_count(0)
    expect(sheet.page.locator(".sheet .hint")).to_have_text("Write here")
    for act, text in (
        (undo.click, "70"),
        (lambda: sheet.page.keyboard.press("Control+z"), "7"),
    ):
        with sheet.read() as answer:
            act()
        assert answer.text == text
    sheet.page.keyboard.press("Delete")
    expect(sheet.number).to_have_count(0)
    for _ in range(2):
        sheet.page.keyboard.press("Control+z")
    expect(undo).to_be_disabled()
    expect(sheet.page.locator(".sheet .hint")).to_be_visible()


def test_keys_write_a_seven(open_sheet):
    sheet = open_sheet()
    keyboard, said = sheet.page.keyboard, sheet.page.get_by_test_id("announcement")
    while not sheet.canvas.evaluate("(canvas) => canvas === document.activeElement"):
        keyboard.press("Tab")
    expect(sheet.page.locator(".key-pen")).to_have_attribute("data-down", "false")
    for _ in range(5):
        keyboard.press("ArrowLeft")
    keyboard.press("Space")
    expect(said).to_have_text("Pen down")
    expect(sheet.page.locator(".key-pen")).to_have_attribute("data-down", "true")
    for _ in range(8):
        keyboard.press("ArrowRight")
    for _ in range(2):
        keyboard.press("ArrowDown")
    keyboard.down("ArrowLeft")
    for _ in range(4):
        keyboard.press("ArrowDown")  # held together with the other one: diagonally down left
    keyboard.up("ArrowLeft")
    for _ in range(7):
        keyboard.press("ArrowDown")
    with sheet.read() as answer:
        keyboard.press("Escape")
    assert answer.text == "7"
    expect(said).to_have_text(re.compile(r"^Read: 7\."))
    keyboard.press("Delete")
    expect(sheet.number).to_have_count(0)


def test_a_pen_that_is_pressed_harder_writes_wider(open_sheet):
    sheet = open_sheet()
    (places,) = sheet.placed([[(14, 5), (14, 14), (14, 23)]])
    session = sheet.page.context.new_cdp_session(sheet.page)
    widths = []
    for force in (0.2, 0.9):
        with sheet.read() as answer:
            for number, (x, y) in enumerate(places):
                kind = "mouseMoved" if number else "mousePressed"
                point = {"x": x, "y": y, "button": "left", "buttons": 1, "pointerType": "pen", "force": force}
                session.send("Input.dispatchMouseEvent", {"type": kind, **point, "clickCount": 1})
            x, y = places[-1]
            end = {"x": x, "y": y, "button": "left", "buttons": 0, "pointerType": "pen", "clickCount": 1}
            session.send("Input.dispatchMouseEvent", {"type": "mouseReleased", **end})
        assert answer.text == "1"
        picture = cv2.imdecode(np.frombuffer(sheet.last_picture(), np.uint8), cv2.IMREAD_GRAYSCALE)
        widths.append((picture[picture.shape[0] // 2] < 128).sum())
        sheet.clear()
    assert widths[1] > 1.5 * widths[0]


def test_a_finger_writes_and_the_page_stays_where_it_is(open_sheet, mnist):
    sheet = open_sheet(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    session = sheet.page.context.new_cdp_session(sheet.page)
    *first, last = sheet.placed(_as_digit(mnist, 4))

    def touch(kind, *points):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    def draw(stroke):
        touch("touchStart", stroke[0])
        for place in stroke[1:]:
            touch("touchMove", place)
        touch("touchEnd")

    for stroke in first:
        draw(stroke)
    with sheet.read() as answer:
        draw(last)
    assert answer.text == "4"
    assert sheet.page.evaluate("[scrollX, scrollY, visualViewport.scale]") == [0, 0, 1]


def test_an_example_writes_itself_and_goes_when_one_writes(open_sheet, mnist):
    sheet = open_sheet()
    sheet.page.get_by_role("button", name="Show me").click()
    expect(sheet.number).to_have_attribute("data-text", "2479")
    expect(sheet.page.get_by_role("button", name="Undo")).to_be_enabled()
    assert sheet.write(_as_digit(mnist, 3)).text == "3"


def test_a_tap_on_a_digit_selects_it_and_writes_nothing(open_sheet, mnist):
    sheet = open_sheet("?closer=open")
    for digit, left in ((2, 0.3), (6, 0.7)):
        with sheet.explained():
            sheet.write(_as_digit(mnist, digit), left)
    box = sheet.boxes.nth(1).locator("rect").bounding_box()
    sheet.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    heads = sheet.page.locator(".card-head")
    expect(heads.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(heads.nth(0)).to_have_attribute("aria-pressed", "false")
    expect(heads.nth(1)).to_have_accessible_name("Digit 2: 6, Reliable")
    sheet.page.mouse.move(5, 5)
    expect(sheet.boxes.nth(1)).to_have_attribute("data-lit", "true")
    expect(sheet.number.locator("[data-lit=true]")).to_have_text("6")
    expect(sheet.number).to_have_attribute("data-text", "26")
    heads.nth(1).press("Enter")
    expect(heads.nth(1)).to_have_attribute("aria-pressed", "false")


def test_ink_outlives_other_views_and_speaks_the_language_that_is_chosen(open_sheet):
    sheet = open_sheet()
    sheet.write(LETTER)
    advice = sheet.page.locator(".result .advice")
    sheet.page.get_by_role("link", name="Learn").click()
    expect(sheet.canvas).to_have_count(0)
    sheet.page.get_by_role("link", name="Write", exact=True).click()
    expect(advice).to_have_text("This does not look like a digit. It may be a letter or another sign.")
    sheet.page.get_by_role("button", name="中").click()
    with messages.speaking("zh"):
        expect(advice).to_have_text(messages.say("reading.not_a_digit"))


def test_a_small_five_is_not_closed_by_the_pen(open_sheet, mnist):
    sheet = open_sheet()
    for place in (8, 15, 23, 45):
        assert mnist.test.labels[place] == 5
        answer = sheet.write(strokes_of(mnist.test.images[place]), side=28 / sheet.canvas.bounding_box()["height"])
        assert answer.text == "5", place
        sheet.clear()


def test_ink_is_read_while_the_service_is_out_of_reach(open_sheet, mnist):
    sheet = open_sheet(refusals=(0,))
    assert sheet.write(_as_digit(mnist, 7), 0.3).text == "7"
    sheet.page.context.set_offline(True)
    assert sheet.write(_as_digit(mnist, 0), 0.6).text == "70"
    expect(sheet.page.get_by_role("alert")).to_have_count(0)
