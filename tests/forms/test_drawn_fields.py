"""Fields that a person draws, or the command proposes, on the scan of a blank form."""

import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from shuzi.cli import shuzi as command
from shuzi.errors import DataError
from shuzi.forms.parse import read_spec
from shuzi.forms.spec import BOXES, COMB, NUMBER, OPEN, Field
from shuzi.forms.trace_fields import Printed, propose, snapped
from shuzi.ink.boxes import Box


def test_drawn_fields_move_onto_the_boxes_that_are_printed(scans, tmp_path):
    fields = tmp_path / "fields.toml"
    fields.write_text(
        'title = "Meters"\n'
        '[[fields]]\nname = "day"\nboxes = 6\nmax = 500000\nat = [44, 64.5, 44, 10]\n'
        '[[fields]]\nname = "customer"\nkind = "identifier"\nboxes = 10\nat = [59, 248, 62, 10]\n'
        '[[fields]]\nname = "note"\nboxes = 4\nat = [30, 270, 60, 12]\n'
    )
    out = tmp_path / "meters.toml"
    given = ["form", "trace", str(scans / "meters.png"), "--out", str(out), "--fields", str(fields)]
    found = CliRunner().invoke(command, given)
    assert found.exit_code == 0, found.output
    spec = read_spec(out)
    assert [(each.name, each.style) for each in spec.fields] == [("day", BOXES), ("customer", COMB), ("note", OPEN)]
    assert spec.title == "Meters"
    assert spec.fields[0].maximum == 500_000
    assert abs(spec.fields[0].at[0].x - 45) < 0.4
    assert abs(spec.fields[0].at[-1].right - 87) < 0.4
    assert (tmp_path / "meters.fields.png").exists()


def test_places_in_pixels_of_the_picture_mean_the_same(scans, tmp_path):
    out, scale = tmp_path / "meters.toml", 1654 / 210
    place = [str(each * scale) for each in (44, 64.5, 44, 10)]
    given = ["form", "trace", str(scans / "meters.png"), "--out", str(out), "--unit", "px"]
    assert CliRunner().invoke(command, [*given, "--field", "day", *place, "6"]).exit_code == 0
    (field,) = read_spec(out).fields
    assert (field.name, field.style, round(field.at[0].x)) == ("day", BOXES, 45)


@pytest.fixture
def draw(scans, tmp_path):
    """A function that traces the form "meters" with drawn fields: returns the spec, or raises the error."""

    def made(text, *given):
        (tmp_path / "drawn.toml").write_text(text, encoding="utf-8")
        given = given or ("--fields", str(tmp_path / "drawn.toml"))
        path = ["form", "trace", str(scans / "meters.png"), "--out", str(tmp_path / "out.toml")]
        found = CliRunner().invoke(command, [*path, *given])
        if isinstance(found.exception, DataError):
            assert not (tmp_path / "out.toml").exists()
            assert not (tmp_path / "out.blank.png").exists()
            raise found.exception
        assert found.exit_code == 0, found.output
        return read_spec(tmp_path / "out.toml")

    return made


DAY = '[[fields]]\nname = "day"\nboxes = 6\nat = [44, 64.5, 44, 10]\n'


@pytest.mark.parametrize(
    ("text", "given", "said"),
    [
        ('paper = "Letter"\n' + DAY, (), r"line 1.*leave out \"paper\""),
        ("landscape = true\n" + DAY, (), r"line 1.*leave out \"landscape\""),
        (DAY.replace("6", "5", 1), (), r'"day" has 5 boxes, but 6 are printed'),
        (DAY.replace("boxes = 6", 'boxes = 7\nstyle = "boxes"'), (), r'"day" has 7 boxes, but 6 are printed'),
        (DAY.replace("boxes = 6", 'boxes = 5\nstyle = "open"'), (), r'printed in the field "day"'),
        ('[[fields]]\nname = "c"\nboxes = 9\nat = [59, 248, 62, 10]\n', (), r'"c" has 9 boxes, but 10 are printed'),
        (DAY, ("--title", "t" * 201), r"title must be"),
        (DAY, ("--title", "a\nb"), r"title must be"),
        (DAY, ("--field", "day", "nan", "64.5", "44", "10", "6"), r"line 4.*at is \[nan"),
        (DAY, ("--field", "d\x7fy", "44", "64.5", "44", "10", "6"), r"line 2.*name is"),
    ],
)
def test_drawn_fields_that_no_spec_may_have_are_refused(draw, text, given, said):
    with pytest.raises(DataError, match=said):
        draw(text, *given)


