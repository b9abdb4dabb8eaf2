"""What it saw: the stages of the chosen digit on Write."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from driving.pen import strokes_of

pytestmark = pytest.mark.browser

STAGES = ["As written", "Invert", "Remove the paper", "Cut out", "Scale and centre", "28x28, even strokes"]
PIXELS = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return [...data.filter((_, place) => place % 4 === 0)];
}"""


def _strokes(mnist, digit):
    return strokes_of(mnist.test.images[np.flatnonzero(mnist.test.labels == digit)[0]])


def _pixels(panel, name):
    return np.array(panel.get_by_role("img", name=name, exact=True).evaluate(PIXELS))


def test_a_digit_is_followed_from_the_sheet_to_28x28(open_sheet, mnist, expect_query):
    sheet = open_sheet("?closer=open")
    page = sheet.page
    panel = page.get_by_role("region", name="What it saw, stage by stage")
    expect(panel).to_have_count(0)
    with sheet.explained() as answer:
        sheet.write(_strokes(mnist, 0))
    expect(panel.get_by_role("img")).to_have_count(len(STAGES))
    assert [each.get_attribute("aria-label") for each in panel.get_by_role("img").all()] == STAGES
    assert _pixels(panel, STAGES[-1]).tolist() == np.array(answer.reading["digits"][0]["image"]).ravel().tolist()
    for name, is_bright in ((STAGES[0], True), (STAGES[1], False), (STAGES[2], False)):
        assert (_pixels(panel, name)[0] > 127) == is_bright, name
    panel.get_by_role("link", name="Leave a stage out").click()
    expect_query(page, view="learn", step="handwriting", look="mine")


def test_another_digit_is_chosen_by_keyboard(open_sheet, mnist):
    sheet = open_sheet("?closer=open")
    sheet.write(_strokes(mnist, 4), 0.25)
    with sheet.explained() as answer:
        sheet.write(_strokes(mnist, 7), 0.7)
    assert answer.text == "47"
    panel = sheet.page.get_by_role("region", name="What it saw, stage by stage")
    images = [np.array(each["image"]).ravel().tolist() for each in answer.reading["digits"]]
    assert _pixels(panel, STAGES[-1]).tolist() == images[1]
    sheet.cards.nth(0).locator(".card-head").press("Enter")
    panel.page.wait_for_function(
        "(first) => document.querySelector('[data-stage=pen] canvas').getContext('2d')"
        ".getImageData(0, 0, 28, 28).data.filter((_, place) => place % 4 === 0).join() === first",
        arg=",".join(map(str, images[0])),
    )


def test_a_dropped_picture_shows_its_stages_too(open_sheet, drop, two_pictures):
    sheet = open_sheet("?closer=open")
    page = sheet.page
    with sheet.explained():
        drop(page, two_pictures[0])
    panel = page.get_by_role("region", name="What it saw, stage by stage")
    expect(panel.get_by_role("img")).to_have_count(len(STAGES))


@pytest.mark.parametrize("width", [360, 768, 1600])
def test_the_stages_fit_on_any_screen(open_sheet, mnist, width):
    sheet = open_sheet("?closer=open", viewport={"width": width, "height": 800})
    page = sheet.page
    sheet.write(_strokes(mnist, 4), 0.25)
    with sheet.explained():
        sheet.write(_strokes(mnist, 7), 0.7)
    expect(page.locator(".preparation canvas")).to_have_count(len(STAGES))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for each in page.locator(".preparation canvas").all():
        box = each.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert min(box["width"], box["height"]) >= 20


def test_what_only_the_service_can_read_has_no_stages(open_sheet, drop, mnist, tmp_path):
    from PIL import Image

    page_of_paper = np.full((400, 400), 255, np.uint8)
    page_of_paper[100:128, 180:208] -= mnist.test.images[0]
    Image.fromarray(page_of_paper).save(tmp_path / "seven.pdf")
    sheet = open_sheet("?closer=open")
    with sheet.explained():
        drop(sheet.page, tmp_path / "seven.pdf")
    panel = sheet.page.get_by_role("region", name="What it saw, stage by stage")
    expect(panel).to_contain_text(re.compile("digits that this page has read itself"))
    expect(panel.get_by_role("img")).to_have_count(0)
