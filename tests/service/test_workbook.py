"""A reviewed table becomes the workbook that the command writes."""

import base64
import io
import json

import numpy as np
import openpyxl
import pytest
from PIL import Image

from shuzi.forms.kinds import IDENTIFIER, Field
from shuzi.forms.output import save_table
from shuzi.forms.result import Cell, Problem, Row, Table

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def png(kind="png", size=(40, 90)):
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 255, size, np.uint8)).save(file, kind)
    return file.getvalue()


def table():
    unsure = Cell("17", "unsure", 0.6, alternatives=(("17", 0.6), ("11", 0.3)), source="a.jpg", picture=png())
    broken = Cell("99", "unsure", 0.9, rule="range", source="a.jpg", picture=png())
    fields = (
        Field("id", "Number", IDENTIFIER, column="id"),
        Field("q1", "Question", boxes=2, total=True),
        Field("q2", boxes=3, decimals=1),
    )
    rows = (
        Row(1, 0, {"id": Cell("007", "printed", 1.0), "q1": unsure, "q2": Cell("1.5", "ok", 1.0, source="a.jpg")}),
        Row(1, 1, {"id": Cell("=1+1", "printed", 1.0), "q1": broken, "q2": Cell("", "blank", 1.0)}),
    )
    return Table("Scores", fields, rows, (Problem("b.jpg", "It cannot be read."),))


def shown(file):
    """All that a person sees in a workbook."""
    book = openpyxl.load_workbook(file)
    return [
        (
            sheet.title,
            [
                [
                    (cell.value, cell.number_format, cell.fill.fgColor.rgb, cell.comment and cell.comment.text)
                    for cell in row
                ]
                for row in sheet
            ],
            [(each.anchor._from.row, each.anchor._from.col, each._data()) for each in sheet._images],
        )
        for sheet in book
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_workbook_is_the_one_that_the_command_writes(client, tmp_path, language):
    from shuzi.messages import speaking

    with speaking(language):
        save_table(table(), tmp_path / "table.xlsx")
        said = client.post(f"/v1/forms/xlsx?lang={language}", json=table().as_dict())
    assert (said.status_code, said.headers["content-type"]) == (200, XLSX)
    found = shown(io.BytesIO(said.content))
    assert found == shown(tmp_path / "table.xlsx")
    assert found[0][1][3][1][0] == "=SUM(B2:B3)"
    assert len(found[0][2]) == 2


def test_a_cell_that_was_checked_is_no_doubt_any_more(client):
    given = table().as_dict()
    given["rows"][0]["cells"]["q1"] |= {"text": "11", "status": "ok", "confidence": 1}
    (_, cells, pictures), _ = shown(io.BytesIO(client.post("/v1/forms/xlsx", json=given).content))
    assert cells[1][1][:1] == (11,)
    assert cells[1][1][3] is None
    assert len(pictures) == 1


def change(**of):
    """Change the first row's q1."""

    def made(given):
        given["rows"][0]["cells"]["q1"] |= of
        return given

    return made


@pytest.mark.parametrize(
    ("changed", "key", "words"),
    [
        (lambda given: given | {"format": 2}, "error.service.value", "format"),
        (lambda _: {}, "error.service.value", "columns"),
        (lambda given: given | {"more": 1}, "error.service.value", "more"),
        (change(rule="__class__"), "error.service.value", "rule"),
        (change(page="1"), "error.service.value", "page must be a whole number"),
        (change(picture="%"), "error.service.cell_picture", "PNG"),
        (change(picture=base64.b64encode(png("gif")).decode()), "error.service.cell_picture", "PNG"),
        (change(picture=base64.b64encode(png()[:-20]).decode()), "error.service.cell_picture", "PNG"),
        (lambda given: given | {"rows": [1]}, "error.service.value", "rows"),
    ],
)
def test_what_is_no_table_is_refused(client, changed, key, words):
    said = client.post("/v1/forms/xlsx", json=changed(table().as_dict()))
    assert (said.status_code, said.json()["key"]) == (422, key)
    assert words in said.json()["detail"]


def test_a_column_with_endless_decimals_is_refused(client):
    given = table().as_dict()
    given["columns"][2]["decimals"] = 10**9
    said = client.post("/v1/forms/xlsx", json=given)
    assert (said.status_code, said.json()["key"]) == (422, "error.service.value")


def test_a_table_names_a_thousand_pictures_that_could_not_be_read_at_most(client):
    problem = {"source": "\x01.png", "message": "none"}
    said = client.post("/v1/forms/xlsx", json=table().as_dict() | {"problems": [problem] * 1_000})
    assert len(shown(io.BytesIO(said.content))[1][1]) == 1_001
    said = client.post("/v1/forms/xlsx", json=table().as_dict() | {"problems": [problem] * 1_001})
    assert (said.status_code, said.json()["key"]) == (413, "error.service.problems")


def test_tables_have_limits(limited):
    with limited(cells=5).client() as client:
        said = client.post("/v1/forms/xlsx", json=table().as_dict())
        assert (said.status_code, said.json()["key"]) == (413, "error.service.cells")
        row = {"sheet": 1, "row": 0, "cells": {}}
        said = client.post("/v1/forms/xlsx", json=table().as_dict() | {"rows": [row] * 6, "columns": []})
        assert (said.status_code, said.json()["key"]) == (413, "error.service.cells")
        said = client.post("/v1/forms/xlsx", content=b"[" * 1_000_000, headers={"content-type": "application/json"})
        assert said.status_code == 422


def test_pictures_have_limits_together(client):
    given = table().as_dict()
    file = io.BytesIO()
    Image.fromarray(np.zeros((4_000, 4_000), np.uint8)).save(file, "png")
    large = base64.b64encode(file.getvalue()).decode()
    given["rows"] = [given["rows"][0] | {"cells": {}} for _ in range(4)]
    for row in given["rows"]:
        row["cells"] = {"q1": table().as_dict()["rows"][0]["cells"]["q1"] | {"picture": large}}
    said = client.post("/v1/forms/xlsx", json=given)
    assert (said.status_code, said.json()["key"]) == (413, "error.service.cell_pixels")


def test_texts_that_a_workbook_cannot_hold_are_escaped(client):
    given = table().as_dict()
    given["title"] = "a[b]:*?/\\c"
    given["rows"][0]["cells"]["q1"] |= {"text": "1\x00\ud800".encode("utf-8", "replace").decode(), "source": "\x1b"}
    said = client.post(
        "/v1/forms/xlsx", content=json.dumps(given), headers={"content-type": "application/json; charset=utf-8"}
    )
    assert said.status_code == 200
    assert shown(io.BytesIO(said.content))[0][1][1][1][0] == "1\\x00?"
