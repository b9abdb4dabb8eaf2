"""Figures of a comparison are those that a person would count by hand."""

import json
import sys

import numpy as np
import pytest
from PIL import Image

import shuzi
from shuzi.cli import main
from shuzi.data.tables import Labelled
from shuzi.errors import DataError
from shuzi.evaluation.comparison import (
    Answer,
    Compared,
    comparable,
    compare,
    coverage,
    disagreements,
    labelled_pictures,
    montage,
    other_reader,
    shuzi_reader,
)
from shuzi.models.store import find_model


@pytest.fixture
def folder(tmp_path, mnist):
    """A folder with three digits of MNIST, a note, and a picture without a label."""
    for position in range(3):
        digit = Image.fromarray(255 - np.pad(mnist.validation.images[position], 20))
        digit.save(tmp_path / f"{mnist.validation.labels[position]}_{position}.png")
    digit.save(tmp_path / "unlabelled.png")
    (tmp_path / "note_1.txt").touch()
    return tmp_path


def saying(name, answers):
    """Return a reader that gives these answers by label."""
    return Compared(name, lambda path: answers[path.name])


def test_a_picture_is_labelled_by_its_name_or_by_the_table(folder, mnist):
    labels = sorted(str(label) for label in mnist.validation.labels[:3])
    assert sorted(picture.label for picture in labelled_pictures(folder)) == labels
    (folder / "labels.csv").write_bytes('\ufefffile,label\r\nunlabelled.png," 1,5 "\r\nnote_1.txt,\r\n'.encode())
    assert labelled_pictures(folder) == [
        Labelled(folder / "unlabelled.png", "1,5"),
        Labelled(folder / "note_1.txt", ""),
    ]


