import csv
import shutil
from collections import Counter

import numpy as np
import pytest

from shuzi.data.collection import REGISTERS
from shuzi.data.registers import ALIKE, load_cells
from shuzi.errors import DataError


@pytest.fixture
def copied(registers, tmp_path):
    return shutil.copytree(registers, tmp_path / "copy")


def edit(folder, change):
    table = folder / "labels.csv"
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    change(rows)
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def test_a_text_that_a_register_repeats_is_taken_a_few_times_only(registers):
    cells = load_cells(registers)
    counts = Counter(zip(cells.registers, cells.texts, strict=True))
    assert counts["one-hand", "2.20"] == ALIKE == 5
    assert len(cells) == 3 + 1 + ALIKE + 2 + 2


def test_registers_are_parts_of_a_page_s_name_or_whole_lots(registers):
    assert set(load_cells(registers).registers) == {"one-hand", "0080", "1289"}


def test_pictures_show_what_the_box_says(registers):
    cells = load_cells(registers)
    for place in range(len(cells)):
        left, top, right, bottom = cells.boxes[place].astype(int)
        ink = cells.picture(place) < 100
        assert ink[top:bottom, left - 2 : right + 2].sum() > 0.8 * ink.sum() > 0


def test_registers_that_are_held_out_are_not_trained_on(mnist, registers):
    splits = mnist.with_handwriting(cells=load_cells(registers))
    assert set(splits.train.cells.registers) == {"one-hand", "0080"}
    assert set(splits.validation.cells.registers) == {"1289"}
    assert splits.test.cells is None


def test_there_must_be_something_to_train_on(mnist, registers):
    with pytest.raises(DataError, match="held out"):
        mnist.with_handwriting(cells=load_cells(registers).of({"1289"}))


def test_the_hash_is_of_the_content(registers, copied):
    first = load_cells(registers).sha256()
    (copied / "one-hand-0.jpg").rename(copied / "other.jpg")
    edit(copied, lambda rows: rows[0].update(file="other.jpg"))
    assert load_cells(copied).sha256() == first
    edit(copied, lambda rows: rows[0].update(text="13"))
    assert load_cells(copied).sha256() != first


def test_the_variable_names_them_too(registers, monkeypatch):
    monkeypatch.setenv(REGISTERS.variable, str(registers))
    np.testing.assert_array_equal(load_cells().boxes, load_cells(registers).boxes)


def test_without_a_folder_the_error_says_where_to_get_one(monkeypatch, tmp_path):
    monkeypatch.delenv(REGISTERS.variable, raising=False)
    for given in (None, tmp_path):
        with pytest.raises(DataError, match=r"lectaurep-repertoires.*--registers or SHUZI_REGISTERS"):
            load_cells(given)


@pytest.mark.parametrize(
    "damage",
    [
        {"file": "missing.jpg"},
        {"file": "labels.csv"},
        {"x0": "left"},
        {"x1": "nan"},
        {"y0": "60"},
        {"lot": "random-set-1", "page": "page"},
    ],
)
def test_a_damaged_row_is_named(copied, damage):
    edit(copied, lambda rows: rows[1].update(damage))
    with pytest.raises(DataError, match=r"labels\.csv, line 3"):
        load_cells(copied)


def test_a_table_without_the_columns_is_refused(copied):
    (copied / "labels.csv").write_text("file,text\na.jpg,1\n", encoding="utf-8")
    with pytest.raises(DataError, match="lot, page, x0"):
        load_cells(copied)
