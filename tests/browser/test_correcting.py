"""A person corrects a reading: change, split, merge, delete, undo; the same ink never overwrites it."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from driving.pen import strokes_of

pytestmark = pytest.mark.browser

LIKE_A_ONE = [[(8, 7), (14, 5)], [(14, 5), (13, 14), (12, 23)]]  # read as a 7, not far from a 1


def _as_digit(mnist, digit):
    """Return the strokes of the first test image of a digit."""
    return strokes_of(mnist.test.images[np.flatnonzero(mnist.test.labels == digit)[0]])


def _say(page, character):
    page.locator(".correct").get_by_role("button", name=character, exact=True).click()


def _expect_text(sheet, text):
    expect(sheet.number).to_have_attribute("data-text", text)


@pytest.fixture
def two_and_seven(open_sheet, mnist):
    """A sheet with 2 and 7, explained."""
    sheet = open_sheet("?closer=open")
    with sheet.explained():
        sheet.write(_as_digit(mnist, 2), 0.15, 0.5)
    with sheet.explained() as answer:
        sheet.write(_as_digit(mnist, 7), 0.4, 0.5)
    assert answer.text == "27"
    return sheet


def test_a_digit_that_is_clicked_becomes_another_and_stays_so_when_the_ink_is_read_again(two_and_seven, mnist):
    sheet = two_and_seven
    box = sheet.boxes.nth(1).locator("rect").bounding_box()
    sheet.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    panel = sheet.page.get_by_role("region", name="Character 2: 7")
    expect(panel).to_be_visible()
    _say(sheet.page, "1")
    _expect_text(sheet, "21")
    expect(sheet.page.locator(".result .verdict")).to_have_text("Corrected by you")
    expect(sheet.cards.nth(1)).to_contain_text(re.compile("Yours.*The network read 7, 98\xa0% probability"))
    expect(sheet.boxes.nth(1)).to_have_attribute("data-mine", "true")
    # by a different model, and with more ink next to it
    sheet.page.get_by_role("radio", name="tiny").check()
    expect(sheet.cards.nth(0)).to_contain_text("Reliable")
    _expect_text(sheet, "21")
    sheet.page.evaluate("scrollTo(0, 0)")
    sheet.draw(sheet.placed(_as_digit(mnist, 0), 0.7, 0.5))
    _expect_text(sheet, "210")
    sheet.page.get_by_role("radio", name="default").check()
    _expect_text(sheet, "210")
    expect(sheet.boxes.nth(1)).to_have_attribute("data-mine", "true")


def test_corrections_and_strokes_are_undone_in_one_order(two_and_seven, mnist):
    sheet = two_and_seven
    undo = sheet.page.get_by_role("button", name="Undo")
    sheet.page.get_by_role("button", name="Correct").click()
    _say(sheet.page, "9")
    _expect_text(sheet, "97")
    sheet.draw(sheet.placed(_as_digit(mnist, 1), 0.7, 0.5))
    _expect_text(sheet, "971")
    for text in ("97", "27"):
        undo.click()
        _expect_text(sheet, text)
    expect(sheet.page.locator(".correct")).to_have_accessible_name("Character 1: 2")
    sheet.page.keyboard.press("Delete")  # the character that is selected, not the sheet
    _expect_text(sheet, "7")
    expect(sheet.page.locator(".correct")).to_have_accessible_name("Character 1: 7")
    sheet.page.get_by_role("button", name="Done").click()
    sheet.canvas.dispatch_event("keydown", {"key": "Delete", "repeat": True, "bubbles": True})
    _expect_text(sheet, "7")  # holding a key clears nothing
    sheet.canvas.focus()
    sheet.clear()


def test_ink_that_is_added_to_a_corrected_digit_is_read(two_and_seven):
    sheet = two_and_seven
    sheet.page.locator(".number .line > span").nth(1).click()
    _say(sheet.page, "4")
    _expect_text(sheet, "24")
    box = sheet.boxes.nth(1).locator("rect").bounding_box()
    middle = box["y"] + 0.6 * box["height"]
    with sheet.read():
        sheet.draw([np.array([[box["x"] + 12, middle], [box["x"] + box["width"] - 12, middle]])])
    expect(sheet.page.locator(".box[data-mine=true]")).to_have_count(0)
    sheet.page.keyboard.press("Control+z")
    _expect_text(sheet, "24")


def test_keys_split_merge_and_delete(two_and_seven):
    sheet = two_and_seven
    keyboard, said = sheet.page.keyboard, sheet.page.get_by_test_id("announcement")
    sheet.page.get_by_role("button", name="Correct").focus()
    keyboard.press("Enter")
    panel = sheet.page.locator(".correct")
    keyboard.press("Tab")  # the choice of network is beside the answer
    keyboard.press("Tab")
    expect(panel.get_by_role("button", name="Previous character")).to_be_focused()
    keyboard.press("Tab")
    expect(panel.get_by_role("button", name="Next character")).to_be_focused()
    keyboard.press("5")
    _expect_text(sheet, "57")
    keyboard.press("Enter")
    expect(panel).to_have_accessible_name("Character 2: 7")
    panel.get_by_role("button", name="Split").press("Enter")
    expect(sheet.boxes).to_have_count(3)
    expect(said).to_contain_text(re.compile("^With your corrections: 5 . ."))
    left, right = (sheet.boxes.nth(place).locator("rect").bounding_box() for place in (1, 2))
    assert left["x"] < right["x"]
    panel.get_by_role("button", name="Merge with next").press("Enter")
    _expect_text(sheet, "57")  # read again as a whole
    keyboard.press("Delete")
    _expect_text(sheet, "5")
    expect(said).to_have_text("With your corrections: 5.")
    keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(sheet.page.get_by_role("button", name="Correct")).to_be_focused()


def test_a_picture_is_corrected_and_its_list_says_so(open_sheet, two_pictures):
    sheet = open_sheet()
    sheet.page.get_by_test_id("pictures").set_input_files(two_pictures)
    listed = sheet.page.locator(".listed-text")
    expect(listed).to_have_text(["72", "72"])
    sheet.boxes.nth(0).click(position={"x": 8, "y": 8})
    _say(sheet.page, "1")
    _say(sheet.page, "point")
    expect(listed).to_have_text([".2", "72"])
    sheet.page.get_by_role("button", name="Undo").click()
    expect(listed).to_have_text(["12", "72"])
    sheet.page.locator(".picture-list button").nth(1).click()
    _expect_text(sheet, "72")
    sheet.page.locator(".picture-list button").nth(0).click()
    _expect_text(sheet, "12")
    sheet.page.once("dialog", lambda dialog: dialog.dismiss())
    sheet.page.get_by_role("button", name="Back to writing").click()
    _expect_text(sheet, "12")
    sheet.page.once("dialog", lambda dialog: dialog.dismiss())
    sheet.page.get_by_test_id("pictures").set_input_files(two_pictures[1])
    expect(listed).to_have_text(["12", "72"])
    sheet.page.get_by_role("button", name="中").click()
    expect(sheet.page.locator(".result .verdict")).to_have_text("已由你改正")
    _expect_text(sheet, "12")


def test_correcting_begins_with_the_character_that_the_message_names(open_sheet, mnist):
    sheet = open_sheet("?model=softmax")
    for digit, left in zip((8, 5, 4, 9), (0.2, 0.4, 0.6, 0.8), strict=True):
        with sheet.explained():
            sheet.write(_as_digit(mnist, digit), left, 0.4)
    why = sheet.page.locator(".result .why").inner_text()
    named = int(re.search(r"position (\d)", why)[1])
    assert named > 1
    assert "other dashed digits" in why
    sheet.page.get_by_role("button", name="Correct").click()
    expect(sheet.page.get_by_role("region", name=re.compile(f"^Character {named}:"))).to_be_visible()


def test_with_a_character_selected_any_place_of_the_page_takes_the_key(open_sheet):
    sheet = open_sheet("?closer=open")
    page = sheet.page
    with sheet.explained():
        sheet.write(LIKE_A_ONE)
    page.locator(".card-head").click()
    page.keyboard.press("4")
    expect(sheet.number).to_have_attribute("data-text", "4")
    page.keyboard.press("Escape")
    expect(page.locator(".correct")).to_have_count(0)
    page.keyboard.press("5")
    expect(sheet.number).to_have_attribute("data-text", "4")
    page.keyboard.press("Control+z")
    expect(sheet.number).to_have_attribute("data-text", "7")
