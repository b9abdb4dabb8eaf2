"""Readings as tables and in notebooks, with the reader that ships."""

import re

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import shuzi
from shuzi.errors import PictureError
from shuzi.ink.boxes import Box
from shuzi.messages import speaking
from shuzi.pictures.decode import Page
from shuzi.reading.result import (
    COLUMNS,
    LINE_COLUMNS,
    NumberLine,
    Reading,
    how_sure,
    line_values_of,
    values_of,
    without_marks,
)


@pytest.fixture
def seven(mnist, tmp_path):
    """Return a file with one of MNIST's digits, and its label."""
    image = np.pad(255 - mnist.validation.images[5], 6, constant_values=255)
    path = tmp_path / "one digit.png"
    Image.fromarray(image).resize((160, 160)).save(path)
    return path, str(mnist.validation.labels[5])


def test_a_reading_knows_the_file_it_came_from(seven, monkeypatch):
    path, _ = seven
    monkeypatch.chdir(path.parent)
    reader = shuzi.load()
    assert [reader.read(name).source for name in (path, str(path), path.name)] == [str(path), str(path), path.name]
    assert reader.read(path.read_bytes()).source is None
    assert [reading.source for reading in reader.read_many(path.name)] == [path.name]
    assert [reading.source for reading in reader.read_many([path] * 30)] == [str(path)] * 30  # by other processes too
    assert reader.read(path).as_dict()["source"] == str(path)
    assert reader.read(path) == reader.read(np.asarray(Image.open(path)))  # where it was does not change what it says


def test_a_page_of_a_document_is_its_source(seven, tmp_path):
    path, _ = seven
    image = Image.open(path)
    image.save(tmp_path / "scan.tif", save_all=True, append_images=[image])
    readings = list(shuzi.load().read_many(tmp_path / "scan.tif"))
    assert [reading.source for reading in readings] == [f"{tmp_path / 'scan.tif'}#{page}" for page in (1, 2)]
    content = (tmp_path / "scan.tif").read_bytes()
    assert shuzi.load().read(Page(content, 1)).source is None


def test_a_data_frame_has_a_row_for_each_picture_errors_included(seven, tmp_path):
    path, label = seven
    frame = shuzi.to_dataframe(shuzi.load().read_many([path, tmp_path / "none.png"]))
    assert isinstance(frame, pd.DataFrame)
    assert tuple(frame.columns) == COLUMNS
    assert frame["text"].tolist() == [label, ""]
    assert frame["status"].tolist()[1] == "error"
    assert frame["source"].tolist() == [str(path), str(tmp_path / "none.png")]
    assert frame["confidence"].isna().tolist() == [False, True]
    assert shuzi.to_dataframe([]).shape == (0, len(COLUMNS))


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_data_frame_can_have_a_row_for_each_number(monkeypatch, library):
    pytest.importorskip(library)
    if library == "polars":
        monkeypatch.setattr("shuzi.reading.result.find_spec", lambda name: name == "polars" or None)
    lines = (
        NumberLine("12", Box(1, 2, 30, 40), "ok", 0.99, ("reading.ok", {})),
        NumberLine("3.5", Box(5, 60, 30, 20), "unsure", 0.6, ("reading.unsure_line", {})),
    )
    page = Reading("12\n3.5", "unsure", 0.6, (), ("reading.no_number", {}), own_lines=lines, source="page.jpg")
    blank = Reading("", "blank", 1.0, (), ("reading.blank", {}), source="blank.jpg")
    frame = shuzi.to_dataframe([page, blank, PictureError("error.picture.blank", path="c.png")], lines=True)
    assert tuple(frame.columns) == LINE_COLUMNS
    assert list(frame["source"]) == ["page.jpg", "page.jpg", "blank.jpg", "c.png"]
    assert list(frame["text"]) == ["12", "3.5", "", ""]
    assert list(frame["digits_text"]) == ["12", "35", "", ""]
    assert list(frame["status"]) == ["ok", "unsure", "blank", "error"]
    assert list(frame["line"])[:2] == [1, 2]
    assert [list(frame[name])[1] for name in ("x", "y", "width", "height")] == [5, 60, 30, 20]
    assert shuzi.to_dataframe([], lines=True).shape == (0, len(LINE_COLUMNS))


