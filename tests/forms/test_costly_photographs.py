"""Photographs that are full of small shapes cost little, and a sheet is found on them if it can be seen."""

from pathlib import Path

import cv2
import numpy as np
import pytest

import shuzi
from shuzi.errors import PictureError
from shuzi.forms.finding import markers
from shuzi.forms.finding.markers import find_sheet, marker_modules
from shuzi.forms.layout import marker_boxes, pages_of
from shuzi.forms.reading.page_reader import PageReader
from shuzi.forms.spec import OPEN, Field, Spec

A4 = (210.0, 297.0)


@pytest.fixture
def draw(monkeypatch):
    """Return the benchmark's pictures."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    import costly_pictures

    return costly_pictures


@pytest.fixture
def searched(monkeypatch):
    """Return the shapes of the pictures that markers are sought on."""
    shapes = []
    plain = markers._markers
    monkeypatch.setattr(markers, "_markers", lambda grey: shapes.append(grey.shape) or plain(grey))
    return shapes


def sheet_of(scale):
    """Return a sheet with nothing but its markers, so many pixels to a millimetre."""
    page = np.full((round(A4[1] * scale), round(A4[0] * scale)), 255, np.uint8)
    for corner, (x, y, wide, high) in enumerate(marker_boxes(A4)):
        drawn = np.where(marker_modules(corner), 0, 255).astype(np.uint8)
        left, top, right, bottom = (round(each * scale) for each in (x, y, x + wide, y + high))
        page[top:bottom, left:right] = cv2.resize(
            drawn, (right - left, bottom - top), interpolation=cv2.INTER_NEAREST
        )
    return page


@pytest.mark.parametrize(
    "page",
    [
        lambda draw: draw.boxes(20),
        lambda draw: draw.boxes(26),
        lambda draw: draw.hatching(20),
        lambda draw: draw.noise(2_000),
    ],
)
def test_more_shapes_than_a_sheet_has_are_not_compared(page, searched, draw):
    with pytest.raises(PictureError, match="0 of the 4 corner markers"):
        find_sheet(page(draw), A4, "shapes.png")
    assert not searched


def test_a_sheet_on_a_ground_of_boxes_and_under_grain_is_found():
    ground = np.full((2_000, 1_500), 190, np.uint8)
    for y in range(10, 1_980, 60):
        for x in range(10, 1_480, 60):
            cv2.rectangle(ground, (x, y), (x + 48, y + 48), 60, 2)
    sheet = sheet_of(4.0)
    ground[300 : 300 + len(sheet), 300 : 300 + sheet.shape[1]] = sheet
    grain = np.random.default_rng(0).normal(0, 6, ground.shape)
    found = find_sheet(np.clip(ground + grain, 0, 255).astype(np.uint8), A4, "ground.jpg")
    assert found.markers == 4
    corners = cv2.perspectiveTransform(np.array([[[0.0, 0.0], [210.0, 297.0]]]), found.homography)[0]
    assert np.abs(corners - [[300, 300], [1_140, 1_488]]).max() < 2


def test_a_large_picture_is_not_searched_whole(searched):
    with pytest.raises(PictureError):
        find_sheet(np.full((7_000, 7_000), 200, np.uint8), A4, "large.png")
    assert max(max(each) for each in searched) <= 4_200


@pytest.fixture
def eight_fields(sheets):
    """A function that draws into the eight open fields of a sheet: returns what is read of the flat page."""
    spec = Spec("Eight", tuple(Field(f"q{n}", boxes=8, style=OPEN) for n in range(2)), rows=4)
    reader = PageReader(spec, shuzi.load())

    def read(draw_in):
        page = sheets.print_sheet(spec)[0]
        for place in pages_of(spec)[0].fields:
            x, y, wide, high = (round(side * sheets.FINE) for side in place.boxes[0].grown(-0.1))
            part = page[y : y + high, x : x + wide]
            part[:] = np.minimum(part, draw_in(high, wide))
        grey = cv2.resize(np.rint(page * 255).astype(np.uint8), None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA)
        return [*reader.read(grey, "eight.png").cells.values()]

    return read


def test_the_fields_of_a_page_share_what_may_be_done_and_the_rest_is_not_read(eight_fields, draw):
    dashes = draw.dashes(3_000, 20, 1) / 255
    cells = eight_fields(lambda high, wide: dashes[:high, :wide])
    unread = [cell for cell in cells if cell.rule == "ink"]
    assert 3 <= len(unread) < 8
    assert {(cell.status, cell.text, cell.confidence) for cell in unread} == {("unsure", "", 0.0)}
    assert all(cell.message for cell in unread)


def test_filled_fields_are_all_read(eight_fields, mnist):
    digits = np.hstack([255 - mnist.validation.images[index] for index in range(8)]) / 255
    cells = eight_fields(lambda high, wide: cv2.resize(digits, (wide, high)))
    assert {cell.rule for cell in cells} == {""}
    assert all(len(cell.text) == 8 for cell in cells)
