"""A network that was trained in the page reads on Write and is drawn there; without it, the usual model reads."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from driving.browsing import LONG
from driving.pen import strokes_of
from driving.sheet import Sheet

pytestmark = pytest.mark.browser

SEEN = """(canvases) => canvases.map((canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return new Set(data).size > 3;
})"""


def _strokes(mnist, digit):
    return strokes_of(mnist.test.images[np.flatnonzero(mnist.test.labels == digit)[0]])


@pytest.fixture
def train_and_write(open_page):
    """Train in the page to the end, and follow the link to Write."""

    def start(query, **options):
        page = open_page(f"?view=learn&step=train&{query}", reduced_motion="reduce", **options)
        page.locator(".train-knobs [type=submit]").click()
        page.locator(".train-result .button.primary").click(timeout=LONG)
        sheet = Sheet(page)
        sheet.canvas.wait_for()
        return sheet

    return start


def _choice(page):
    return page.locator(".model-choice input:checked")


@pytest.mark.parametrize(
    ("query", "name", "stage", "tiles"),
    [
        ("steps=600", "A · Softmax · 600 steps", "Ten templates", 10),
        ("network=mlp&steps=200&hidden=24", "A · Hidden layer · 200 steps · 24 neurons", "Hidden neurons", 10),
        ("network=small_convolutions&steps=100", "A · Convolution · 100 steps", "Feature maps", 12),
    ],
)
def test_it_reads_and_each_kind_is_drawn_as_what_it_is(train_and_write, mnist, query, name, stage, tiles):
    sheet = train_and_write(query)
    page = sheet.page
    expect(page.get_by_role("radio", name=name, exact=True)).to_be_checked()
    with sheet.explained() as answer:
        sheet.write(_strokes(mnist, 7))
    assert answer.text == "7"
    expect(page.locator(".inside-bars .best .numbers")).to_have_text(["7", "7"])
    drawn = page.locator(".inside-stage", has_text=stage).locator("canvas")
    expect(drawn).to_have_count(tiles)
    assert sum(drawn.evaluate_all(SEEN)) >= tiles / 2
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("radio", name="default", exact=True).check()
    expect(page.get_by_role("button", name="Feature maps")).to_be_visible()
    expect(sheet.number).to_have_attribute("data-text", "7")


def test_removed_or_not_there_the_usual_model_reads(train_and_write, mnist, expect_query):
    sheet = train_and_write("network=mlp&steps=60&hidden=16")
    page = sheet.page
    sheet.write(_strokes(mnist, 3))
    expect_query(page, model="own.mlp_n60_h16")
    page.get_by_role("link", name="Learn").click()
    page.get_by_role("button", name="Remove run A").click()
    with sheet.read() as answer:
        page.get_by_role("link", name="Write", exact=True).click()
    assert answer.text == "3"
    expect(page.get_by_role("radio", name="default", exact=True)).to_be_checked()
    expect(page.get_by_text("That network is not in this browser")).to_be_visible()
    expect(page.get_by_role("radio", name=re.compile("^A"))).to_have_count(0)
    expect(page.get_by_role("button", name="Feature maps")).to_be_visible()
    # a link that brings it elsewhere leads back to its training
    page.reload()
    expect(page.get_by_text("That network is not in this browser")).to_be_visible()
    page.get_by_role("link", name="Train it again").click()
    expect_query(page, view="learn", step="train")
    expect(page.get_by_role("list", name="Runs")).to_contain_text("16 neurons")
    page.go_back()
    page.get_by_role("radio", name="tiny").check()
    expect(page.get_by_text("That network is not in this browser")).to_have_count(0)
    expect_query(page, model="tiny")
