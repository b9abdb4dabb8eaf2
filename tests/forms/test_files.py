"""What a table is saved as means the same to a spreadsheet."""

import os
from datetime import datetime
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import cv2
import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner

from shuzi.cli import shuzi as command
from shuzi.errors import DataError
from shuzi.forms.output import as_csv, save_table
from shuzi.forms.parse import read_spec
from shuzi.forms.result import Cell, Row, Table
from shuzi.forms.ruled_tables import join_tables
from shuzi.forms.spec import DATE, Field


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
    # where each note is shown is a drawing, which openpyxl does not read
    with ZipFile(tmp_path / "table.xlsx") as file:
        drawing = ET.fromstring(file.read("xl/drawings/commentsDrawing1.vml"))  # noqa: S314 - our own
    places = drawing.iterfind(".//{*}ClientData")
    shown = [(int(place.findtext("{*}Row")), int(place.findtext("{*}Column"))) for place in places]
    doubtful = [(line + 1, ord(name) - ord("a")) for (line, name), (note, _) in seen.items() if note]
    assert sorted(shown) == sorted(doubtful)


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
