"""What I wrote last is the example of every step until I choose another, also tomorrow, and the way back is there."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from driving.pen import strokes_of

pytestmark = pytest.mark.browser

STEPS = ["pixels", "template", "backprop", "convolution", "handwriting"]


def _as_digit(mnist, digit):
    return strokes_of(mnist.test.images[np.flatnonzero(mnist.test.labels == digit)[0]])


def _write(sheet, mnist, digit):
    with sheet.explained() as answer:
        sheet.write(_as_digit(mnist, digit))
    assert answer.text == str(digit)


def _mine(page):
    return page.get_by_role("radio", name="My digit")


def test_a_step_begins_with_my_digit_also_at_the_next_visit(open_sheet, mnist):
    sheet = open_sheet()
    page = sheet.page
    page.goto("?view=learn&step=template")
    expect(page.get_by_role("radio", name="7")).to_be_checked()
    page.get_by_role("link", name="Write", exact=True).click()
    _write(sheet, mnist, 4)
    page.get_by_role("link", name="Learn").click()
    expect(_mine(page)).to_be_checked()
    assert "ink=" not in page.url
    for step in STEPS:
        page.goto(f"?view=learn&step={step}")
        expect(_mine(page)).to_be_checked()
        assert "ink=" not in page.url


def test_another_digit_is_the_example_until_i_write_the_next(open_sheet, mnist):
    sheet = open_sheet()
    page = sheet.page
    _write(sheet, mnist, 4)
    page.get_by_role("link", name="Learn").click()
    page.get_by_role("radio", name="5").check()
    page.get_by_role("link", name="xw + b").first.click()
    expect(page.get_by_role("radio", name="5")).to_be_checked()
    page.get_by_role("link", name="Write another one").click()
    expect(page.get_by_role("link", name=re.compile("^Back to “xw \\+ b”"))).to_be_visible()
    sheet.clear()
    _write(sheet, mnist, 3)
    page.get_by_role("link", name=re.compile("^Back to “xw \\+ b” with your digit")).click()
    expect(page.locator("h1")).to_contain_text(re.compile("emplate"))
    expect(_mine(page)).to_be_checked()


def test_a_link_brings_its_own_digit(open_sheet, open_page, mnist):
    sheet = open_sheet()
    _write(sheet, mnist, 4)
    page = sheet.page
    page.goto("?view=learn&step=pixels&look=3")
    expect(page.get_by_role("radio", name="3")).to_be_checked()
    page.goto("?view=learn&step=template&look=8")
    expect(page.get_by_role("radio", name="8")).to_be_checked()


def test_an_address_with_my_digit_is_short(open_sheet, open_page, mnist):
    sheet = open_sheet()
    page = sheet.page
    _write(sheet, mnist, 3)
    for step in ("handwriting", "template", "convolution"):
        page.goto(f"?view=learn&step={step}")
        expect(_mine(page)).to_be_checked()
        page.get_by_role("radio", name="1", exact=True).check()
        page.go_back()
    page.goto("?view=write")
    expect(sheet.number).to_have_attribute("data-text", "3")
    page.get_by_role("link", name="28x28").click()
    expect(page.get_by_text("Your digit, as you wrote or photographed it")).to_be_visible()
    expect(page).to_have_url(re.compile(r"ink=[\w-]+"))
    assert len(page.url) < 500, page.url
    other = open_page(page.url)
    expect(other.locator(".one-answer[data-model=default] strong")).to_have_text("3")
