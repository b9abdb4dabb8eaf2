"""Photographs that are full of small shapes cost little, and a sheet is found on them if it can be seen."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from shuzi.errors import PictureError
from shuzi.forms import flatten
from shuzi.forms.flatten import find_sheet, marker_modules
from shuzi.forms.layout import marker_boxes
from shuzi.forms.read import PageReader
from shuzi.forms.result import Problem
from shuzi.forms.tables import try_table
from shuzi.ink.strips import cut_strip
from shuzi.reading.classifier import Classifier
from shuzi.reading.locate import Detector, limit_scale
from shuzi.reading.recogniser import Recogniser

pytestmark = pytest.mark.heavy

A4 = (210.0, 297.0)
MOST = 4_000  # images that could be classified: some 50 photographs of six digits


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
    plain = flatten._markers
    monkeypatch.setattr(flatten, "_markers", lambda grey: shapes.append(grey.shape) or plain(grey))
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
def costly(benchmark_module):
    """The benchmark's pages of fields and cells to fill."""
    return benchmark_module("costly_sheets")


@pytest.fixture
def work(monkeypatch):
    """Count the networks' work, in images that could be classified meanwhile."""
    done = {"images": 0.0}

    def counted(cls, name, images):
        plain = getattr(cls, name)

        def run(self, given, *more):
            done["images"] += images(given, *more)
            return plain(self, given, *more)

        monkeypatch.setattr(cls, name, run)

    counted(Classifier, "classify_or_reject", len)
    counted(Detector, "find", lambda page, scale: page.size * limit_scale(scale, page.shape) ** 2 / 2_300)
    counted(Recogniser, "columns", lambda contrast, frame: cut_strip(contrast, frame).shape[1] / 36)
    return done


HOSTILE = ["dashes", "digits of 10 px"]


@pytest.mark.parametrize("kind", HOSTILE)
def test_the_fields_of_a_sheet_share_what_may_be_done_and_the_rest_is_not_read(reader, costly, work, kind):
    spec = costly.SHEETS["51 fields"]
    page = costly.filled_sheet(spec, costly.fills()[kind])
    cells = [*PageReader(spec, reader).read(page, "full.png").cells.values()]
    assert work["images"] <= MOST
    assert {(cell.status, cell.text, cell.confidence) for cell in cells if cell.rule == "ink"} <= {
        ("unsure", "", 0.0)
    }
    assert all(cell.message for cell in cells if cell.rule == "ink")


def test_the_cells_of_a_table_share_what_may_be_done_and_the_rest_is_not_read(reader, costly, work):
    page = costly.filled_table(costly.TABLES["99 cells"], costly.fills()["dashes"])
    found = try_table(reader, page, "full.png")
    assert work["images"] <= MOST
    assert not isinstance(found, Problem)
    unread = {(cell.status, cell.text, cell.confidence) for cell in found.cells.values() if cell.rule == "ink"}
    assert unread == {("unsure", "", 0.0)}


def test_sheets_and_tables_full_of_digits_are_read_whole(reader, costly):
    digits = costly.fills()[costly.HONEST]
    spec = costly.SHEETS["51 fields"]
    cells = [*PageReader(spec, reader).read(costly.filled_sheet(spec, digits), "full.png").cells.values()]
    page = try_table(reader, costly.filled_table(costly.TABLES["99 cells"], digits), "full.png")
    assert not isinstance(page, Problem)
    assert len(page.cells) == 99
    for cell in (*cells, *page.cells.values()):
        assert cell.rule != "ink"
        assert cell.text
