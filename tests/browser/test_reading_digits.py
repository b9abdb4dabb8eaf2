"""MNIST test digits, which no model was trained on, are sent through the page and read correctly.

`test_page_parity` compares the page's and Python's readings of all 10,000.
"""

import cv2
import numpy as np
import pytest

from driving.pen import strokes_of

pytestmark = pytest.mark.browser

HALF = 50
LEAST = 0.98


def _on_paper(image):
    """Return an image as it is, or large and dark on light: users have both."""
    paper = cv2.resize(np.pad(255 - image, 6, constant_values=255), None, fx=6, fy=6, interpolation=cv2.INTER_CUBIC)
    return paper if image.sum() % 2 else image


def test_of_a_hundred_digits_nearly_all_are_read(
    open_sheet, mnist, as_png, paste, drop, tmp_path, record_testsuite_property
):
    images, labels = mnist.test.images[: 2 * HALF], [str(each) for each in mnist.test.labels[: 2 * HALF]]
    sheet = open_sheet()
    sheet.explain_nothing()
    read = []
    for number, image in enumerate(images[:HALF]):
        png = as_png(_on_paper(image))
        with sheet.read() as answer:
            if number % 2:
                paste(sheet.page, png)
            else:
                file = tmp_path / f"{number}.png"
                file.write_bytes(png)
                drop(sheet.page, file)
        read.append(answer.text)
    sheet.page.get_by_role("button", name="Back to writing").click()
    for image in images[HALF:]:
        read.append(sheet.write(strokes_of(image)).text)
        sheet.clear()
    wrong = [
        (place, label, text) for place, (label, text) in enumerate(zip(labels, read, strict=True)) if label != text
    ]
    record_testsuite_property("digits read wrongly", wrong)
    assert len(wrong) <= (1 - LEAST) * len(images)
