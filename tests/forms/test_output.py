"""A table becomes files, and pages that show what was written beside what was read."""

import json
import os
from datetime import datetime
from zipfile import ZipFile

import cv2
import numpy as np
import openpyxl
import pypdfium2
import pytest
from click.testing import CliRunner
from PIL import Image

from shuzi.cli import shuzi as command
from shuzi.errors import DataError
from shuzi.forms.kinds import DATE, Field
from shuzi.forms.layout import Text
from shuzi.forms.output import as_csv, save_table
from shuzi.forms.result import Cell, Row, Table
from shuzi.forms.sheet import begin_document, write
from shuzi.forms.spec import read_spec
from shuzi.forms.tables import join_tables
from shuzi.ink.boxes import Box
from shuzi.pictures.open import open_picture


def test_dates_are_dates_for_a_spreadsheet_and_what_is_no_date_is_text(tmp_path):
    texts = ["2024-02-29", "2024-02-30", "1900-02-29", "202-1"]
    rows = tuple(Row(1, number, {"day": Cell(text, "ok", 1.0)}) for number, text in enumerate(texts))
    save_table(Table("Days", (Field("day", kind=DATE, boxes=8),), rows), tmp_path / "days.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "days.xlsx").active
    assert [sheet.cell(row, 1).value for row in range(2, 6)] == [datetime(2024, 2, 29), *texts[1:]]
    assert sheet.cell(2, 1).is_date


def test_columns_of_a_ruled_table_are_numbers_but_where_one_begins_with_a_zero(tmp_path):
    columns = {
        "A": ["12", "4.25", "-3", "", "1:2"],
        "B": ["007", "120", "", "5", "6"],
        "C": ["12345678901234567", "1", "0", "0.5", "20"],
    }
    rows = [Row(1, n, {name: Cell(texts[n], "ok", 1.0) for name, texts in columns.items()}) for n in range(5)]
    rows.append(Row(1, 5, {"A": Cell("08", "unsure", 0.5)}))  # which may have no zero
    table = join_tables([rows])
    save_table(table, tmp_path / "table.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "table.xlsx").active
    head = {cell.value: cell.column for cell in sheet[1]}
    found = {name: [sheet.cell(row, head[name]).value or "" for row in range(2, 7)] for name in columns}
    assert found == {
        "A": [12, 4.25, -3, "", "1:2"],
        "B": columns["B"],
        "C": ["12345678901234567", 1, "", 0.5, 20],
    }
    assert sheet.cell(7, head["A"]).value == 8
    assert sheet.cell(3, head["A"]).number_format == "0.00"
    assert Table.from_dict(table.as_dict()).fields == table.fields


def test_each_doubtful_cell_and_no_other_has_its_colour_and_note(tmp_path):
    fields = (Field("a", boxes=3), Field("b", boxes=3, decimals=1), Field("c", kind=DATE, boxes=8))

    def row(line):
        texts = [str(line), f"{line}.5", f"2024-01-{line + 1:02}"]
        return Row(
            1,
            line,
            {
                field.name: Cell(text, "unsure", 0.6, "", ((text, 0.6), ("<7>\x01 & so", 0.3)))
                if (line + index) % 3
                else Cell(text, "ok", 1.0)
                for index, (field, text) in enumerate(zip(fields, texts, strict=True))
            },
        )

    table = Table("Notes", fields, tuple(map(row, range(20))))
    save_table(table, tmp_path / "table.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "table.xlsx").active
    seen = {
        (cell.row - 2, fields[cell.column - 1].name): (cell.comment and cell.comment.text, cell.fill.fgColor.rgb)
        for line in sheet.iter_rows(min_row=2, max_col=3)
        for cell in line
    }
    for (line, name), (note, colour) in seen.items():
        cell = table.rows[line].cells[name]
        assert note == (cell.message.replace("\x01", "\\x01") if cell.doubtful else None)
        assert (colour == "00FFF2CC") == cell.doubtful
    assert [sheet.cell(5, column).number_format for column in (1, 2, 3)] == ["0", "0.0", "yyyy-mm-dd"]


def test_a_table_without_doubts_has_no_notes(tmp_path):
    save_table(Table("Sure", (Field("a"),), (Row(1, 0, {"a": Cell("1", "ok", 1.0)}),)), tmp_path / "table.xlsx")
    with ZipFile(tmp_path / "table.xlsx") as file:
        assert not [name for name in file.namelist() if "comment" in name]


def test_a_table_that_is_there_is_not_replaced_without_asking(tmp_path):
    picture = np.full((400, 500), 255, np.uint8)
    for place in range(50, 351, 100):
        picture[place : place + 3, 50:353] = picture[50:353, place : place + 3] = 0
    cv2.imwrite(str(tmp_path / "table.png"), picture)
    out = tmp_path / "table.csv"
    out.write_text("corrected", "utf-8")
    given = ["form", "read", str(tmp_path / "table.png"), "--table", "--out", str(out)]
    for more in ([], ["--resume"], ["--out", str(tmp_path / "other.csv")]):
        refused = CliRunner().invoke(command, [*given, *more]).exception
        assert isinstance(refused, DataError)
        assert refused.key == "error.form.exists"
    assert out.read_text("utf-8") == "corrected"
    assert CliRunner().invoke(command, [*given, "--force"]).exit_code == 0
    assert out.read_text("utf-8-sig") != "corrected"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_no_place_for_a_table(tmp_path):
    os.mkfifo(tmp_path / "table.csv")
    given = ["form", "read", "none.png", "--table", "--force", "--out", str(tmp_path / "table.csv")]
    refused = CliRunner().invoke(command, given).exception
    assert isinstance(refused, DataError)
    assert refused.key == "error.data.unwritable"


def test_where_nothing_was_read_nothing_is_written_and_no_page_is_missing(tmp_path):
    cv2.imwrite(str(tmp_path / "other.png"), np.full((400, 500), 255, np.uint8))
    (tmp_path / "class.csv").write_text("id\n1\n", "utf-8")
    fields = '[[fields]]\nname = "id"\ncolumn = "id"\n[[fields]]\nname = "q"\nboxes = 1\n'
    (tmp_path / "spec.toml").write_text(f'title = "S"\nroster = "class.csv"\n{fields}', "utf-8")
    given = ["form", "read", str(tmp_path / "other.png"), "--spec", str(tmp_path / "spec.toml")]
    done = CliRunner().invoke(command, [*given, "--out", str(tmp_path / "table.csv")])
    assert done.exit_code == 1
    assert "missing" not in done.stderr
    assert sorted(each.name for each in tmp_path.iterdir()) == ["class.csv", "other.png", "spec.toml"]


def test_a_name_with_semicolons_stays_in_one_cell():
    row = Row(1, 0, {"q": Cell("3", "ok", 1.0, source="a;=1+1;b.png")})
    assert as_csv(Table("", (Field("q"),), (row,))).splitlines()[1] == '"3","","a;=1+1;b.png"'


def test_a_date_may_say_that_it_has_eight_boxes(tmp_path):
    path = tmp_path / "spec.toml"
    text = 'title = "S"\n[[fields]]\nname = "day"\nkind = "date"\nboxes = {}\n'
    path.write_text(text.format(8), "utf-8")
    assert read_spec(path).fields[0].boxes == 8
    path.write_text(text.format(6), "utf-8")
    with pytest.raises(DataError, match="line 5"):
        read_spec(path)


EXAM = """title = "Physics"
roster = "class.csv"
[[fields]]
name = "student"
column = "id"
[[fields]]
name = "name"
column = "name"
[[fields]]
name = "fall"
label = "How far?"
boxes = 3
decimals = 1
key = 19.6
tolerance = 0.1
points = 4
[[fields]]
name = "essay"
boxes = 2
points = 10
"""


@pytest.fixture(scope="module")
def exam(tmp_path_factory, photo):
    """A photographed sheet of three students, one of them absent, and the command's table of it."""
    folder = tmp_path_factory.mktemp("exam")
    (folder / "class.csv").write_text("id,name\n007,Åsa Öberg\n008,Bo Li\n009,Cy Ng\n", encoding="utf-8")
    (folder / "exam.toml").write_text(EXAM, encoding="utf-8")
    texts = {(0, "fall"): "19.5", (0, "essay"): "7", (1, "fall"): "18.2", (1, "essay"): "10"}
    upright = open_picture(photo(read_spec(folder / "exam.toml"), texts, seed=3))
    Image.fromarray(np.rot90(upright)).save(folder / "turned.png")
    run("read", folder / "turned.png", "--spec", folder / "exam.toml", "--out", folder / "exam.json")
    return folder


def run(*arguments):
    return CliRunner().invoke(command, ["form", *map(str, arguments)], catch_exceptions=False)


def printed(path):
    """Return the words of each page of a PDF, and its pictures as they stand on the paper."""
    with pypdfium2.PdfDocument(path) as pdf:
        pages = [*pdf]
        words = [page.get_textpage().get_text_range().split() for page in pages]
        kinds = (pypdfium2.raw.FPDF_PAGEOBJ_IMAGE,)
        pictures = [[found.get_bitmap().to_pil() for found in page.get_objects(kinds)] for page in pages]
    return words, pictures


def test_a_student_has_a_page_with_each_answer_upright_as_it_was_written(exam, reader):
    done = run("print", exam / "exam.json", "--out", exam / "exam.pdf")
    assert done.exit_code == 0, done.output
    words, pictures = printed(exam / "exam.pdf")
    assert [page[1:4] for page in words] == [["007", "Åsa", "Öberg"], ["008", "Bo", "Li"]]  # 009 was absent
    assert "11 of 14 points" in " ".join(words[0])
    assert "10 of 14 points" in " ".join(words[1])
    assert "0 / 4" in " ".join(words[1])
    seen = [[reader.read(picture, among=["195", "7", "182", "10"]).text for picture in page] for page in pictures]
    assert seen == [["195", "7"], ["182", "10"]]


def test_a_correction_counts_and_photographs_are_found_where_they_were_moved(exam, tmp_path):
    table = json.loads((exam / "exam.json").read_text(encoding="utf-8"))
    table["rows"][1]["cells"]["fall"] |= {"text": "19.6", "status": "ok"}
    for row in table["rows"]:
        for cell in row["cells"].values():
            cell["source"] = cell["source"] and "/gone/turned.png"
    corrected = tmp_path / "corrected.json"
    corrected.write_text(json.dumps(table), encoding="utf-8")
    alone = run("print", corrected)
    assert (alone.exit_code, "/gone/turned.png" in alone.output) == (0, True)
    assert printed(tmp_path / "corrected-pages.pdf")[1] == [[], []]
    again = run("print", corrected, exam, "--out", tmp_path / "moved.pdf")
    assert "/gone" not in again.output
    words, pictures = printed(tmp_path / "moved.pdf")
    assert "14 of 14 points" in " ".join(words[1])
    assert [len(page) for page in pictures] == [2, 2]


def test_a_long_number_stays_in_its_box(tmp_path):
    box = Box(10, 10, 28, 11)
    page = begin_document("long", "9", "en", (210.0, 297.0))
    page.add_page()
    write(page, Text(120 * "9", box, 13))
    page.output(str(tmp_path / "long.pdf"))
    with pypdfium2.PdfDocument(tmp_path / "long.pdf") as pdf:
        text = pdf[0].get_textpage()
        letters = [
            text.get_charbox(index) for index in range(text.count_chars()) if text.get_text_range(index, 1) == "9"
        ]
    left, bottom, right, top = (np.array(letters) * 25.4 / 72).T
    assert len(letters) == 120
    assert (left.min() >= box.x, right.max() <= box.right + 0.2) == (True, True)
    assert (297 - top.max() >= box.y, 297 - bottom.min() <= box.bottom) == (True, True)


def test_an_empty_table_leaves_no_file(exam, tmp_path):
    table = json.loads((exam / "exam.json").read_text(encoding="utf-8"))
    table["rows"] = table["rows"][2:]
    (tmp_path / "empty.json").write_text(json.dumps(table), encoding="utf-8")
    with pytest.raises(DataError) as refused:
        run("print", tmp_path / "empty.json")
    assert refused.value.key == "error.form.nothing_to_print"
    assert not (tmp_path / "empty-pages.pdf").exists()


@pytest.mark.parametrize(
    "change",
    [
        *({"text": 7}, {"turned": 9}, {"turned": "left"}, {"source": {}}, {"rule": "none such"}),
        *({"box": [0, 0, "wide", 1]}, {"box": [1]}, {"box": [10**400, 0, 1, 1]}, {"box": [0, 0, 1e308, 1]}),
        *({"changes": [{"before": "1", "after": 2, "at": ""}]}, {"alternatives": [{"text": [], "probability": 1}]}),
    ],
)
def test_a_table_with_values_of_other_types_is_refused(exam, tmp_path, change):
    table = json.loads((exam / "exam.json").read_text(encoding="utf-8"))
    table["rows"][0]["cells"]["fall"] |= change
    (tmp_path / "odd.json").write_text(json.dumps(table), encoding="utf-8")
    with pytest.raises(DataError) as refused:
        run("print", tmp_path / "odd.json", exam)
    assert refused.value.key == "error.table.value"


def test_nothing_is_replaced_unasked_such_as_the_scan_that_was_read(exam, tmp_path):
    scan = tmp_path / "class.pdf"
    scan.write_bytes(b"the scan")
    with pytest.raises(DataError) as refused:
        run("print", exam / "exam.json", exam, "--out", scan)
    assert refused.value.key == "error.form.exists"
    assert scan.read_bytes() == b"the scan"
    run("print", exam / "exam.json", exam, "--out", scan, "--force")
    assert len(printed(scan)[0]) == 2


def test_of_two_photographs_with_one_name_neither_stands_for_a_moved_one(exam, tmp_path):
    table = json.loads((exam / "exam.json").read_text(encoding="utf-8"))
    for row in table["rows"]:
        for cell in row["cells"].values():
            cell["source"] = cell["source"] and "/gone/turned.png"
    (tmp_path / "table.json").write_text(json.dumps(table), encoding="utf-8")
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        Image.new("L", (900 + ord(name), 900), 200).save(tmp_path / name / "turned.png")
    again = run("print", tmp_path / "table.json", tmp_path / "a", tmp_path / "b")
    assert "/gone/turned.png" in again.output
    assert printed(tmp_path / "table-pages.pdf")[1] == [[], []]
