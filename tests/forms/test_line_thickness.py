"""Blank forms are traced whatever their lines: hairlines or as thick as 1.5 mm, black or grey."""

import cv2
import numpy as np
import pytest
from PIL import Image

from shuzi.forms.grammar import BOXES, COMB, OPEN
from shuzi.forms.read import PageReader
from shuzi.forms.trace import find_form, trace
from shuzi.forms.trace_fields import find_boxes
from shuzi.pictures.open import open_picture

pytestmark = pytest.mark.heavy

FINE = 24  # pixels to a millimetre
FIELDS = [
    (BOXES, 8, (90, 40, 48, 8)),
    (BOXES, 4, (90, 58, 28, 8.5)),
    (BOXES, 1, (90, 76, 6.5, 8)),
    (COMB, 6, (90, 94, 36, 8)),
    (COMB, 10, (90, 112, 64, 7.5)),
    (OPEN, 0, (90, 130, 50, 9)),
    (OPEN, 0, (90, 150, 80, 12)),
]
"""What is drawn: the style, how many digits, and where the middles of its lines are, in millimetres: x, y, w, h."""


def bar(page, x, y, wide, high, level):
    """Fill a rectangle of a page, in millimetres."""
    left, right, top, bottom = (round(each * FINE) for each in (x, x + wide, y, y + high))
    page[top : max(bottom, top + 1), left : max(right, left + 1)] = level


def write(page, x, y, text, size=1.0):
    at = round(x * FINE), round(y * FINE)
    cv2.putText(page, text, at, cv2.FONT_HERSHEY_SIMPLEX, size * FINE / 8, 20, FINE // 4, cv2.LINE_AA)


def drawn(line, level):
    """Draw a form with lines so thick, in millimetres: uint8 (h, w)."""
    page = np.full((297 * FINE, 210 * FINE), 255, np.uint8)
    write(page, 20, 20, "Form of the school, No. 27")
    write(page, 20, 30, "please fill in all numbers in black or blue")
    for number, (style, count, (x, y, wide, high)) in enumerate(FIELDS):
        write(page, 20, y + 6, f"Question {number} of all")
        for top in (y, y + high):
            bar(page, x - line / 2, top - line / 2, wide + line, line, level)
        parts = count if style == BOXES else 1
        for each in range(parts + 1):
            bar(page, x + each * wide / parts - line / 2, y - line / 2, line, high + line, level)
        for each in range(1, count if style == COMB else 1):
            bar(page, x + each * wide / count - line / 2, y + 0.67 * high, line, 0.33 * high, level)
    write(page, 20, 240, "The school keeps these numbers only as long as")
    write(page, 20, 250, "the pupil attends it. Ask the office, 12 Mill Lane")
    return page


def scanned(page, dpi):
    scale = dpi / 25.4 / FINE
    scan = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.float32)
    scan = cv2.GaussianBlur(scan, (0, 0), 0.5) + np.random.default_rng(1).normal(0, 3, scan.shape)
    return np.clip(scan, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("line", "level", "dpi"),
    [(0.1, 0, 100), (0.1, 127, 200), (0.25, 0, 300), (0.7, 0, 200), (1.0, 90, 300), (1.5, 0, 100), (1.5, 160, 200)],
)
def test_boxes_combs_and_open_fields_are_found_where_they_were_drawn(line, level, dpi):
    fields = trace(scanned(drawn(line, level), dpi), "a.png", "A", "A4", None, "mm").spec.fields
    assert [each.style for each in fields] == [style for style, _, _ in FIELDS]
    for each, (style, count, (x, y, wide, high)) in zip(fields, FIELDS, strict=True):
        assert style == OPEN or each.boxes == count
        place = each.at[0].x, each.at[0].y, each.at[-1].right, each.at[-1].bottom
        assert np.allclose(place, (x, y, x + wide, y + high), atol=0.3)


@pytest.mark.parametrize("level", [0, 127, 215])
def test_bars_and_thick_rules_are_no_boxes(level):
    page = np.full((297 * FINE, 210 * FINE), 255, np.uint8)
    y = 10.0
    for thick in (1.5, 2.5, 4, 6, 8, 10, 12, 15, 20):
        bar(page, 10, y, 80, thick, level)
        bar(page, 105, y, thick, thick, level)
        y += thick + 6
    for row in range(5):  # a table with words in it, and a thick outline
        bar(page, 145, 180 + row * 9, 50, 2.5 if row in (0, 4) else 0.3, level)
    for column in range(4):
        bar(page, 145 + column * 16.6, 180, 2.5 if column in (0, 3) else 0.3, 36, level)
        for row in range(4 if column < 3 else 0):
            write(page, 149 + column * 16.6, 187 + row * 9, "27.4", 0.7)
    assert find_boxes(find_form(scanned(page, 200), (210.0, 297.0), "a.png").flat) == []


def test_what_goes_on_below_a_thick_line_is_never_sure(reader):
    page = drawn(1.0, 60)
    scan = scanned(page, 200)
    spec = trace(scan, "a.png", "A", "A4", None, "mm").spec
    inside, below = page.copy(), page.copy()
    x, y = (round(each * FINE) for each in (79 + 6.5 / 2 + 11, 76 + 4))
    cv2.line(inside, (x, y - 2 * FINE), (x, y + 2 * FINE), 40, FINE // 2, cv2.LINE_AA)
    cv2.line(below, (x, y - 4 * FINE), (x, y + 2 * FINE), 40, FINE // 2, cv2.LINE_AA)
    found = [
        PageReader(spec, reader).read(Image.fromarray(scanned(each, 200)), "a.png").cells[0, spec.fields[2].name]
        for each in (inside, below)
    ]
    assert [(each.text, each.status) for each in found] == [("1", "ok"), ("1", "unsure")]


def test_a_photograph_with_thick_lines_is_traced(sheets):
    page = cv2.resize(
        drawn(1.0, 60), None, fx=sheets.FINE / FINE, fy=sheets.FINE / FINE, interpolation=cv2.INTER_AREA
    )
    photo, _ = sheets.photograph(np.random.default_rng(2), page.astype(np.float32) / 255, 15.0, turned=0.0)
    fields = trace(open_picture(photo), "a.jpg", "A", "A4", None, "mm").spec.fields
    assert [each.style for each in fields] == [style for style, _, _ in FIELDS]
