"""Many pictures: those to check are counted, come first, and are stepped through with one key."""

import numpy as np
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_the_doubtful_ones_come_first_and_are_gone_through_with_a_key(open_sheet, as_png, mnist):
    images, labels = mnist.test.images, mnist.test.labels
    clear = [int(np.flatnonzero(labels == digit)[0]) for digit in (7, 2)]
    letter = np.full((60, 60), 255, np.uint8)  # an E, which is not a digit
    letter[12:48, 14:19] = letter[12:17, 14:44] = letter[28:33, 14:40] = letter[43:48, 14:44] = 0
    names = ["first.png", "letter.png", "last.png"]
    pictures = [255 - np.pad(images[clear[0]], 16), letter, 255 - np.pad(images[clear[1]], 16)]
    sheet = open_sheet()
    page = sheet.page
    page.get_by_test_id("pictures").set_input_files(
        [
            {"name": name, "mimeType": "image/png", "buffer": as_png(picture)}
            for name, picture in zip(names, pictures, strict=True)
        ]
    )
    count = page.get_by_test_id("to-check")
    expect(count).to_have_text("3 pictures, 1 to check")
    shown = page.locator(".picture-name")
    expect(shown).to_have_text(["letter.png", "first.png", "last.png"])
    page.keyboard.press("n")
    expect(page.locator(".picture-list [aria-pressed=true] .picture-name")).to_have_text("letter.png")
    expect(page.locator(".correct")).to_be_visible()
    page.keyboard.press("3")
    expect(count).to_have_text("3 pictures, none left to check")
    expect(shown).to_have_text(["letter.png", "first.png", "last.png"])  # nothing moves under the hand
    page.keyboard.press("Control+z")
    expect(count).to_have_text("3 pictures, 1 to check")