def test_without_marks_the_lines_have_none_either():
    lines = tuple(NumberLine(text, Box(0, 0, 9, 9), "ok", 0.9, ("reading.ok", {})) for text in ("1.5", "2-3"))
    page = Reading("1.5\n2-3", "ok", 0.8, (), ("reading.ok", {}), own_lines=lines).digits_only()
    assert [line.text for line in page.lines] == page.text.split("\n") == ["15", "23"]
    single = Reading(
        "1.5", "unsure", 0.5, (), ("reading.mark_unsure", {}), digits_confidence=0.99, digits_status="ok"
    )
    (line,) = single.digits_only().lines
    assert (line.text, line.status, line.confidence) == ("15", "ok", 0.99)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_data_frames_of_few_rows_or_none_can_be_joined(seven, tmp_path, monkeypatch, library):
    frames = pytest.importorskip(library)
    monkeypatch.setattr("shuzi.reading.result.find_spec", lambda name: name == library or None)
    readings = [*shuzi.load().read_many([seven[0], tmp_path / "none.png"])]
    parts = [shuzi.to_dataframe(part) for part in (readings[:1], readings[1:], [])]
    joined = frames.concat(parts[:2])
    assert (joined.shape, joined["text"].to_list()) == ((2, len(COLUMNS)), [seven[1], ""])
    assert joined["confidence"].to_list()[0] == pytest.approx(readings[0].confidence, abs=1e-4)
    for name in ("confidence", "digits_confidence"):
        assert {str(part[name].dtype).lower() for part in parts} == {"float64"}
    if library == "polars":
        assert {part.schema["text"] for part in parts} == {frames.String}


def test_a_notebook_shows_the_picture_with_its_digits(seven):
    path, label = seven
    reading = shuzi.load().read(path)
    shown = reading._repr_html_()
    assert shown.count("<rect") == 1
    assert f"<strong>{label}</strong>" in shown
    path.unlink()
    without_file = reading._repr_html_()  # what the network saw instead
    assert without_file.count("<rect") == 1
    assert re.search(r'<image href="data:image/png;base64,[A-Za-z0-9+/=]{100,}"', without_file)


def test_nothing_in_a_notebook_is_taken_for_markup(tmp_path, seven):
    path, _ = seven
    hostile = tmp_path / "<script>alert(1)"
    hostile.mkdir()
    path = path.rename(hostile / "x.png")
    assert "<script" not in shuzi.load().read(path)._repr_html_()


def test_a_reading_is_a_row_and_each_of_its_numbers_too():
    advice = ("reading.ok", {})
    reading = Reading("1.5", "unsure", 0.81, (), advice, digits_confidence=0.97, digits_status="ok")
    with speaking("en"):
        assert values_of(reading) == ("", "1.5", "unsure", 0.81, "Read.", "15", "ok", 0.97)
    two = Reading("12\n3.5", "ok", 0.9, (), advice, source="a.png")
    assert [values[:3] for values in line_values_of(two)] == [("a.png", 1, "12"), ("a.png", 2, "3.5")]


def test_a_status_in_words_has_a_confidence_where_there_is_a_number():
    with speaking("en"):
        assert [how_sure("ok", 0.99), how_sure("not-a-digit", 0.3)] == ["ok, confidence 99%", "not a digit"]
        blank = Reading("", "blank", 1.0, (), ("reading.blank", {}))._repr_html_()
    assert blank == "<div><strong></strong> <span>blank: There is no writing in this picture.</span></div>"
    assert without_marks("3.14\n-7") == "314\n7"
