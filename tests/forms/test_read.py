"""Photographs of filled sheets become tables."""

import csv
import io
import json
import random

import cv2
import numpy as np
import openpyxl
import pypdfium2
import pytest
from PIL import Image

from shuzi.errors import DataError, PictureError
from shuzi.forms.collect import collect, read_forms, reopen_pages
from shuzi.forms.flatten import Code, draw_code, read_code
from shuzi.forms.grammar import COMB, OPEN
from shuzi.forms.kinds import DATE, IDENTIFIER, Field
from shuzi.forms.output import save_table
from shuzi.forms.read import PageReader
from shuzi.forms.sheet import FOLDER, make_sheet
from shuzi.forms.spec import Spec, read_spec

SCORES = Spec(
    "Scores",
    (
        Field("id", "Number", IDENTIFIER, boxes=4),
        Field("q1", boxes=2, maximum=20, total=True),
        Field("q2", boxes=3, decimals=1, style=COMB),
        Field("day", "Day", DATE, boxes=8, once=True),
    ),
    rows=6,
)


def values(spec, seed=0):
    """Choose what to write: by row and field name."""
    rng = random.Random(seed)
    texts = {(-1, "day"): "2026-11-26"}
    for row in range(spec.rows):
        texts[row, "id"] = f"{rng.randrange(10_000):04}"
        texts[row, "q1"] = str(rng.randrange(1, 21))
        texts[row, "q2"] = f"{rng.randrange(100)}.{rng.randrange(10)}"
    return texts


def right(table, texts):
    """Count the cells that are right, and check that none is both wrong and ok."""
    good = total = 0
    for row in table.rows:
        for name, cell in row.cells.items():
            wrote = texts.get((-1, name), texts.get((row.number, name), ""))
            assert cell.status != "ok" or cell.text == wrote
            good, total = good + (cell.text == wrote), total + 1
    return good / total


@pytest.mark.parametrize("seed", range(3))
def test_a_photographed_sheet_is_read(reader, photo, seed):
    texts = values(SCORES, seed)
    table = read_forms(PageReader(SCORES, reader), [photo(SCORES, texts, seed=seed)])
    assert not table.problems
    assert len(table.rows) == 6
    assert right(table, texts) >= 0.9


def test_boxes_lie_on_the_photograph_where_the_fields_are(reader, photo):
    texts = values(SCORES)
    jpeg = photo(SCORES, texts, angle=0.0)
    table = read_forms(PageReader(SCORES, reader), [jpeg])
    grey = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    x, y, width, height = table.rows[0].cells["id"].box
    inside = grey[y : y + height, x : x + width]
    # it holds four digits, so part of it is much darker than its paper
    assert np.percentile(inside, 2) < 0.75 * np.median(inside)


@pytest.mark.parametrize("name", ["scan.pdf", "scan.tif"])
def test_upside_down_and_on_the_second_page(reader, photo, tmp_path, name):
    texts = values(SCORES)
    image = Image.open(io.BytesIO(photo(SCORES, texts)))
    empty = Image.new("L", image.size, 255)
    empty.save(tmp_path / name, save_all=True, append_images=[image.rotate(180)], resolution=150)
    table = read_forms(PageReader(SCORES, reader), [tmp_path / name])
    (skipped,) = table.problems
    assert f"{tmp_path / name}#1" in skipped.message
    assert table.sources == (f"{tmp_path / name}#2",)
    assert right(table, texts) >= 0.9


def test_an_empty_sheet_is_blank(reader, photo):
    table = read_forms(PageReader(SCORES, reader), [photo(SCORES, {})])
    assert {cell.status for row in table.rows for cell in row.cells.values()} == {"blank"}
    assert len(table.rows) == 1


