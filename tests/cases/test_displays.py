"""A meter is read from a photograph, day after day, by the command, in Python and over HTTP."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image, ImageDraw, ImageFont, ImageOps
from PIL.ImageFilter import GaussianBlur

import shuzi
from shuzi.cli import shuzi as command
from shuzi.errors import PictureError
from shuzi.messages import say

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


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_digits_that_differ_from_the_display_in_colour_alone_are_read(display, line, tmp_path, kind):
    paper, ink = np.array([0, 170, 0]), np.array([255, 40, 0])  # as bright as one another
    part = grey_levels()[..., None] / 255
    coloured = Image.fromarray(np.rint(ink + (paper - ink) * part).astype(np.uint8))
    assert np.std(coloured.convert("L")) < 1
    coloured.save(path := tmp_path / f"meter.{kind}", lossless=True)
    assert display.with_region(*line).read(path).text == SHOWN


def test_without_a_number_nothing_is_sure(display):
    for picture in (np.full((80, 400), 200, np.uint8), np.tile(np.arange(255, dtype=np.uint8), (60, 2))):
        reading = display.read(picture)
        assert reading.status == "unsure"


def test_many_pictures_are_read_as_one(display):
    assert [reading.text for reading in display.read_many([METER] * 3)] == [SHOWN] * 3


def grey_levels():
    return np.array(Image.open(METER).convert("L"))


def test_several_pictures_of_a_display_make_one_reading(display, tmp_path):
    blurred = next(
        picture
        for radius in range(2, 40)
        if display.read(picture := np.asarray(Image.open(METER).convert("L").filter(GaussianBlur(radius)))).text
        != SHOWN
    )
    together = display.read_together([blurred, METER, grey_levels() // 2 + 100])
    assert (together.text, together.status, together.lines[0].text) == (SHOWN, "ok", SHOWN)
    assert display.read_together([METER] * 3).confidence == pytest.approx(display.read(METER).confidence)
    Image.fromarray(blurred).save(tmp_path / "blurred.png")
    assert run(tmp_path / "blurred.png", METER, METER, "--display", "--together").stdout == f"{SHOWN}\n"
    assert run(METER, "missing.png", "--display", "--together").exit_code == 1
    assert display.read_together([]).status == "unsure"


def test_pictures_that_clearly_show_different_numbers_are_unsure(display):
    two, three = (digit.box for digit in display.read(METER).digits[2:4])
    levels, width = grey_levels(), min(two.width, three.width)
    other = levels.copy()
    other[three.y : three.y + two.height, three.x : three.x + width] = levels[
        two.y : two.bottom, two.x : two.x + width
    ]
    assert (display.read(other).text, display.read(other).status) == ("012287.4", "ok")
    together = display.read_together([METER, other, METER])
    assert (together.text, together.status, together.digits_status) == (SHOWN, "unsure", "unsure")
    assert SHOWN in together.message
    assert "012287.4" in together.message


def counter(text, turned):
    """Draw the wheels of a counter, the last of which has turned so far towards the next digit."""
    high, wide, apart = 60, 36, 8
    font = ImageFont.load_default(44)
    picture = Image.new("L", (len(text) * (wide + apart) + apart, high + 20), 60)
    for index, digit in enumerate(text):
        wheel = Image.new("L", (wide, 2 * high), 230)
        pen = ImageDraw.Draw(wheel)
        for turn in (0, 1):
            middle = (wide // 2, turn * high + high // 2)
            pen.text(middle, str((int(digit) + turn) % 10), 20, font, anchor="mm")
        top = round(turned * high) if index == len(text) - 1 else 0
        picture.paste(wheel.crop((0, top, wide, top + high)), (apart + index * (wide + apart), 10))
    return picture


def test_a_wheel_between_two_digits_is_named(display, tmp_path):
    named = 0
    for text in ("01234", "04714", "12384", "20386"):
        still = display.read(counter(text, 0))
        assert (still.text, still.status, still.message) == (text, "ok", say("reading.ok"))
        for turned in (0.4, 0.6):
            reading = display.read(counter(text, turned))
            if reading.status == "ok":
                named += reading.message == say(
                    "reading.display.between", digit=text[-1], following=int(text[-1]) + 1
                )
    assert named >= 2
    counter("04714", 0.4).save(tmp_path / "between.png")
    assert "between 4 and 5" in run(tmp_path / "between.png", "--display").stdout
    together = display.read_together([counter("04714", 0.4)] * 2)
    assert (together.status, together.advice[0]) == ("ok", "reading.display.between")


def test_a_reading_that_went_back_or_jumped_is_unsure():
    assert run(METER, "--display", "--last", "12385.0", "--max-per-day", "3").stdout == f"{SHOWN}\n"
    for last in ("12388", "12380"):
        said = run(METER, "--display", "--last", last, "--max-per-day", "3").stdout
        assert "unsure" in said
        assert last in said


@pytest.mark.parametrize(
    "given",
    [("--region", "1,2,3,4"), ("--together",), ("--display", "--pattern", "integer"), ("--watch", "folder")],
)
def test_options_that_do_not_go_together_are_refused(given):
    assert run(METER, *given).exit_code == 2
    for wrong in (("--last", "four"), ("--display", "--region", "1,2")):
        assert run(METER, *wrong).exit_code == 1