def test_pictures_without_a_label_are_named(folder, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", "tiny", "--data", str(folder), "--json"])
    told = capsys.readouterr()
    assert (ended.value.code, json.loads(told.out)["left_out"]) == (0, ["unlabelled.png"])
    assert "unlabelled.png" in told.err


@pytest.mark.parametrize(
    ("model", "partners"), [("default", ("detector", "line", "line-detector")), ("tiny", ("detector",))]
)
def test_only_models_that_read_are_counted(folder, capsys, model, partners):
    with pytest.raises(SystemExit):
        main(["evaluate", model, "--data", str(folder), "--json"])
    files = [find_model(name) for name in (model, *partners)]
    assert json.loads(capsys.readouterr().out)["readers"][0]["bytes"] == sum(file.stat().st_size for file in files)


@pytest.mark.parametrize("table", ["file,label\n", "", "file,label\nunlabelled.png,\n"])
def test_a_folder_without_labels_is_refused(folder, table):
    (folder / "labels.csv").write_text(table, "utf-8")
    with pytest.raises(DataError):
        labelled_pictures(folder)


def test_figures_are_those_counted_by_hand(tmp_path):
    labels = {"a": "12", "b": "34", "c": "56", "d": ""}
    pictures = [Labelled(tmp_path / name, label) for name, label in labels.items()]
    one = saying(
        "one",
        {
            "a": Answer("1.2", 0.9, sure=True),
            "b": Answer("34", 0.5, sure=False),
            "c": Answer("55", 0.7, sure=True),
            "d": Answer("7", 0.6, sure=True),
        },
    )
    other = saying("other", dict.fromkeys(labels, Answer("34", None, sure=True)))
    found = compare([one, other], pictures)
    first, second = (reader.figures for reader in found.readers)
    assert [score["accuracy"] * score["n"] for score in (first["right"], first["ok"])] == pytest.approx([2, 2])
    assert (first["right"]["n"], first["ok"]["n"]) == (3, 3)
    assert (first["right_where_ok"]["accuracy"], first["right_where_ok"]["n"]) == (0.5, 2)
    assert (first["not_numbers_ok"]["accuracy"], first["not_numbers_ok"]["n"]) == (1, 1)
    assert (first["coverage_at_99"], first["first_is_ahead_by"]) == (pytest.approx(1 / 3), None)
    assert (second["right"]["accuracy"], second["coverage_at_99"]) == (pytest.approx(1 / 3), None)
    ahead, low, high = second["first_is_ahead_by"]
    assert low <= ahead <= high
    assert ahead == pytest.approx(1 / 3)
    assert disagreements(found) == [0]


def test_marks_count_if_a_label_has_one(tmp_path):
    pictures = [Labelled(tmp_path / "a", "1.2"), Labelled(tmp_path / "b", "34")]
    found = compare([saying("one", {"a": Answer("12", 1, sure=True), "b": Answer("3 4", 1, sure=True)})], pictures)
    assert (found.with_marks, found.readers[0].figures["right"]["accuracy"]) == (True, 0.5)


def test_answers_of_equal_confidence_are_answered_together():
    right = np.array([True] * 99 + [False])
    assert coverage(np.full(100, 0.9), right) == 1.0
    assert coverage(np.full(100, 0.9), ~right) == 0.0
    assert coverage(np.linspace(1, 0, 100), np.array([False] + [True] * 99)) == 1.0


def test_a_function_of_ones_own_is_compared_with_shuzi(folder, mnist, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    (folder / "mine.py").write_text("def read(path):\n    return path.split('_')[0][-1] + ' a', 0.5\n", "utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", "tiny", "--data", ".", "--with", "mine:read", "--montage", "seen.png", "--json"])
    assert ended.value.code == 0
    told = json.loads(capsys.readouterr().out)
    ours, mine = told["readers"]
    reader = shuzi.load("tiny")
    right = sum(reader.read(path).digits_text == path.name[0] for path in sorted(folder.glob("[0-9]_*.png")))
    assert ours["right"]["accuracy"] * 3 == pytest.approx(right)
    assert (mine["right"]["accuracy"], mine["ok"]["accuracy"]) == (
        1.0,
        0.0,
    )  # a letter is no digit, but nothing to vouch for
    with Image.open(folder / "seen.png") as seen:
        assert seen.width > 1_000


def test_a_picture_that_cannot_be_opened_is_wrong_and_shown_without_a_picture(folder):
    (folder / "7_broken.png").write_bytes(b"no picture")
    pictures = [Labelled(folder / "7_broken.png", "7")]
    found = compare([shuzi_reader("tiny", with_marks=False)], pictures)
    figures = found.readers[0].figures
    assert (figures["right"]["accuracy"], figures["ok"]["accuracy"]) == (0, 0)
    assert disagreements(found) == [0]
    assert montage(found).height > 100


def test_a_function_that_fails_or_ends_its_process_loses_only_its_own_row(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    (folder / "several.py").write_text(
        "import os\n"
        "def exits(path):\n    raise SystemExit(3)\n"
        "def ends(path):\n    print('read', path)\n    return '1' if path.startswith('1') else os._exit(0)\n"
        "def raises(path):\n    {}[path]\n"
        "def reads(path):\n    return '1'\n",
        "utf-8",
    )
    others = "several:exits,several:ends,several:reads,several:raises"
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", "tiny", "--data", ".", "--with", others, "--montage", "seen.png", "--json"])
    told = capsys.readouterr()
    ours, reads, exits, ends, raises = json.loads(told.out)["readers"]
    names = [row["reader"] for row in (ours, exits, ends, reads, raises)]
    assert names == ["shuzi", *others.split(",")]
    assert (ours["right"]["n"], reads["right"]["n"], ended.value.code) == (3, 3, 1)
    assert "SystemExit(3)" in exits["error"]
    assert "its process ended" in ends["error"]
    assert ".png" in ends["error"]
    assert "KeyError" in raises["error"]
    assert raises["error"] in told.err
    assert (folder / "seen.png").exists()


@pytest.mark.parametrize("option", [["--with", "tesseract"], ["--montage", "seen.png"]])
def test_without_pictures_no_reader_is_compared(capsys, option):
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", "tiny", *option])
    assert (ended.value.code, "--data FOLDER" in capsys.readouterr().err) == (2, True)


@pytest.mark.parametrize(
    ("name", "key"),
    [("abbyy", "reader"), ("none:read", "function"), ("json:read", "function"), ("tesseract", "uninstalled")],
)
def test_a_reader_that_is_not_there_is_named(monkeypatch, name, key):
    monkeypatch.setitem(sys.modules, "pytesseract", None)
    with pytest.raises(DataError) as caught:
        other_reader(name)
    assert caught.value.key == f"error.compare.{key}"


@pytest.mark.parametrize(
    "body", ["raise KeyError(path)", "return None", "return 7", "return 'a', 97", "return 'a', float('nan')"]
)
def test_a_function_that_does_not_answer_as_agreed_is_named(tmp_path, monkeypatch, body):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own_reader.py").write_text(f"def read(path):\n    {body}\n", "utf-8")
    with pytest.raises(DataError) as caught:
        other_reader("own_reader:read").read(tmp_path / "a.png")
    assert caught.value.key == "error.compare.answer"


def test_rapidocr_reads(folder):
    pytest.importorskip("rapidocr")
    answer = other_reader("rapidocr").read(next(folder.glob("[0-9]_0.png")))
    assert 0 <= answer.confidence <= 1


def test_only_digits_are_compared_or_all_characters():
    assert comparable("1,234.50", with_marks=False) == "123450"
    assert comparable("12 34", with_marks=True) == "1234"
    assert comparable("12a", with_marks=True) == "12?"


@pytest.mark.parametrize("with_marks", [True, False])
def test_numbers_on_two_lines_are_not_one(with_marks):
    assert comparable("12\n34", with_marks) != "1234"
    assert comparable(" 12\n", with_marks) == "12"


def test_a_reader_that_hangs_is_stopped_and_the_others_keep_their_figures(tmp_path):
    def hanging(path):
        raise KeyboardInterrupt

    pictures = [Labelled(tmp_path / "a", "12")]
    one = saying("one", {"a": Answer("12", 1, sure=True)})
    found = compare([one, Compared("hanging", hanging), one], pictures)
    assert [reader.figures["right"]["accuracy"] for reader in found.readers] == [1]
    assert list(found.failed) == ["hanging"]
    with pytest.raises(KeyboardInterrupt):
        compare([Compared("hanging", hanging)], pictures)