def test_pages_in_any_order_missing_and_twice(reader, photo, tmp_path):
    roster = tuple({"id": f"{n:03}", "name": f"Person {n}"} for n in range(30))
    fields = (Field("id", "Number", IDENTIFIER, column="id"), Field("q", "Score", boxes=1))
    spec = Spec("Class", fields, rows=30, roster=roster)
    texts = {(row, "q"): str(row % 10) for row in range(30)}
    (tmp_path / "a.jpg").write_bytes(photo(spec, texts, page=2))
    (tmp_path / "b.jpg").write_bytes(photo(spec, texts, page=1, seed=1))
    (tmp_path / "c.jpg").write_bytes(photo(spec, texts, page=2, seed=2))
    table = read_forms(PageReader(spec, reader), [tmp_path])
    assert [row.cells["id"].text for row in table.rows] == [f"{n:03}" for n in range(30)]
    assert [(each.source, "already" in each.message) for each in table.problems] == [(str(tmp_path / "c.jpg"), True)]
    (tmp_path / "b.jpg").unlink()
    table = read_forms(PageReader(spec, reader), [tmp_path])
    assert any("Page 1 of 2" in each.message for each in table.problems)
    # its students are listed, and need checking
    assert [row.cells["id"].text for row in table.rows] == [f"{n:03}" for n in range(30)]
    missing = [row.cells["q"] for row in table.rows if not row.cells["q"].source]
    assert 0 < len(missing) < 30
    assert {(each.text, each.rule, each.doubtful) for each in missing} == {("", "missing", True)}
    again = collect(spec, reopen_pages(spec, table), [1, 2])
    assert again.rows == table.rows


def test_a_sheet_of_another_spec_is_recognised(reader, photo):
    other = Spec("Other", SCORES.fields, rows=6)
    with pytest.raises(PictureError, match=other.id):
        PageReader(SCORES, reader).read(photo(other, {}), "other.jpg")


def test_a_photograph_without_markers_says_what_to_do(reader):
    page = np.full((900, 700), 200, np.uint8)
    page[300:500, 340:350] = 40
    with pytest.raises(PictureError, match=r"0 of the 4 corner markers.*whole sheet"):
        PageReader(SCORES, reader).read(page, "stroke.jpg")


def test_a_sheet_with_a_covered_marker_is_read(reader, photo):
    texts = values(SCORES)
    image = np.asarray(Image.open(io.BytesIO(photo(SCORES, texts, angle=0.0)))).copy()
    from shuzi.forms.flatten import find_sheet, in_photo

    sheet = find_sheet(image, SCORES.size, "sheet")
    (x, y), *_ = in_photo(sheet.homography, np.array([[195.0, 282.0]])).round().astype(int)
    cv2.circle(image, (int(x), int(y)), 80, 128, -1)
    assert find_sheet(image, SCORES.size, "sheet").markers == 3
    assert right(read_forms(PageReader(SCORES, reader), [image]), texts) >= 0.9


def test_a_blurred_code_is_read():
    code = Code("0123456789", 7, 3)
    picture = np.where(np.kron(np.pad(draw_code(code), 4), np.ones((5, 5))), 60, 190).astype(np.uint8)
    assert read_code(cv2.GaussianBlur(picture, (0, 0), 2.0), 5.0) == code


@pytest.mark.parametrize(
    "text",
    [
        "SHUZI/81E98B76BE/137/03",  # where OpenCV does not find the corners, however sharp the code
        "SHUZI/225CB261B1/005/01",
        "SHUZI/C8289C84AC/184/02",
        "SHUZI/DD55139321/594/01",  # where OpenCV does not read what is between the corners
        "SHUZI/946F7C7B18/756/18",
        "SHUZI/2D34C26CDF/680/21",
    ],
)
def test_codes_that_one_decoder_cannot_read_are_read(text):
    code = Code.of(text)
    picture = np.where(np.kron(np.pad(draw_code(code), 3), np.ones((6, 6))), 30, 220).astype(np.uint8)
    assert read_code(picture, 6.0) == code


def test_a_sum_that_is_wrong_is_never_ok(reader, photo):
    fields = (Field("a", boxes=2), Field("b", boxes=2), Field("all", boxes=3, sum_of=("a", "b")))
    spec = Spec("Sums", fields, rows=2)
    texts = {(0, "a"): "12", (0, "b"): "30", (0, "all"): "42", (1, "a"): "12", (1, "b"): "30", (1, "all"): "142"}
    first, second = read_forms(PageReader(spec, reader), [photo(spec, texts)]).rows
    assert first.cells["all"].text == "42"
    assert {cell.status for cell in second.cells.values()} == {"unsure"}


