"""One digit through every model of the page, my own network too: the answers are Python's."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

import shuzi
from driving.browsing import LONG
from driving.pen import strokes_of
from driving.sheet import Sheet

pytestmark = pytest.mark.browser


def test_my_digit_goes_through_every_model_and_my_network(open_page, mnist, tmp_path):
    page = open_page("?view=learn&step=train&steps=100")
    page.locator(".train-knobs [type=submit]").click()
    expect(page.locator(".train-result")).to_be_visible(timeout=LONG)
    page.goto("?view=write")
    strokes = strokes_of(mnist.test.images[np.flatnonzero(mnist.test.labels == 4)[0]])
    image = np.array(Sheet(page).write(strokes).reading["digits"][0]["image"], np.uint8)
    page.goto("?view=models")
    rows = page.locator("[data-reader]")
    own = page.locator("[data-model^='own.']")
    expect(own).to_have_count(1)
    expect(rows).to_have_count(4)
    page.goto("?view=things")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Export .onnx").click()
    saved.value.save_as(tmp_path / "own.onnx")
    page.goto("?view=models")
    expect(rows).to_have_count(4)
    for row in rows.all():
        name = row.get_attribute("data-reader")
        reader = shuzi.load(tmp_path / "own.onnx" if name.startswith("own.") else name)
        probabilities = reader.classify(image[None])[0]
        answer = row.locator("td").first
        expect(answer.locator("strong")).to_have_text(str(probabilities.argmax()))
        said = float(re.search(r"([\d.]+)\s*%", answer.inner_text())[1])
        assert said == pytest.approx(100 * probabilities.max(), abs=2 if name == "default" else 1)
        expect(row.locator("td").nth(2)).to_contain_text("%")
        expect(row.locator("td").nth(3)).to_have_text(re.compile(r"^[\d,]+$"))
