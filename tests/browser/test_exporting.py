"""What was read leaves the page as text and CSV, and follows the corrections."""

import csv
import io

import numpy as np
import pytest
from playwright.sync_api import expect

from driving.pen import strokes_of

pytestmark = pytest.mark.browser


def _save(page):
    """Save the table; return the file's name and bytes."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Export CSV").click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def test_text_and_table_follow_the_corrections(open_sheet, as_png, mnist, tmp_path):
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

    name, content = _save(page)
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert name == "shuzi-pictures.csv"
    assert [(row["source"], row["text"], row["corrected"]) for row in rows] == [
        ("one.png", "12", "true"),
        ("'=two.png", "72", "false"),
    ]
    assert rows[0]["confidence"] == ""
    assert float(rows[1]["confidence"]) > 0.9

    page.locator(".picture-list button").nth(1).click()
    expect(sheet.number).to_have_attribute("data-text", "72")
    expect(page.get_by_text("Copied.")).to_have_count(0)  # this one is not


def test_ink_is_saved(open_sheet, mnist):
    sheet = open_sheet()
    sheet.write(strokes_of(mnist.test.images[0]))
    name, content = _save(sheet.page)
    assert name == "shuzi-number.csv"
    (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert (row["text"], row["corrected"]) == ("7", "false")
