"""The reading benchmark, on a generated folder."""

import csv
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

import shuzi

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture(autouse=True)
def _beside_the_benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))


@pytest.fixture
def folder(tmp_path):
    """Two sources of digits, one in its own folder, and pictures without digits."""
    test = shuzi.load_mnist().test
    rows = []
    for number, (image, label) in enumerate(zip(test.images[:6], test.labels[:6], strict=True)):
        name = f"digits/{number}.png"
        rows.append({"file": name, "label": str(label), "source": "some" if number < 3 else "others"})
        (tmp_path / name).parent.mkdir(exist_ok=True)
        cv2.imwrite(str(tmp_path / name), 255 - image)
    cv2.imwrite(str(tmp_path / "nothing.png"), np.full((28, 28), 255, np.uint8))
    rows.append({"file": "nothing.png", "label": "", "source": "nothing"})
    with (tmp_path / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, ["file", "label", "source"])
        table.writeheader()
        table.writerows(rows)
    return tmp_path


def test_the_benchmark_reads_a_folder_and_keeps_numbers_alone(folder, monkeypatch):
    import reading

    kept = {}
    monkeypatch.setattr(reading, "keep", kept.__setitem__)
    monkeypatch.setattr(sys, "argv", ["reading.py", str(folder), "--only", "shuzi"])
    threads = cv2.getNumThreads()
    reading.main()
    cv2.setNumThreads(threads)
    groups = kept["reading"]["groups"]
    assert list(groups) == ["some", "others", "nothing", "digits/", "all"]
    assert groups["all"]["shuzi"]["exactly right"]["share"] == 1.0
    assert groups["all"]["shuzi"]["exactly right"]["of"] == 6
    assert groups["nothing"]["shuzi"]["no digit, yet ok"]["share"] == 0.0
    assert str(folder) not in str(kept)


def test_answers_become_the_numbers_that_they_should():
    from measures import summary
    from rivals import Answer

    labels = ["123", "45", "6", ""]
    answers = [Answer("1\n23", True, 1.0), Answer("4", True, 2.0), Answer("6", False, 3.0), Answer("7", True, 6.0)]
    numbers = summary(labels, answers)
    assert numbers["exactly right"]["share"] == 2 / 3
    assert numbers["character error rate"] == 1 / 6
    assert numbers["ok"]["share"] == 2 / 3
    assert numbers["right where ok"]["share"] == 1 / 2
    assert numbers["no digit, yet ok"]["share"] == 1.0
    assert numbers["ms"] == {"mean": 3.0, "median": 2.5}


def test_lines_count_where_the_label_has_lines():
    from measures import compared

    assert compared("1\n2", "12") == "12"
    assert compared("12", "1\n2") != "1\n2"


@pytest.mark.parametrize("light", [True, False])
def test_the_second_reader_cuts_ink_of_either_polarity_from_left_to_right(light):
    from rivals import connected, framed

    page = np.zeros((40, 100), np.uint8)
    page[5:35, 10:16] = 255
    page[8:35, 60:80] = 255
    page[36:38, 40:42] = 255  # a point
    pieces = connected(255 - page if light else page)
    assert [box for _, box in pieces] == [(10, 5, 6, 30), (60, 8, 20, 27)]
    image = framed(pieces[0][0])
    rows, columns = np.nonzero(image)
    assert image.shape == (28, 28)
    assert (np.ptp(rows) + 1, np.ptp(columns) + 1) == (20, 4)
    assert abs(rows.mean() - 13.5) <= 0.5
    assert abs(columns.mean() - 13.5) <= 0.5