def test_a_spec_that_could_not_be_read_again_is_not_written(draw, tmp_path):
    (tmp_path / "codes.csv").write_text("id\n" + "".join(f"{n:024}\n" for n in range(9_000)))
    (text,) = ('roster = "codes.csv"\n' + DAY.replace("6", "24", 1).replace("64.5", "280"),)
    with pytest.raises(DataError, match="200,000 bytes"):
        draw(text + 'kind = "identifier"\nstyle = "open"\namong_column = "id"\n')


def test_rules_of_zero_are_written(draw):
    (field,) = draw(DAY + "min = 0\nmax = 0\n").fields
    assert (field.minimum, field.maximum) == (0, 0)


def test_a_pattern_is_written_as_it_was(draw):
    (field,) = draw(DAY + "pattern = '[1-5]\\d*'\n").fields
    assert field.pattern == r"[1-5]\d*"


def test_any_name_may_be_given_on_the_command_line(draw):
    (field,) = draw("", "--field", '\U0001f522 "x" \\', "44", "64.5", "44", "10", "6").fields
    assert field.name == '\U0001f522 "x" \\'


@pytest.mark.parametrize(("printed", "decimals"), [(True, 2), (False, 0)])
def test_a_gap_is_a_decimal_point_only_if_something_is_printed_in_it(printed, decimals):
    flat = np.full((800, 1600), 255, np.uint8)
    boxes = [Printed(Box(x, 20.0, 7.0, 8.5), 1) for x in (10.0, 17.0, 26.0, 33.0)]
    if printed:
        cv2.circle(flat, (200, 220), 4, 60, -1)
    (field,) = propose(boxes, flat)
    assert (field.boxes, field.decimals) == (4, decimals)


def test_proposed_dates_and_decimals_are_listed(tmp_path):
    page = np.full((2339, 1654), 255, np.uint8)
    for n in range(60):  # print to recognise the form by
        cv2.putText(
            page, f"{n * 7919 % 9973}", (60 + n % 6 * 250, 900 + n // 6 * 130), cv2.FONT_HERSHEY_PLAIN, 4, 0, 4
        )
    for y, starts in ((300, (0, 55, 110, 165, 260, 315, 410, 465)), (500, (0, 55, 110, 182, 237))):
        for x in starts:
            cv2.rectangle(page, (200 + x, y), (255 + x, y + 67), 90, 2)
    cv2.circle(page, (374, 560), 4, 40, -1)
    Image.fromarray(page).save(tmp_path / "blank.png")
    given = ["form", "trace", str(tmp_path / "blank.png"), "--out", str(tmp_path / "out.toml")]
    found = CliRunner().invoke(command, given)
    assert found.exit_code == 0, found.output
    first, second = found.output.splitlines()[:2]
    assert first.endswith("8 boxes  a date")
    assert second.endswith("5 boxes  2 of them after the point")
    assert 'kind = "identifier"' in found.output
    # which is easily changed, if it is none
    assert any("f1" in line and "boxes = 8" in line for line in found.output.splitlines())
    text = (tmp_path / "out.toml").read_text("utf-8")
    (tmp_path / "out.toml").write_text(text.replace('kind = "date"', "boxes = 8"), "utf-8")
    assert [(each.kind, each.boxes) for each in read_spec(tmp_path / "out.toml").fields] == [(NUMBER, 8), (NUMBER, 5)]


def test_boxes_in_two_rows_are_read_row_by_row():
    boxes = [Printed(Box(x, y, 7.0, 8.5), 1) for y in (20.0, 30.0) for x in (10.0, 17.2, 24.4)]
    drawn = Field("n", boxes=6, style="", at=(Box(9.0, 19.0, 24.0, 21.0),))
    assert snapped(drawn, boxes[::-1]).at == tuple(each.box for each in boxes)
