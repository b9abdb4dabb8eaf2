"""What is written on, along and across printed lines is read, or said to be unsure, never lost."""

from itertools import product

import cv2
import numpy as np
import pytest

from shuzi.forms.boxes import Cut, Side
from shuzi.forms.decide import decide, probabilities_of, texts_of
from shuzi.forms.flatten import SCALE
from shuzi.forms.grammar import OPEN
from shuzi.forms.kinds import Field
from shuzi.forms.layout import PlacedField
from shuzi.forms.printed_lines import Erased, erase, find_lines, usual_profiles
from shuzi.forms.read import read_open
from shuzi.forms.writing import inside_of, written_in_boxes
from shuzi.ink.boxes import Box

WIDE, HIGH, MARGIN = 7.0, 8.5, 1.0
FINE = 5  # times finer than a flat sheet
SHAPES = {
    "1": [[(0.5, 0), (0.5, 1)]],
    "2": [[(0.1, 0.2), (0.3, 0), (0.6, 0), (0.75, 0.2), (0.65, 0.45), (0.05, 1), (0.85, 1)]],
    "7": [[(0.05, 0), (0.85, 0), (0.35, 1)]],
    "0": [[(0.4 + 0.35 * np.cos(t), 0.5 + 0.5 * np.sin(t)) for t in np.linspace(0, 2 * np.pi, 40)]],
}


def photographed(digit, at, line=(0.25, 110), ink=50, pen=0.55, seed=0):
    """Draw a box with its margin and a digit in it: uint8 (h, w), paper 255.

    `at` is the x and y of the digit's left upper corner, or of its right lower one if negative, in millimetres from
    the box's own: there the edge of its ink is.
    """
    size = round((WIDE + 2 * MARGIN) * SCALE * FINE), round((HIGH + 2 * MARGIN) * SCALE * FINE)
    paper = np.full(size[::-1], 1.0, np.float32)
    unit = SCALE * FINE
    left, top, right, bottom = (each * unit for each in (MARGIN, MARGIN, MARGIN + WIDE, MARGIN + HIGH))
    half = line[0] / 2 * unit
    for x in (left, right):
        paper[round(top - half) : round(bottom + half), round(x - half) : round(x + half)] = line[1] / 255
    for y in (top, bottom):
        paper[round(y - half) : round(y + half), round(left - half) : round(right + half)] = line[1] / 255
    points = [np.array(stroke) * (4.6, 5.6) for stroke in SHAPES[digit]]
    low, high = np.concatenate(points).min(axis=0) - pen / 2, np.concatenate(points).max(axis=0) + pen / 2
    room = np.array([WIDE, HIGH])
    corner = np.where(np.array(at) >= 0, np.array(at), room + np.array(at) - (high - low))
    through = np.zeros(paper.shape, np.uint8)
    for stroke in points:
        places = np.rint((stroke - low + corner + MARGIN) * unit).astype(np.int32)
        cv2.polylines(through, [places.reshape(-1, 1, 2)], False, 255, round(pen * unit), cv2.LINE_AA)
    paper *= 1 - (1 - ink / 255) * through.astype(np.float32) / 255
    small = cv2.resize(paper, None, fx=1 / FINE, fy=1 / FINE, interpolation=cv2.INTER_AREA)
    noise = np.random.default_rng(seed).normal(0, 4, small.shape)
    return np.clip(cv2.GaussianBlur(small, (0, 0), 1.0) * 255 + noise, 0, 255).astype(np.uint8)


def read(part, reader, empty=None):
    """Read the box of a part as on a sheet of boxes, of which most have nothing on their lines."""
    rim = MARGIN * SCALE
    sides, lines = [rim, rim + WIDE * SCALE], [rim, rim + HIGH * SCALE]
    usual = usual_profiles(
        (line.vertical, line) for line in find_lines(part if empty is None else empty, sides, lines)
    )
    found = find_lines(part, sides, lines)
    erased = erase(part, found, [usual[line.vertical] for line in found])
    box = Box(rim, rim, WIDE * SCALE, HIGH * SCALE)
    field = Field("n", boxes=1)
    texts = texts_of(field, probabilities_of(written_in_boxes(erased, [box]), reader))
    return decide(field, texts.texts, texts)


LINES = {"grey": (0.25, 110), "black": (0.15, 0), "thick": (0.35, 0)}


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("ink", [30, 90, 130])
@pytest.mark.parametrize(
    ("digit", "at"),
    [
        ("2", (1.2, -0.01)),
        ("2", (1.2, -0.3)),
        ("7", (1.2, 0.01)),
        ("7", (1.2, 0.3)),
        ("1", (0.1, 1.4)),
        ("1", (-0.1, 1.4)),
        ("0", (0.2, 1.4)),
    ],
)
def test_a_stroke_along_a_line_is_read_or_unsure(reader, digit, at, line, ink):
    empty = photographed("1", (3, 1.4), LINES[line], ink)
    cell = read(photographed(digit, at, LINES[line], ink), reader, empty)
    assert cell.text == digit if cell.status == "ok" else cell.status == "unsure"
    assert line != "grey" or cell.text == digit


@pytest.mark.parametrize("beyond", [0.2, 0.5, 0.7])
def test_a_stroke_beyond_the_only_box_does_not_vanish(reader, beyond):
    stroke = np.roll(photographed("1", (0, 1.4), (0.25, 255), ink=40), -round(beyond * SCALE), axis=1)
    lines = photographed("1", (0, 1.4), ink=255)
    cell = read(np.minimum(stroke, lines), reader, lines)
    assert (cell.text, cell.status) != ("", "blank")


