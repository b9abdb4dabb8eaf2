"""A meter is read from a photograph, day after day, by the command, in Python and over HTTP."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image, ImageOps

import shuzi
from shuzi.cli import shuzi as command
from shuzi.errors import PictureError

METER = Path(__file__).parents[2] / "docs" / "pictures" / "meter.jpg"
SHOWN = "012387.4"


@pytest.fixture(scope="module")
def display():
    return shuzi.load("display")


@pytest.fixture(scope="module")
def line(display):
    """The box of the number in the picture."""
    (number,) = display.read(METER).lines
    return number.box


def run(*given):
    return CliRunner().invoke(command, ["--lang", "en", "read", *map(str, given)])


def test_the_display_in_a_photograph_is_found_and_read(display, line):
    reading = display.read(METER)
    assert (reading.text, reading.status, reading.source) == (SHOWN, "ok", str(METER))
    dark = np.asarray(Image.open(METER).convert("L")) < 90
    x, y, width, height = line
    inside = dark[y : y + height, x : x + width]
    assert inside.any()
    middles = [digit.box.x + digit.box.width / 2 for digit in reading.digits]
    assert middles == sorted(middles)
    assert all(x <= middle <= x + width for middle in middles)
    assert [mark.mark for mark in reading.marks] == ["."]


def test_the_command_prints_the_number(display):
    assert run(METER, "--display").stdout == f"{SHOWN}\n"


def test_a_region_and_light_digits_on_dark_are_read(display, line):
    light = ImageOps.invert(Image.open(METER).convert("RGB"))
    assert display.read(light).text == SHOWN
    x, y, width, height = line
    assert display.with_region(x, y, width, height).read(light).text == SHOWN
    region = f"{x},{y},{width},{height}"
    assert json.loads(run(METER, "--display", "--json", "--region", region).stdout)["text"] == SHOWN
    with pytest.raises(PictureError, match="outside"):
        display.with_region(10_000, 10, 20, 20).read(METER)


def test_without_a_number_nothing_is_sure(display):
    for picture in (np.full((80, 400), 200, np.uint8), np.tile(np.arange(255, dtype=np.uint8), (60, 2))):
        reading = display.read(picture)
        assert reading.status == "unsure"


def test_many_pictures_are_read_as_one(display):
    assert [reading.text for reading in display.read_many([METER] * 3)] == [SHOWN] * 3


def test_a_reading_that_went_back_or_jumped_is_unsure():
    assert run(METER, "--display", "--last", "12385.0", "--max-per-day", "3").stdout == f"{SHOWN}\n"
    for last in ("12388", "12380"):
        said = run(METER, "--display", "--last", last, "--max-per-day", "3").stdout
        assert "unsure" in said
        assert last in said


@pytest.mark.parametrize(
    "given",
    [("--region", "1,2,3,4"), ("--display", "--pattern", "integer"), ("--watch", "folder")],
)
def test_options_that_do_not_go_together_are_refused(given):
    assert run(METER, *given).exit_code == 2
    for wrong in (("--last", "four"), ("--display", "--region", "1,2")):
        assert run(METER, *wrong).exit_code == 1
