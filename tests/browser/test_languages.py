"""Chinese and English: first by the browser's language, and as chosen from then on."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("browser_speaks", "tag", "title"),
    [
        ("en-GB", "en", "Write a number"),
        ("zh-CN", "zh-Hans", "写一个数"),
        ("zh-TW", "zh-Hans", "写一个数"),
        ("fr-FR", "en", "Write a number"),
    ],
)
def test_at_first_it_speaks_the_browsers_language(open_page, browser_speaks, tag, title):
    page = open_page(language=browser_speaks)
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator("html")).to_have_attribute("lang", tag)
    pressed = page.get_by_role("button", name="中" if tag == "zh-Hans" else "EN", exact=True)
    expect(pressed).to_have_attribute("aria-pressed", "true")


def test_a_choice_is_remembered_and_a_link_speaks_its_own_language(open_page, expect_query):
    page = open_page()
    page.get_by_role("button", name="中", exact=True).click()
    expect(page).to_have_title(re.compile("^写"))
    expect_query(page, lang="zh")
    page.get_by_role("link", name="学", exact=True).click()
    expect_query(page, lang="zh", view="learn")
    page.goto("?view=models")
    expect(page.locator("h1")).to_have_text("模型")
    page.goto("?view=models&lang=en")
    expect(page.locator("h1")).to_have_text("Models")
    page.goto("?view=models")
    expect(page.locator("h1")).to_have_text("模型")
