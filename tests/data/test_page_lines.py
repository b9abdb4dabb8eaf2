"""Pages with marked lines, from a small folder."""

import json
import shutil

import cv2
import numpy as np
import pytest

from shuzi.data.collection import PAGES
from shuzi.data.registers import load_page_lines
from shuzi.errors import DataError


@pytest.fixture
def copied(page_folder, tmp_path):
    return shutil.copytree(page_folder, tmp_path / "copy")


def test_a_line_runs_through_the_middle_of_its_digits(page_folder):
    pages = load_page_lines(page_folder)
    for index in range(len(pages)):
        rows = np.flatnonzero((pages.picture(index) < 128).any(axis=1))
        for line in pages.lines[index]:
            own = rows[np.abs(rows - line.points[0, 1]) < 20]  # the lines are 60 pixels apart
            assert line.points[:, 1] == pytest.approx((own[0] + own[-1]) / 2, abs=4)
            assert line.height == pytest.approx(np.ptp(own), rel=0.25)
            assert line.points[0, 0] < line.points[-1, 0]


def test_pages_of_registers_that_are_held_out_are_not_trained_on(mnist, page_folder):
    splits = mnist.with_handwriting(pages=load_page_lines(page_folder))
    assert splits.train.pages.names == ("FRAN_0187_0080_L-0.jpg", "table.jpg")
    assert splits.validation.pages.names == ("FRAN_0025_1289_L-0.jpg",)
    assert [len(page) for page in splits.train.pages.lines] == [2, 2]


def test_there_must_be_a_page_to_train_on(mnist, page_folder):
    with pytest.raises(DataError, match="held out"):
        mnist.with_handwriting(pages=load_page_lines(page_folder).divided()[1])


def test_the_hash_is_of_the_content(page_folder, copied):
    first = load_page_lines(page_folder).sha256()
    assert load_page_lines(copied).sha256() == first
    rows = (copied / "lines.jsonl").read_text().replace("30, 60, ", "31, 60, ")
    (copied / "lines.jsonl").write_text(rows)
    assert load_page_lines(copied).sha256() != first


def test_the_variable_names_them_too(page_folder, monkeypatch):
    monkeypatch.setenv(PAGES.variable, str(page_folder))
    assert load_page_lines().sha256() == load_page_lines(page_folder).sha256()


def test_without_pages_one_learns_where_to_get_them(monkeypatch, tmp_path):
    monkeypatch.delenv(PAGES.variable, raising=False)
    for given in (None, tmp_path):
        with pytest.raises(DataError, match=r"lectaurep-repertoires.*--page-lines or SHUZI_PAGES"):
            load_page_lines(given)


def test_a_line_whose_outline_says_nothing_is_left_out(copied):
    page = json.loads((copied / "lines.jsonl").read_text().splitlines()[0])
    flat = {"polygon": [10, 20, 90, 20, 90, 21], "baseline": [10, 20, 90, 20]}
    page["lines"] += [flat, {"polygon": [10, 20, 90, 20], "baseline": [10, 20]}]
    (copied / "lines.jsonl").write_text(json.dumps(page))
    assert len(load_page_lines(copied).lines[0]) == len(page["lines"]) - 2


@pytest.mark.parametrize(
    "row",
    [
        "{",
        "[]",
        '{"file": "table.jpg"}',
        '{"file": "none.jpg", "lines": []}',
        '{"file": "lines.jsonl", "lines": []}',  # no picture
        '{"file": "table.jpg", "lines": [{"polygon": [1, 2, 3, 4, 5, 6]}]}',
        '{"file": "table.jpg", "lines": [{"polygon": [1, 2, 3], "baseline": [1, 2, 3, 4]}]}',
        '{"file": "table.jpg", "lines": [{"polygon": [1, 2, 3, 4, 5, NaN], "baseline": [1, 2, 3, 4]}]}',
    ],
)
def test_a_damaged_row_is_named(copied, row):
    with (copied / "lines.jsonl").open("a") as file:
        file.write(row + "\n")
    with pytest.raises(DataError, match=r"lines\.jsonl, line 4"):
        load_page_lines(copied)


def test_a_missing_picture_names_its_row(copied):
    (copied / "table.jpg").unlink()
    with pytest.raises(DataError, match="line 3"):
        load_page_lines(copied)


def test_an_empty_list_is_refused(copied):
    (copied / "lines.jsonl").write_text("")
    with pytest.raises(DataError, match="lists no pages"):
        load_page_lines(copied)
    (copied / "lines.jsonl").write_bytes(b"\xff")
    with pytest.raises(DataError, match="cannot be read"):
        load_page_lines(copied)


def test_pictures_are_decoded_as_grey(page_folder):
    pages = load_page_lines(page_folder)
    expected = cv2.imread(str(page_folder / pages.names[0]), cv2.IMREAD_GRAYSCALE)
    np.testing.assert_array_equal(pages.picture(0), expected)
