"""What was read leaves the page as text, CSV, JSON and a picture with boxes, and follows the corrections."""

import csv
import io
import json

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from driving.pen import strokes_of

pytestmark = pytest.mark.browser


def _save(page, name):
    """Press a button that saves; return the file's name and bytes."""
    if page.locator(".save:not([open])").count():
        page.locator(".save summary").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=name, exact=True).click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def test_text_tables_and_a_picture_follow_the_corrections(open_sheet, as_png, mnist, tmp_path):
    row = np.full((60, 110), 255, np.uint8)
    for place in (0, 1):
        row[16:44, 20 + 45 * place : 48 + 45 * place] = 255 - mnist.test.images[place]
    for name in ("one.png", "=two.png"):
        (tmp_path / name).write_bytes(as_png(row))
    sheet = open_sheet()
    page = sheet.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_test_id("pictures").set_input_files([tmp_path / "one.png", tmp_path / "=two.png"])
    expect(page.locator(".listed-text")).to_have_text(["72", "72"])
    sheet.boxes.nth(0).click(position={"x": 8, "y": 8})
    page.locator(".correct").get_by_role("button", name="1", exact=True).click()
    expect(sheet.number).to_have_attribute("data-text", "12")

    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "12"

    name, content = _save(page, "CSV")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert name == "shuzi-pictures.csv"
    assert [(row["source"], row["text"], row["corrected"]) for row in rows] == [
        ("one.png", "12", "true"),
        ("'=two.png", "72", "false"),
    ]
    assert rows[0]["confidence"] == ""
    assert float(rows[1]["confidence"]) > 0.9

    readings = json.loads(_save(page, "JSON")[1])["readings"]
    assert [each["text"] for each in readings] == ["12", "72"]
    corrected, read = readings[0]["digits"]
    assert (corrected["digit"], corrected["probability"], corrected["corrected"]) == (1, None, True)
    assert (read["digit"], read["corrected"]) == (2, False)
    assert read["probability"] > 0.9

    name, content = _save(page, "Picture with boxes")
    picture = np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)
    scale = picture.shape[1] / row.shape[1]
    assert name == "shuzi-one.png"
    assert picture.shape[0] == round(row.shape[0] * scale)
    x, y, _, height = (round(scale * each) for each in corrected["box"])
    blue = picture[..., 2] - picture[..., 0] > 60
    assert blue[y : y + height, x - 10 : x + 3].any(axis=1).mean() > 0.9  # the left side of its box
    assert not blue[:, : x - 12].any()

    page.locator(".picture-list button").nth(1).click()
    expect(sheet.number).to_have_attribute("data-text", "72")
    expect(page.get_by_text("Copied.")).to_have_count(0)  # this one is not


def test_ink_is_saved_with_its_boxes(open_sheet, mnist):
    sheet = open_sheet()
    sheet.write(strokes_of(mnist.test.images[0]))
    name, content = _save(sheet.page, "Picture with boxes")
    assert name == "shuzi-number.png"
    assert max(Image.open(io.BytesIO(content)).size) >= 800
    (reading,) = json.loads(_save(sheet.page, "JSON")[1])["readings"]
    assert (reading["text"], reading["corrected"]) == ("7", False)
