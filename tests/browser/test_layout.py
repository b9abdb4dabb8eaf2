"""Nothing overlaps, moves under the cursor or leaves emptiness, whatever is shown and however wide the window is."""

import json
from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import expect

from driving.browsing import LONG
from driving.pen import strokes_of

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SHOWN = """(name) => [...document.querySelectorAll(name)].map((each) => each.getBoundingClientRect())
  .filter(({ width }) => width > 0).map(({ left, right }) => [left, right])"""
PRIVATE = {"en": "nothing leaves your machine", "zh": "不会离开这台机器"}
LINES = """(each) => {
  const text = document.createRange();
  text.selectNodeContents(each);
  return new Set([...text.getClientRects()].map(({ top }) => top)).size;
}"""


def test_thirty_pictures_leave_nothing_below_the_footer(open_sheet, as_png):
    sheet = open_sheet()
    white = as_png(np.full((40, 60), 255, np.uint8))
    pictures = [{"name": f"{number}.png", "mimeType": "image/png", "buffer": white} for number in range(30)]
    sheet.page.get_by_test_id("pictures").set_input_files(pictures)
    expect(sheet.page.locator(".listed")).to_have_count(30)
    footer = sheet.page.locator("footer").bounding_box()
    height = sheet.page.evaluate("document.documentElement.scrollHeight - scrollY")
    assert height == pytest.approx(footer["y"] + footer["height"], abs=1)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_names_of_the_steps_never_run_into_each_other(open_page, language):
    page = open_page("?view=learn", language=language)
    for width in (1250, 1280, 1600):
        page.set_viewport_size({"width": width, "height": 900})
        page.reload()
        page.locator(".step-name").first.wait_for()
        places = page.evaluate(SHOWN, ".step-name")
        assert len(places) == 12
        assert all(right < left for (_, right), (left, _) in pairwise(places)), (width, places)


def test_the_name_of_a_model_of_ones_own_is_on_one_line(open_page, api):
    told = api.get("v1/models").json()
    own = told["models"][0] | {"name": "0123456789abcdef", "recipe": "mlp", "kind": "classifier"}
    own |= {
        "shipped": False,
        "chosen": False,
        "score": {"accuracy": 0.98, "n": 10_000, "interval": [0.97, 0.99], "on": "test"},
    }
    told["models"].append(own)
    page = open_page(language="zh", **PHONE)
    page.route("**/v1/models", lambda route: route.fulfill(body=json.dumps(told), content_type="application/json"))
    page.goto("?view=models")
    name = page.get_by_role("rowheader").get_by_role("button", name="你的 mlp")
    assert name.evaluate(LINES) == 1
    expect(page.get_by_text("0123456789abcdef")).to_have_count(0)


@pytest.mark.parametrize("options", [PHONE, {}], ids=["phone", "desk"])
def test_undo_and_clear_stay_where_they_are(open_sheet, mnist, options):
    sheet = open_sheet(**options)
    undo = sheet.page.get_by_role("button", name="Undo")
    before = undo.bounding_box()
    strokes = strokes_of(mnist.test.images[0])
    for left in (0.25, 0.75):
        sheet.write(strokes, left, 0.5)
        assert undo.bounding_box() == before
    undo.click()
    assert undo.bounding_box() == before


def test_on_a_phone_what_is_touched_comes_before_the_paragraphs_and_the_dots_are_wide(open_page):
    page = open_page("?view=learn&step=convolution", **PHONE)
    below = [page.locator(name).first.bounding_box()["y"] for name in ("h1", ".touchable canvas", ".step-text p")]
    assert below == sorted(below)
    small = page.locator(".header :is(a, button), .step-dots a").evaluate_all(
        "(all) => all.map((each) => each.getBoundingClientRect())"
        ".filter(({ width, height }) => width > 0 && (width < 44 || height < 44))"
    )
    assert small == []


def test_on_a_phone_training_starts_and_is_seen_without_scrolling(open_page):
    page = open_page("?view=learn&step=train&steps=200", **PHONE)
    start = page.get_by_role("button", name="Start training")
    frame = start.bounding_box()
    assert frame["y"] + frame["height"] <= 844
    start.click()
    expect(page.locator(".train-result")).to_be_visible(timeout=LONG)
    expect(page.locator(".train-chart").first).to_be_in_viewport(ratio=0.99)


@pytest.mark.parametrize("options", [PHONE, {}], ids=["phone", "desk"])
def test_the_first_screen_says_that_nothing_leaves_the_machine_and_names_no_model(open_sheet, options):
    sheet = open_sheet(**options)
    for language, private in PRIVATE.items():
        sheet.page.goto(f"?lang={language}")
        sheet.canvas.wait_for()
        sentence = sheet.page.locator(".write").get_by_text(private).filter(visible=True)
        expect(sentence).to_have_count(1)
        expect(sentence).to_be_in_viewport(ratio=1)
        expect(sheet.page.locator(".inside, .model-choice, .pattern-choice")).to_have_count(0)
