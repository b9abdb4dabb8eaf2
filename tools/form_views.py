"""The page's view "Forms" becomes the screenshots of the how-to about forms, in both languages.

    python tools/form_views.py

A photograph of a ready sheet is read and reviewed, and a form that shuzi did not make is traced, all in Chromium. The
digits are MNIST's validation digits.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "browser")]

from form_pictures import PICTURES, photograph_of  # noqa: E402
from playwright.sync_api import Page  # noqa: E402

from driving.browsing import browsing, watched_pages  # noqa: E402
from driving.serving import build_page, serving  # noqa: E402
from shuzi.forms.sheet import typeface  # noqa: E402

DOTS = 200 / 25.4  # to a millimetre of the form
SCREEN = {"width": 1_180, "height": 800}
FORMS = {
    "en": (
        ("City Works", "Meter reading card", "One digit in each box. Send the card back by the 5th of the month."),
        (("Customer number", 8), ("Day of reading", (4, 2, 2)), ("Electricity", 6), ("Gas", 6), ("Cold water", 5)),
        ("customer", "day", "electricity", "gas", "water"),
    ),
    "zh": (
        ("城市水电公司", "抄表卡", "每格写一个数字，每月五日前交回。"),
        (("客户编号", 8), ("抄表日期", (4, 2, 2)), ("电", 6), ("燃气", 6), ("冷水", 5)),
        ("客户编号", "日期", "电", "燃气", "冷水"),
    ),
}


def main() -> None:
    """Write the screenshots."""
    build_page()
    with serving() as address, browsing() as browser, watched_pages(browser, address) as open_page:
        for language in FORMS:
            page = open_page(f"?view=forms&sheets=scores.{language}", language=language, viewport=SCREEN)
            review(page, language)
            page = open_page("?view=forms&sheets=trace", language=language, viewport=SCREEN)
            trace(page, language)


def review(page: Page, language: str) -> None:
    """Take a screenshot of a table under review."""
    photo = {"name": "1.jpg", "mimeType": "image/jpeg", "buffer": photograph_of(language)[1]}
    page.get_by_test_id("photographs").set_input_files(photo)
    page.locator(".forms-read .buttons .button.primary").last.click()
    page.get_by_test_id("frame").wait_for()
    save(page, f"forms-view-{language}")


def trace(page: Page, language: str) -> None:
    """Take a screenshot of a form that was traced, with its fields named."""
    *_, names = FORMS[language]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "card.png"
        blank(language).save(path)
        page.get_by_test_id("blank-form").set_input_files(path)
        fields = page.locator(".forms-fields input")
        for number, name in enumerate(names):
            fields.nth(number).fill(name)
    page.locator(".forms-fields select").first.select_option("identifier")
    fields.nth(2).focus()
    page.locator(".forms-trace").scroll_into_view_if_needed()
    save(page, f"forms-trace-{language}", page.locator(".forms-trace-desk"))


def save(page: Page, name: str, part: object = None) -> None:
    """Save a screenshot of the page, or a part of it."""
    shot = (part or page.locator("main")).screenshot(animations="disabled")  # type: ignore[attr-defined]
    with Image.open(io.BytesIO(shot)) as image:
        image.convert("RGB").quantize(64).save(PICTURES / f"{name}.png", optimize=True)


def blank(language: str) -> Image.Image:
    """Draw a blank form as a utility prints it: A4, scanned at 200 dots per inch."""
    (company, title, note), rows, _ = FORMS[language]
    page = Image.new("L", (round(210 * DOTS), round(297 * DOTS)), 255)
    pen = ImageDraw.Draw(page)
    text = "".join([company, title, note, *(label for label, _ in rows)])
    face = typeface(text, chinese=language == "zh")

    def write(x: float, y: float, words: str, size: float) -> None:
        letters = (
            ImageFont.truetype(str(face.path), round(size * DOTS), index=face.number)
            if face
            else ImageFont.load_default(round(size * DOTS))
        )
        pen.text((x * DOTS, y * DOTS), words, 20, letters, "ls")

    def box(x: float, y: float) -> None:
        pen.rectangle((x * DOTS, y * DOTS, (x + 7) * DOTS, (y + 9) * DOTS), outline=110, width=2)

    write(20, 28, company, 7)
    write(20, 38, title, 5)
    write(20, 48, note, 3.4)
    pen.line((20 * DOTS, 54 * DOTS, 190 * DOTS, 54 * DOTS), 60, 3)
    for number, (label, boxes) in enumerate(rows):
        y = 68 + 24 * number
        write(20, y + 6, label, 4)
        x = 80.0
        for group in (boxes,) if isinstance(boxes, int) else boxes:
            for _ in range(group):
                box(x, y)
                x += 7
            x += 3.5
    write(20, 215, f"{company} · 27-B", 3)
    pen.line((120 * DOTS, 212 * DOTS, 190 * DOTS, 212 * DOTS), 90, 2)
    noise = np.random.default_rng(0).normal(0, 2, (page.height, page.width))
    return Image.fromarray(np.clip(np.asarray(page) + noise, 0, 255).astype(np.uint8))


if __name__ == "__main__":
    main()
