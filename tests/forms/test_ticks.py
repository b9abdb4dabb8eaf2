"""Boxes to tick, from their spec to a photograph and a table."""

import io
import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image

from shuzi.errors import DataError
from shuzi.forms.collect import read_forms
from shuzi.forms.kinds import Field
from shuzi.forms.layout import pages_of
from shuzi.forms.output import as_csv
from shuzi.forms.read import PageReader
from shuzi.forms.result import Table
from shuzi.forms.spec import Spec, beside_file, read_spec
from shuzi.forms.trace import Drawn, read_drawn, save_traced, trace
from shuzi.forms.xlsx import save_xlsx

SHEET = """title = "Opinions"
[[fields]]
name = "q1"
kind = "tick"
options = ["A", "B", "C", "D"]
[[fields]]
name = "sports"
kind = "tick"
options = ["run", "swim", "ride"]
choose = "any"
[[fields]]
name = "member"
kind = "tick"
options = ["yes", "no"]
required = true
[[fields]]
name = "age"
boxes = 2
"""


@pytest.fixture
def ticked(sheets, benchmark_module, reader):
    """A function that marks boxes of a sheet, photographs it and reads it: returns the table."""
    marks = benchmark_module("tick_marks")
    turns = np.linspace(0, 6.5, 60)
    circle = np.column_stack([1.6 * np.cos(turns), 1.5 * np.sin(turns)])
    drawn = {**marks.KINDS, "crossed out": lambda rng, _: marks.crossed_out(rng), "circle": lambda *_: [circle]}

    def made(spec, kinds, seed=0):
        rng = np.random.default_rng([3, seed])
        hand = marks.Hand("ballpoint", 0.7, 0.5, "cross")
        (paper,) = sheets.print_sheet(spec)
        places = {placed.field.name: placed.boxes for placed in sheets.places_of(spec)}
        for (name, index), kind in kinds:
            pale, kind = kind.startswith("erased "), kind.removeprefix("erased ")
            own = replace(hand, dark=0.2 * hand.dark) if pale else hand
            marks.mark(rng, paper, places[name][index], drawn[kind](rng, own), own, sized=kind == "check")
        return read_forms(PageReader(spec, reader), [sheets.photograph(rng, paper, 15.0)[0]])

    return made


def test_marks_of_all_kinds_are_read_and_kept_by_every_format(spec, ticked):
    kinds = [(("q1", 2), "check"), (("sports", 0), "cross"), (("sports", 2), "slash"), (("member", 1), "scribble")]
    table = ticked(spec(SHEET), kinds)
    (row,) = table.rows
    found = {name: (cell.text, cell.status) for name, cell in row.cells.items()}
    assert found == {"q1": ("C", "ok"), "sports": ("run; ride", "ok"), "member": ("no", "ok"), "age": ("", "blank")}
    assert '"C","run; ride","no",""' in as_csv(table)
    again = Table.from_dict(json.loads(json.dumps(table.as_dict())))
    assert [cell.text for cell in again.rows[0].cells.values()] == ["C", "run; ride", "no", ""]
    assert again.fields[1].options == ("run", "swim", "ride")
    openpyxl = pytest.importorskip("openpyxl")
    file = io.BytesIO()
    save_xlsx(table, file)
    sheet = openpyxl.load_workbook(file).active
    assert [cell.value for cell in sheet[2]][:3] == ["C", "run; ride", "no"]


def test_a_filled_box_beside_a_mark_is_taken_back(spec, ticked):
    kinds = [(("q1", 0), "cross"), (("q1", 0), "filled"), (("q1", 3), "cross"), (("member", 0), "check")]
    cells = ticked(spec(SHEET), kinds).rows[0].cells
    assert (cells["q1"].text, cells["q1"].status) == ("D", "ok")


@pytest.mark.parametrize("kinds", [("cross", "cross"), ("check", "dot"), ("filled", "filled"), ("slash", "scribble")])
def test_two_marks_where_one_may_be_are_never_ok(spec, ticked, kinds):
    first, second = kinds
    marks = [(("q1", 1), first), (("q1", 2), second), (("member", 0), "check"), (("sports", 1), "check")]
    cell = ticked(spec(SHEET), marks).rows[0].cells["q1"]
    assert cell.status == "unsure"
    assert cell.picture
    assert cell.message


