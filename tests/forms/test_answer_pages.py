"""Pages to print for each student."""

import json

import numpy as np
import pypdfium2
import pytest
from click.testing import CliRunner
from PIL import Image

from shuzi.cli import shuzi as command
from shuzi.errors import DataError
from shuzi.forms.layout import Text
from shuzi.forms.parse import read_spec
from shuzi.forms.sheet import begin_document, write
from shuzi.ink.boxes import Box
from shuzi.pictures.open import open_picture

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
