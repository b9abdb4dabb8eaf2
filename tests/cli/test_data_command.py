import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shuzi.data.formats import load_dataset
from shuzi.data.mnist import FILES, PACKAGED
from shuzi.pictures.open import EXAMPLE
from shuzi.reading.reader import load


@pytest.fixture
def copy(tmp_path):
    """Copy the four MNIST files to a folder where a test may damage them."""
    folder = tmp_path / "mnist"
    folder.mkdir()
    for file in FILES:
        shutil.copy(PACKAGED / f"{file.name}.gz", folder)
    return folder


@pytest.fixture
def pictures(mnist, tmp_path):
    """Make three pictures labelled by name, two by folder, one without a label, and a file that is not a picture."""
    folder = tmp_path / "pictures"
    names = ["7_a.png", "2_b.png", "1_c.png", "0/d.png", "4/e.png", "nameless.png"]
    for place, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(255 - mnist.test.images[place]).resize((112, 112)).save(folder / name)
    (folder / "3_text.png").write_text("no picture", "utf-8")
    return folder


def test_info_tells_where_the_files_are_and_what_they_hold(shuzi):
    ended = shuzi("data", "info")
    assert (ended.code, ended.err) == (0, "")
    assert str(PACKAGED) in ended.out
    assert re.search(r"train-images-idx3-ubyte.gz +60,000 x 28 x 28 +\d+\.\d\d MB", ended.out)
    found = json.loads(shuzi("data", "info", "--json").out)
    assert found["folder"] == str(PACKAGED)
    assert [each["shape"] for each in found["files"].values()] == [
        [60_000, 28, 28],
        [60_000],
        [10_000, 28, 28],
        [10_000],
    ]


def test_sound_files_pass(shuzi, copy):
    ended = shuzi("data", "verify")
    assert ended.code == 0
    assert [line.split()[0] for line in ended.out.splitlines()] == ["ok"] * 4
    ended = shuzi("data", "verify", "--data-dir", copy, "--json")
    assert ended.code == 0
    assert json.loads(ended.out) == {"sound": True, "problems": {file.name: None for file in FILES}}


def _cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def _flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)


def _swap(path):
    shutil.copy(PACKAGED / f"{FILES[1].name}.gz", path)


def _page(path):
    path.write_text("<!doctype html>", "utf-8")


@pytest.mark.parametrize("damage", [_cut, _flip, _swap, _page, Path.unlink])
def test_one_damaged_file_fails_and_is_named(shuzi, copy, damage):
    damage(copy / "t10k-labels-idx1-ubyte.gz")
    ended = shuzi("data", "verify", "--data-dir", copy)
    assert ended.code == 1
    assert [line.startswith("ok") for line in ended.out.splitlines()] == [True, True, True, False]
    assert "t10k-labels-idx1-ubyte" in ended.out.splitlines()[-1]
    ended = shuzi("data", "verify", "--data-dir", copy, "--json", "--lang", "zh")
    found = json.loads(ended.out)
    assert ended.code == 1
    assert not found["sound"]
    assert [name for name, problem in found["problems"].items() if problem] == ["t10k-labels-idx1-ubyte"]


def test_a_folder_that_is_named_is_searched_alone(shuzi, tmp_path, monkeypatch):
    assert shuzi("data", "verify", "--data-dir", tmp_path).code == 1
    monkeypatch.setenv("SHUZI_DATA", str(tmp_path / "none"))
    for command in ("verify", "info"):
        ended = shuzi("data", command)
        assert ended.code == 1
        assert str(tmp_path / "none") in ended.out + ended.err
        assert "Traceback" not in ended.err


@pytest.mark.parametrize("name", ["test.npz", "test"])
def test_a_part_of_mnist_comes_back_from_its_export(shuzi, mnist, tmp_path, name):
    ended = shuzi("data", "export", "--part", "validation", tmp_path / "deep" / name)
    assert (ended.code, ended.out) == (0, f"Exported 5000 images to {tmp_path / 'deep' / name}\n")
    found = load_dataset(tmp_path / "deep" / name)
    np.testing.assert_array_equal(found.images, mnist.validation.images)
    np.testing.assert_array_equal(found.labels, mnist.validation.labels)


def test_what_is_there_is_never_overwritten(shuzi, pictures, tmp_path):
    (tmp_path / "taken.npz").write_text("precious", "utf-8")
    for command in (["export"], ["import", pictures]):
        ended = shuzi("data", *command, tmp_path / "taken.npz")
        assert ended.code == 1
        assert "already exists and will not be overwritten" in ended.err
        assert shuzi("data", *command, tmp_path / "wrong.csv").code == 1
    assert (tmp_path / "taken.npz").read_text("utf-8") == "precious"
    assert not (tmp_path / "wrong.csv").exists()


