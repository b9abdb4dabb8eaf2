"""The page by keyboard alone: the way into it, and through its views; `test_every_view` goes through all stops."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_the_way_into_the_page_is_short(open_page):
    page = open_page()
    page.locator("h1").wait_for()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("application")).to_be_focused()


def test_keys_alone_lead_through_the_views_and_a_training_is_set_up(open_page, expect_query):
    page = open_page()

    def tab_to(locator):
        for _ in range(200):  # more than any view has stops
            if locator.evaluate("(element) => element === document.activeElement"):
                return
            page.keyboard.press("Tab")
        pytest.fail(f"Tab does not lead to {locator}")

    page.locator("h1").wait_for()
    tab_to(page.get_by_role("link", name="Learn"))
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    expect(page.locator("h1")).to_contain_text("784")
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    expect(page.locator("h1")).to_have_text(re.compile("^Softmax"))
    tab_to(page.get_by_role("slider", name="Score of 0"))
    page.keyboard.press("End")
    expect(page.locator(".largest .of-digit")).to_have_text("0")
    tab_to(page.get_by_role("radio", name="Three scores"))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("slider", name="Score of")).to_have_count(10)
    tab_to(page.get_by_role("link", name="Next: Loss"))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_be_focused()
    tab_to(page.get_by_role("slider", name="Probability of the correct answer").last)
    page.keyboard.press("End")
    expect(page.get_by_role("region", name="Squared error").locator(".loss-value")).to_have_text("0.00")
    for _ in range(2):
        tab_to(page.get_by_role("navigation", name="Previous and next step").get_by_role("link").last)
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Now train it yourself")
    tab_to(page.get_by_role("slider", name="Steps"))
    page.keyboard.press("Home")
    expect_query(page, steps=100, step="train")
    tab_to(page.get_by_role("button", name="Start training"))
