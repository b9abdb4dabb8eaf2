"""Numbers under a straight stroke are told from numbers on printed lines; the page is held to the same cases."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

import shuzi
from shuzi.ink.boxes import Box
from shuzi.ink.paper import PAPER
from shuzi.reading.lines import is_struck_out

CASES = json.loads((Path(__file__).parents[1] / "fixtures" / "struck.json").read_text("utf-8"))
HEIGHT = 56


@pytest.mark.parametrize("name", CASES)
def test_a_stroke_through_all_digits_strikes_them_and_a_printed_line_does_not(name):
    case = CASES[name]
    width, height = case["size"]
    contrast = np.full((height, width), PAPER, np.uint8)
    for x, y, wide, high in case["digits"]:  # a zero each
        contrast[y : y + high, x : x + wide] = 255
        contrast[y + 3 : y + high - 3, x + 3 : x + wide - 3] = PAPER
    for stroke in case["strokes"]:
        (left, start), (right, end) = stroke["from"], stroke["to"]
        for x in range(left, right + 1):
            y = math.floor(start + (end - start) * (x - left) / (right - left) + 0.5)
            rows = contrast[y : y + stroke["thick"], x]
            np.maximum(rows, stroke["level"], out=rows)
    assert is_struck_out(contrast, [Box(*map(float, digit)) for digit in case["digits"]]) == case["isStruck"]


@pytest.mark.parametrize("stroke", [((-8, 0.6), (8, 0.4), 2), ((-8, 0.95), (8, 0.05), 2), ((-8, 0.6), (8, 0.55), 1)])
def test_a_number_that_is_struck_out_is_never_ok(stroke):
    images, labels = shuzi.load_mnist().validation.images, shuzi.load_mnist().validation.labels
    reader = shuzi.load()
    before = []
    for first in range(0, 40, 4):
        page, right = _write(images[first : first + 4])
        plain = reader.read(_photographed(page))
        before.append(plain.status == "ok" and plain.text == "".join(map(str, labels[first : first + 4])))
        (left, start), (beyond, end), wide = stroke
        ends = (60 + left, 40 + start * HEIGHT, right + beyond, 40 + end * HEIGHT)
        ImageDraw.Draw(page).line(ends, fill=30, width=wide)
        struck = reader.read(_photographed(page))
        assert struck.status != "ok"
        assert struck.digits_status != "ok"
    assert sum(before) >= 7  # it was the stroke


def test_a_number_on_a_printed_line_is_still_read():
    images = shuzi.load_mnist().validation.images
    reader = shuzi.load()
    read = 0
    for first in range(0, 40, 4):
        page, _ = _write(images[first : first + 4])
        ImageDraw.Draw(page).line((0, 70, page.width, 70), fill=120, width=1)
        read += reader.read(_photographed(page)).status == "ok"
    assert read >= 5


def test_digits_that_touch_on_a_page_are_not_called_crossed_out():
    images = shuzi.load_mnist().validation.images
    reader = shuzi.load()
    lines = []
    for first in range(0, 60, 6):
        rows = [_write(images[start : start + 2], apart=-3)[0] for start in range(first, first + 6, 2)]
        lines += reader.read(np.vstack([_photographed(row) for row in rows])).lines
    assert sum(line.status == "ok" for line in lines) >= 25  # of 30
    assert "reading.struck" not in {line.advice[0] for line in lines}


def _write(digits, apart=6):
    """Write digits side by side, so many pixels apart; return the page and where they end."""
    page = Image.new("L", (460, HEIGHT + 80), 235)
    x = 60
    for digit in digits:
        columns = np.flatnonzero(digit.max(axis=0) > 60)
        ink = Image.fromarray(digit[:, columns[0] : columns[-1] + 1])
        ink = ink.resize((ink.width * HEIGHT // 28, HEIGHT))
        page.paste(Image.new("L", ink.size, 30), (x, 40), ink)
        x += ink.width + apart
    return page, x - apart


def _photographed(page):
    return np.asarray(page.filter(ImageFilter.GaussianBlur(0.7)))
