"""A display or a meter is read where somebody says that the picture shows one."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

import shuzi

pytestmark = pytest.mark.browser

METER = Path(__file__).parents[2] / "docs" / "pictures" / "meter.jpg"


def test_a_display_is_read_and_its_line_drawn_by_a_network_that_comes_when_it_is_asked_for(open_sheet):
    sheet = open_sheet()
    page, requested = sheet.page, []
    page.context.on("request", lambda request: requested.append(request.url))
    page.get_by_test_id("pictures").set_input_files(METER)
    choice = page.get_by_test_id("pattern")
    correct = page.get_by_role("button", name="Correct")
    expect(correct.or_(choice).first).to_be_visible()
    if correct.is_visible():
        correct.click()
    assert not any("models/display" in url for url in requested)
    with page.expect_request("**/models/display.bin.gz"):
        choice.select_option("display")
    expected = shuzi.load("display").read(METER)
    assert expected.status == "ok"
    expect(sheet.number).to_have_attribute("data-text", expected.text)
    expect(sheet.number).to_have_attribute("data-status", "ok")
    expect(page.locator(".boxes .box")).to_have_count(len(expected.digits))
    expect(page).to_have_url(re.compile("[?&]kind=display"))
    drawn, around = page.locator(".line-box").bounding_box(), page.locator(".sheet.picture").bounding_box()
    left, _, width, _ = expected.lines[0].box
    scale = around["width"] / page.locator(".sheet.picture img").evaluate("(image) => image.naturalWidth")
    assert drawn["x"] - around["x"] == pytest.approx(left * scale, abs=14)
    assert drawn["width"] == pytest.approx(width * scale, abs=28)
    choice.select_option("")
    expect(page.locator(".line-box")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("kind"))


def test_a_display_is_read_in_its_colours(open_sheet, tmp_path):
    x, y, width, height = shuzi.load("display").read(METER).lines[0].box
    grey = np.asarray(Image.open(METER).convert("L"))[y : y + height, x : x + width]
    paper, ink = np.array([0, 170, 0]), np.array([255, 40, 0])  # as bright as one another
    coloured = np.rint(ink + (paper - ink) * (grey[..., None] / 255)).astype(np.uint8)
    Image.fromarray(coloured).save(path := tmp_path / "coloured.png")
    expected = shuzi.load("display").read(path)
    assert expected.text == shuzi.load("display").read(grey).text
    sheet = open_sheet("?kind=display")
    sheet.page.get_by_test_id("pictures").set_input_files(path)
    expect(sheet.number).to_have_attribute("data-text", expected.text)