@pytest.mark.parametrize(
    ("line", "pen", "inside"),
    [
        *product(["grey", "black"], [0.25, 0.5], [-0.1, 0.0, 0.1, 0.3, 0.45, 0.6]),
        *product(["thick"], [0.5], [-0.1, 0.0, 0.1]),
        *product(["thick"], [0.15, 0.2, 0.25, 0.35], [0.3, 0.4, 0.5]),
    ],
)
def test_a_one_on_a_line_or_close_to_it_is_not_a_sure_blank(reader, line, pen, inside):
    far = photographed("1", (2.0, 1.4), (0.25, 255), ink=50, pen=pen)
    stroke = np.roll(far, -round((2.0 + pen / 2 - inside) * SCALE), axis=1)
    lines = photographed("1", (0, 1.4), LINES[line], ink=255)
    part = np.round(stroke.astype(np.float32) * lines / 250).clip(0, 255).astype(np.uint8)
    assert read(part, reader, lines).status != "blank"


def open_status(part, reader, empty):
    """Read a part as an open field whose lines look like those of an empty one."""
    rim = MARGIN * SCALE
    sides, lines = [rim, rim + WIDE * SCALE], [rim, rim + HIGH * SCALE]
    usual = usual_profiles((line.vertical, line) for line in find_lines(empty, sides, lines))
    found = find_lines(part, sides, lines)
    inside = inside_of(
        erase(part, found, [usual[line.vertical] for line in found]), Box(rim, rim, WIDE * SCALE, HIGH * SCALE)
    )
    field = Field("n", boxes=4, style=OPEN)
    place = PlacedField(field, 0, (Box(1.0, 1.0, WIDE, HIGH),))
    around = [Side(x, True) for x in sides]
    cut = Cut(
        place, (), inside.ink, inside.kept, part, Box(0, 0, 72, 84), True, sides=around, doubtful=inside.doubtful
    )
    opened = read_open(field, cut, reader)
    return decide(field, opened.texts, amiss=opened.amiss).status


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("inside", [-0.5, -0.3, 0.0, 0.1, 0.3])
def test_a_one_on_the_line_of_an_open_field_is_not_a_sure_blank(reader, line, inside):
    far = photographed("1", (2.0, 1.4), (0.25, 255), ink=50, pen=0.55)
    stroke = np.roll(far, -round((2.0 + 0.55 / 2 - inside) * SCALE), axis=1)
    lines = photographed("1", (0, 1.4), LINES[line], ink=255)
    part = np.round(stroke.astype(np.float32) * lines / 250).clip(0, 255).astype(np.uint8)
    assert open_status(part, reader, lines) != "blank"
    assert open_status(lines, reader, lines) == "blank"


@pytest.mark.parametrize("soft", [0.5, 2.0, 6.0])
@pytest.mark.parametrize("dark", [35, 60, 90])
def test_the_edge_of_a_shadow_in_a_box_is_doubtful_and_a_pale_stroke_is_not(soft, dark):
    box = Box(MARGIN * SCALE, MARGIN * SCALE, WIDE * SCALE, HIGH * SCALE)
    x = np.arange(round((WIDE + 2 * MARGIN) * SCALE)) - 45
    shadow = 250 - dark / (1 + np.exp(-x / soft))
    stroke = 250 - dark * (np.abs(x + 10) < 2.5)
    found = []
    for levels in (shadow, stroke):
        part = np.tile(levels.astype(np.uint8), (round((HIGH + 2 * MARGIN) * SCALE), 1))
        part[:20] = part[-20:] = 250
        found += written_in_boxes(Erased(part, part), [box])
    assert [each.image is None or each.faint for each in found] == [True, False]
    assert found[1].image is not None


@pytest.mark.parametrize("line", LINES)
def test_nothing_is_left_of_lines_alone(reader, line):
    empty = photographed("1", (3, 1.4), LINES[line], ink=255)
    assert read(empty, reader).status == "blank"


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("off", [1.0, 1.3, 1.8])
def test_a_line_far_from_its_frame_is_taken_out_and_a_stroke_there_is_not(line, off):
    empty = photographed("1", (3, 1.4), LINES[line], ink=255)
    written = photographed("1", (-0.6, 1.4), LINES[line], ink=60)
    rim = MARGIN * SCALE
    sides, lines = [rim, rim + (WIDE + off) * SCALE], [rim, rim + HIGH * SCALE]
    inner = slice(round(rim + 0.7 * SCALE), round(rim + (HIGH - 0.7) * SCALE))
    usual = usual_profiles((line.vertical, line) for line in find_lines(empty, [rim, rim + WIDE * SCALE], lines))
    left = []
    for part in (empty, written):
        found = find_lines(part, sides, lines)
        left.append(erase(part, found, [usual[line.vertical] for line in found]).ink[inner])
    assert (left[0] < 200).sum() < SCALE
    assert (left[1] < 150).any(axis=1).mean() > 0.6


@pytest.mark.parametrize("found", [True, False])
def test_a_lone_upright_where_a_line_is_or_may_be_is_no_sure_one(reader, found):
    inside = np.full((84, 240), 250, np.uint8)
    inside[16:68, 222:226] = 90
    field = Field("n", boxes=4, style=OPEN)
    place = PlacedField(field, 0, (Box(1.0, 1.0, 28.0, 8.5),))
    status = {}
    for x in (60.0, 226.0):
        cut = Cut(place, (), inside, None, inside, Box(0, 0, 240, 84), seen=True, sides=(Side(x, found),))
        opened = read_open(field, cut, reader)
        status[x] = decide(field, opened.texts, amiss=opened.amiss).status
    assert status == {60.0: "ok", 226.0: "unsure"}