def test_pictures_become_a_dataset_and_the_rest_is_named(shuzi, pictures, tmp_path):
    ended = shuzi("data", "import", pictures, tmp_path / "mine.npz", "--preview", tmp_path / "preview.png")
    assert ended.code == 0
    assert ended.out == f"Imported 5 digits into {tmp_path / 'mine.npz'}\n  0: 1  1: 1  2: 1  4: 1  7: 1\n"
    assert "Skipped 2 files" in ended.err
    assert "3_text.png" in ended.err
    assert "nameless.png" in ended.err
    assert f"shuzi train --data {tmp_path / 'mine.npz'}" in ended.err
    found = load_dataset(tmp_path / "mine.npz")
    assert sorted(found.labels.tolist()) == [0, 1, 2, 4, 7]
    with Image.open(tmp_path / "preview.png") as preview:
        drawn = np.asarray(preview.convert("L"))
    assert drawn.shape == (56, 20 * 56)
    np.testing.assert_array_equal(drawn[::2, 0:56:2], found.images[0])
    assert not drawn[:, 5 * 56 :].any()


def test_json_tells_the_same(shuzi, pictures, tmp_path):
    ended = shuzi("data", "import", pictures, tmp_path / "mine", "--json")
    (line,) = ended.out.splitlines()
    found = json.loads(line)
    assert (found["images"], found["counts"]) == (5, [1, 1, 1, 0, 1, 0, 0, 1, 0, 0])
    assert len(found["left_out"]) == 2
    assert ended.err == ""


@pytest.mark.parametrize("name", ["preview.xyz", "preview"])
def test_a_preview_that_cannot_be_written_is_an_error(shuzi, pictures, tmp_path, name):
    ended = shuzi("data", "import", pictures, tmp_path / "mine.npz", "--preview", tmp_path / name)
    assert ended.code == 1
    assert re.search(r"^Error: Cannot write .*\.png", ended.err)


def test_a_folder_without_pictures_is_an_error(shuzi, tmp_path):
    (tmp_path / "empty").mkdir()
    for folder in ("empty", "none"):
        ended = shuzi("data", "import", tmp_path / folder, tmp_path / "mine.npz")
        assert ended.code == 1
        assert str(tmp_path / folder) in ended.err
    assert not (tmp_path / "mine.npz").exists()


def test_a_reader_that_has_seen_enough_causes_no_traceback(start):
    process = start("data", "verify")
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate()
    assert err == ""


def test_strokes_are_counted_and_packed(shuzi, pen_strokes, tmp_path):
    pen_strokes.save(tmp_path / "mine.npz")
    ended = shuzi("data", "strokes", tmp_path / "mine.npz", "--out", tmp_path / "again.npz")
    assert (ended.code, re.findall(r"digit +(\d+) +(\d+)", ended.out)) == (0, [("120", "40")])
    assert "6 writers" in ended.out
    assert pen_strokes.sha256() in ended.out
    assert "train line-strokes --strokes" in ended.err
    told = json.loads(shuzi("data", "strokes", tmp_path / "again.npz", "--json").out)
    assert told["sha256"] == pen_strokes.sha256()
    assert told["kinds"]["number"] == {"samples": 18, "validation": 6}


def test_cells_of_registers_are_counted(shuzi, registers):
    ended = shuzi("data", "registers", registers)
    assert ended.code == 0
    counted = re.findall(r"(one-hand|\d{4}) +(\d+) +(\d+)", ended.out)
    assert counted == [("0080", "2", "0"), ("1289", "1", "1"), ("one-hand", "8", "1")]
    assert "train line --registers" in ended.err
    told = json.loads(shuzi("data", "registers", registers, "--json").out)
    assert told["sha256"] in ended.out
    assert [name for name, each in told["registers"].items() if each["held"]] == ["1289"]


def test_strokes_are_packed_over_nothing(shuzi, pen_strokes, tmp_path):
    pen_strokes.save(tmp_path / "mine.npz")
    for out in (tmp_path / "mine.npz", tmp_path / "mine.txt"):
        ended = shuzi("data", "strokes", tmp_path / "mine.npz", "--out", out)
        assert (ended.code, ended.out) == (1, "")
        assert str(out) in ended.err


def test_a_table_labels_numbers_too_and_what_it_leaves_out_is_said(shuzi, mnist, tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    shutil.copy(EXAMPLE, folder / "number.jpg")
    shutil.copy(EXAMPLE, folder / "other.jpg")
    Image.fromarray(255 - mnist.test.images[0]).resize((84, 84)).save(folder / "a.png")
    (folder / "labels.csv").write_text("file,label\nnumber.jpg,31415926\na.png,7\nother.jpg,27182818\n", "utf-8")
    Image.new("L", (9, 9)).save(folder / "more.png")
    ended = shuzi("data", "import", folder, tmp_path / "mine.npz", "--json")
    told = json.loads(ended.out)
    assert (ended.code, told["images"]) == (0, 9)
    assert ["other.jpg" in reason for reason in told["left_out"]] == [True, False]
    assert "more.png" in told["left_out"][1]
    dataset = load_dataset(tmp_path / "mine.npz")
    assert dataset.labels.tolist() == [3, 1, 4, 1, 5, 9, 2, 6, 7]
    assert load("tiny").classify(dataset.images).argmax(axis=1).tolist() == dataset.labels.tolist()
