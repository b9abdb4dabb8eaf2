"""A kept digit that changes other readings says so, and can be taken back."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

LIKE_A_ONE = [[(8, 7), (14, 5)], [(14, 5), (13, 14), (12, 23)]]  # read as a 7, not far from a 1


def test_what_changed_is_named_with_its_cause_and_taken_back(open_sheet):
    sheet = open_sheet()
    page = sheet.page
    with sheet.explained():
        sheet.write(LIKE_A_ONE, 0.25)
    with sheet.explained() as answer:
        sheet.write(LIKE_A_ONE, 0.65)
    assert answer.text == "77"
    page.get_by_role("button", name="Correct").click()
    page.keyboard.press("1")  # the focus is on the button still
    expect(sheet.number).to_have_attribute("data-text", "17")
    page.get_by_role("button", name="Keep this digit").click()
    notice = page.locator(".changed")
    expect(notice).to_contain_text("Because you kept this 1, character 2 now reads 1, not 7.")
    expect(sheet.number).to_have_attribute("data-text", "11")
    notice.get_by_role("button", name="Do not keep it").click()
    expect(notice).to_have_count(0)
    expect(sheet.number).to_have_attribute("data-text", "17")
    expect(page.locator(".kept li")).to_have_count(0)


def test_what_i_say_is_right_is_not_said_again(open_sheet):
    sheet = open_sheet()
    page = sheet.page
    for left in (0.25, 0.65):
        with sheet.explained():
            sheet.write(LIKE_A_ONE, left)
    page.get_by_role("button", name="Correct").click()
    page.keyboard.press("1")
    page.get_by_role("button", name="Keep this digit").click()
    page.get_by_role("button", name="That is right").click()
    expect(page.locator(".changed")).to_have_count(0)
    expect(sheet.number).to_have_attribute("data-text", "11")
    expect(page.locator(".kept li")).to_have_count(1)


def test_with_a_character_selected_any_place_of_the_page_takes_the_key(open_sheet):
    sheet = open_sheet()
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