def test_a_mark_crossed_out_is_looked_at(spec, ticked):
    marks = [(("sports", 0), "check"), (("sports", 1), "check"), (("sports", 1), "crossed out")]
    cells = ticked(spec(SHEET), marks).rows[0].cells
    assert cells["sports"].rule == "struck"
    assert cells["member"].rule == "required"


@pytest.mark.parametrize("more", [[], [(("q1", 2), "cross")]])
def test_a_circled_box_is_looked_at(spec, ticked, more):
    kinds = [(("q1", 1), "circle"), *more, (("sports", 0), "check"), (("member", 0), "cross")]
    cells = ticked(spec(SHEET), kinds).rows[0].cells
    assert (cells["q1"].status, cells["q1"].rule) == ("unsure", "circled")
    assert [cells[name].status for name in ("sports", "member")] == ["ok", "ok"]


@pytest.mark.parametrize("kind", ["check", "cross", "scribble", "filled"])
def test_what_an_eraser_left_is_no_mark_beside_darker_ones(spec, ticked, kind):
    kinds = [(("q1", 1), f"erased {kind}"), (("sports", 0), "check"), (("sports", 2), f"erased {kind}")]
    cells = ticked(spec(SHEET), [*kinds, (("member", 0), "cross")]).rows[0].cells
    assert cells["q1"].status != "ok"
    assert cells["sports"].status != "ok" or cells["sports"].text == "run"
    assert (cells["member"].text, cells["member"].status) == ("yes", "ok")


def test_a_pale_trace_does_not_outweigh_a_dark_mark(spec, ticked):
    kinds = [(("q1", 0), "filled"), (("q1", 2), "erased cross"), (("sports", 1), "check"), (("member", 1), "cross")]
    cell = ticked(spec(SHEET), kinds).rows[0].cells["q1"]
    assert cell.status == "unsure"
    assert cell.text != "C"