def test_an_open_field_is_read(reader, photo):
    spec = Spec("Open", tuple(Field(f"n{n}", boxes=5, decimals=2 * (n % 2), style=OPEN) for n in range(6)))
    texts = {(0, f"n{n}"): "123.45" if n % 2 else "60789" for n in range(6)}
    assert right(read_forms(PageReader(spec, reader), [photo(spec, texts)]), texts) >= 0.6


def test_a_spreadsheet_keeps_identifiers_colours_doubts_and_adds_up(reader, photo, tmp_path):
    texts = values(SCORES)
    texts[0, "id"], texts[1, "q1"] = "0070", "99"  # out of range
    table = read_forms(PageReader(SCORES, reader), [photo(SCORES, texts)])
    save_table(table, tmp_path / "table.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "table.xlsx").active
    head = [cell.value for cell in sheet[1]]
    number, score = head.index("Number"), head.index("q1")
    assert sheet.cell(2, number + 1).value == "0070"
    assert sheet.cell(3, score + 1).fill.fgColor.rgb.endswith("FFF2CC")
    assert isinstance(sheet.cell(2, score + 1).value, int)
    assert sheet.cell(8, score + 1).value == "=SUM({0}2:{0}7)".format(sheet.cell(1, score + 1).column_letter)
    assert len(sheet._images) == table.doubtful


def test_csv_opens_in_spreadsheets_and_json_has_every_cell(reader, photo, tmp_path):
    table = read_forms(PageReader(SCORES, reader), [photo(SCORES, values(SCORES))])
    save_table(table, tmp_path / "table.csv")
    raw = (tmp_path / "table.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert rows[0][:4] == ["id", "q1", "q2", "day"]
    save_table(table, tmp_path / "table.json")
    found = json.loads((tmp_path / "table.json").read_text("utf-8"))
    assert {"text", "confidence", "status", "page", "box"} <= found["rows"][0]["cells"]["id"].keys()
    assert [row["cells"]["id"]["text"] for row in found["rows"]] == [row[0] for row in rows[1:]]


def test_the_shipped_pdfs_are_those_of_the_shipped_specs():
    for path in FOLDER.glob("*.toml"):
        spec = read_spec(path)
        with pypdfium2.PdfDocument(path.with_suffix(".pdf")) as pdf:
            assert spec.id in pdf[0].get_textpage().get_text_range()


def test_a_sheet_without_a_font_for_it_is_refused(tmp_path, monkeypatch):
    from PIL import ImageFont

    def none(*_, **__):
        raise OSError

    monkeypatch.setattr(ImageFont, "truetype", none)
    spec = Spec("成绩", (Field("q", boxes=1),), language="zh", rows=2)
    with pytest.raises(DataError, match=r"成.*--font"):
        make_sheet(spec, tmp_path / "sheet.pdf")
    assert not (tmp_path / "sheet.pdf").exists()
    # Western text needs none
    assert make_sheet(Spec("Scores", (Field("q", boxes=1),), rows=2), tmp_path / "sheet.pdf") == 1


def test_a_sheet_that_cannot_be_written_says_so(tmp_path):
    with pytest.raises(DataError) as caught:
        make_sheet(Spec("Scores", (Field("q", boxes=1),), rows=2), tmp_path)  # a folder
    assert caught.value.key == "error.data.unwritable"
    assert not list(tmp_path.iterdir())


def test_rows_that_nobody_used_ask_for_nothing(reader, photo):
    fields = (Field("day", "Day", DATE, boxes=8, once=True), Field("q", boxes=2, required=True), Field("r", boxes=1))
    spec = Spec("Required", fields, rows=5)
    texts = {(-1, "day"): "2026-11-26", (0, "q"): "12", (1, "r"): "3"}
    table = read_forms(PageReader(spec, reader), [photo(spec, texts, angle=10.0)])
    found = [(row.cells["q"].status, row.cells["q"].rule, row.cells["r"].status) for row in table.rows]
    assert found == [("ok", "", "blank"), ("unsure", "required", "ok")]