def test_boxes_to_tick_of_a_traced_form_are_found_and_read(spec, sheets, benchmark_module, reader, tmp_path):
    marks = benchmark_module("tick_marks")
    printed = spec(SHEET)
    (page,) = sheets.print_sheet(printed)
    scale = 200 / 25.4 / sheets.FINE
    scan = cv2.resize((page * 255).astype(np.uint8), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    boxes = next(placed.boxes for placed in sheets.places_of(printed) if placed.field.name == "q1")
    near = [[box.x + 0.8, box.y - 0.7, 4.5, 4.5] for box in boxes]
    fields = f'[[fields]]\nname = "q"\nkind = "tick"\noptions = ["A", "B", "C", "D"]\nat = {near}\n'
    drawn = Drawn(fields, tmp_path / "fields.toml", beside_file(tmp_path / "fields.toml"))
    save_traced(trace(Image.fromarray(scan), "scan", "Form", "A4", drawn, "mm"), tmp_path / "form.toml")
    traced = read_spec(tmp_path / "form.toml")
    assert np.abs(np.array(traced.fields[0].at) - np.array(boxes)).max() < 0.5
    rng, hand = np.random.default_rng(4), marks.Hand("gel", 0.9, 0.5, "check")
    marks.mark(rng, page, boxes[1], marks.check(rng, hand), hand)
    table = read_forms(PageReader(traced, reader), [sheets.photograph(rng, page, 10.0)[0]])
    assert [(cell.text, cell.status) for cell in table.rows[0].cells.values()] == [("B", "ok")]


@pytest.mark.parametrize("at", ["[20, 40, 16, 4]", "[[20, 40, 4, 4]]"])
def test_each_option_of_a_traced_form_has_a_place_of_its_own(at, tmp_path):
    fields = f'[[fields]]\nname = "q"\nkind = "tick"\noptions = ["A", "B"]\nat = {at}\n'
    drawn = Drawn(fields, tmp_path / "fields.toml", beside_file(tmp_path / "fields.toml"))
    with pytest.raises(DataError) as found:
        read_drawn(drawn, {"title": "F", "paper": "A4"}, b"-", lambda box: box)
    assert "line 5" in found.value.sentence("en")


def test_options_are_printed_beside_their_boxes(spec):
    read = spec(SHEET)
    (page,) = pages_of(read)
    placed = next(placed for placed in page.fields if placed.field.name == "q1")
    labels = {text.text: text.box for text in page.texts}
    for name, box in zip("ABCD", placed.boxes, strict=True):
        assert box.right < labels[name].x < box.right + 3
        assert labels[name].y == box.y


def test_the_picture_of_boxes_to_tick_shows_the_last_label_too(spec, sheets, reader):
    read = spec(SHEET.replace('"D"', '"a longer answer"'))
    (page,) = pages_of(read)
    placed = next(placed for placed in page.fields if placed.field.name == "q1")
    (printed,) = sheets.print_sheet(read)
    last = placed.boxes[-1]
    beside = printed[
        int(last.y * sheets.FINE) : int(last.bottom * sheets.FINE), int((last.right + 1) * sheets.FINE) :
    ]
    end = (last.right + 1) * sheets.FINE + np.flatnonzero((beside < 0.7).any(axis=0)).max()
    cell = PageReader(read, reader).read((printed * 255).astype(np.uint8), "a.png").cells[0, "q1"]
    assert cell.box.x < placed.boxes[0].x * sheets.FINE + 2
    assert end < cell.box.right < end + 10 * sheets.FINE


def test_many_long_options_go_onto_several_lines_and_move_what_is_below(spec):
    long = [f"an answer of some length, number {number}" for number in range(5)]
    read = spec(SHEET.replace('["A", "B", "C", "D"]', json.dumps(long)))
    (page,) = pages_of(read)
    boxes = [box for placed in page.fields for box in placed.boxes]
    assert len({box.y for box in page.fields[0].boxes}) == 5
    assert max(box.bottom for box in page.fields[0].boxes) < page.fields[1].boxes[0].y
    assert max(box.right for box in boxes) < read.size[0]


def test_options_are_part_of_the_id_of_a_sheet_and_how_many_may_be_chosen_is_not(spec):
    assert spec(SHEET).id != spec(SHEET.replace('"A"', '"E"')).id
    assert spec(SHEET).id == spec(SHEET.replace('choose = "any"\n', "")).id


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('["A", "B", "C", "D"]', "[]", ["line 5", "options"]),
        ('["A", "B", "C", "D"]', '"A"', ["line 5", "options"]),
        ('["A", "B", "C", "D"]', '["A", ""]', ["line 5", "options"]),
        ('["A", "B", "C", "D"]', '["A", " A"]', ["line 5", "twice"]),
        ('["A", "B", "C", "D"]', '["A", "a; b"]', ["line 5", "options"]),
        ('["A", "B", "C", "D"]', '["A", "b\\u0007"]', ["line 5", "options"]),
        ('["A", "B", "C", "D"]', json.dumps(["A", "b" * 61]), ["line 5", "60"]),
        ('["A", "B", "C", "D"]', json.dumps([*"ABCDEFGHIJKLM"]), ["line 5", "12"]),
        ('options = ["A", "B", "C", "D"]', "", ["field q1", '"options" is missing']),
        ('choose = "any"', 'choose = "two"', ["line 10", "choose"]),
        ('choose = "any"', "boxes = 3", ["line 10", "boxes"]),
        ('choose = "any"', 'style = "open"', ["line 10", "style"]),
        ("boxes = 2", 'boxes = 2\nchoose = "one"', ["line 19", "tick"]),
    ],
)
def test_a_mistake_in_options_names_line_and_field(spec, before, after, words):
    assert SHEET.count(before) == 1
    with pytest.raises(DataError) as found:
        spec(SHEET.replace(before, after))
    sentence = found.value.sentence("en")
    assert all(word in sentence for word in words), sentence


def test_options_wider_than_the_sheet_are_refused():
    wide = Field("q", kind="tick", boxes=2, options=("w" * 60, "v" * 60))
    with pytest.raises(DataError) as found:
        pages_of(Spec("S", (wide,), rows=2))
    assert found.value.key == "error.spec.columns"
