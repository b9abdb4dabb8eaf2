"""The picture of a blank form becomes a spec, and filled copies without markers are read with it."""

import io
import tomllib

import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from shuzi.cli import shuzi as command
from shuzi.errors import DataError, PictureError
from shuzi.forms import trace as tracing
from shuzi.forms.parse import read_spec
from shuzi.forms.read import PageReader
from shuzi.forms.sheet import make_sheet
from shuzi.forms.spec import OPEN
from shuzi.forms.trace import sides_of, trace


def digits_for(form, seed):
    rng = np.random.default_rng(seed)
    return {
        (0, each.field.name): "".join(map(str, rng.integers(0, 10, min(each.field.boxes, 5)))) for each in form.places
    }


@pytest.mark.parametrize("name", ["enrolment", "transfer", "meters", "survey", "delivery"])
def test_the_boxes_of_a_form_are_proposed_as_fields(forms, traced, name):
    spec, form = read_spec(traced(name)), forms[name]
    drawn = sorted((each.frame, each.field.boxes, each.field.style) for each in form.places)
    found = sorted((each.at[0], each.at[-1], each.boxes, each.style) for each in spec.fields)
    lines = [box for box in found if box[2] in (11, 12) and box[3] == OPEN and box[0].y > 195 and box[0].x < 21]
    assert len(lines) == (name in ("enrolment", "delivery"))  # for a signature
    found = [box for box in found if box not in lines]
    assert len(found) == len(drawn)
    for (frame, boxes, style), (first, last, proposed, printed) in zip(drawn, found, strict=True):
        assert printed == style
        assert proposed == boxes or style == OPEN  # for how many digits an empty box is, nothing shows
        place = (first.x, first.y, last.right, last.bottom)
        assert np.allclose(place, (frame.x, frame.y, frame.right, frame.bottom), atol=0.4)


def test_a_filled_form_without_markers_is_read(forms, traced, sheets, hands, reader):
    form = forms["survey"]
    texts = digits_for(form, 1)
    rng = np.random.default_rng(2)
    photo, _ = sheets.photograph(rng, sheets.fill(rng, form.page, form.places, texts, hands), 25.0)
    read = PageReader(read_spec(traced("survey")), reader).read(photo, "photo.jpg")
    wrote = [texts[0, each.field.name] for each in form.places]
    cells = [cell for _, cell in sorted(read.cells.items(), key=lambda each: int(each[0][1][1:]))]
    assert sum(cell.text == text for cell, text in zip(cells, wrote, strict=True)) >= 0.85 * len(wrote)
    assert all(cell.text == text for cell, text in zip(cells, wrote, strict=True) if cell.status == "ok")


def test_an_empty_form_is_blank(forms, traced, sheets, reader):
    photo, _ = sheets.photograph(np.random.default_rng(4), forms["meters"].page, 10.0)
    cells = PageReader(read_spec(traced("meters")), reader).read(photo, "photo.jpg").cells.values()
    assert all(cell.status != "ok" for cell in cells)
    assert sum(cell.status == "blank" for cell in cells) >= 10


def test_another_form_is_refused(forms, traced, sheets, reader):
    photo, _ = sheets.photograph(np.random.default_rng(1), forms["delivery"].page, 15.0)
    with pytest.raises(PictureError, match=r"cannot be found.*same form"):
        PageReader(read_spec(traced("survey")), reader).read(photo, "photo.jpg")


def test_another_edition_of_the_form_is_refused(forms, traced, sheets, reader):
    page = forms["survey"].page
    middle, shift = page.shape[0] // 2, round(7 * sheets.FINE)
    changed = page.copy()
    changed[middle:] = 1
    changed[middle + shift :] = page[middle:-shift]
    photo, _ = sheets.photograph(np.random.default_rng(1), changed, 10.0)
    with pytest.raises(PictureError):
        PageReader(read_spec(traced("survey")), reader).read(photo, "photo.jpg")


@pytest.mark.parametrize("name", ["survey", "transfer"])
def test_a_photograph_of_a_blank_form_is_traced_like_its_scan(forms, traced, sheets, tmp_path, name):
    photo, _ = sheets.photograph(np.random.default_rng(3), forms[name].page, 12.0, turned=0.0)
    (tmp_path / "photo.jpg").write_bytes(photo)
    out = tmp_path / f"{name}.toml"
    assert (
        CliRunner().invoke(command, ["form", "trace", str(tmp_path / "photo.jpg"), "--out", str(out)]).exit_code == 0
    )
    from_photo, from_scan = read_spec(out), read_spec(traced(name))
    assert [(each.boxes, each.style) for each in from_photo.fields] == [
        (each.boxes, each.style) for each in from_scan.fields
    ]


def test_a_spec_that_people_edited_is_never_replaced(scans, traced, tmp_path):
    out = tmp_path / "survey.toml"
    out.write_text("mine")
    found = CliRunner().invoke(command, ["form", "trace", str(scans / "survey.png"), "--out", str(out)])
    assert isinstance(found.exception, DataError)
    assert "already" in str(found.exception)
    assert out.read_text() == "mine"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('name = "f1"', 'name = "f1"\ncolumn = "a"'), "roster|not for a form"),
        (("[[fields]]", "rows = 3\n[[fields]]"), r"line 6.*rows.*not for a form"),
        (('name = "f1"', 'name = "f1"\nat = [1, 2, 3]\n#'), r"Cannot|at is|TOML"),
        (('blank = "survey.blank.png"', ""), r"no \"blank\""),
        (('blank = "survey.blank.png"', 'blank = "gone.png"'), "gone.png"),
        (
            ('blank = "survey.blank.png"', 'blank = "survey.toml"'),
            r"blank form that the spec names.*cannot be opened",
        ),
        (('paper = "A4"', 'paper = "Letter"'), "pixels"),
    ],
)
def test_a_mistake_in_a_traced_spec_is_named(traced, reader, tmp_path, change, said):
    path = traced("survey")
    (tmp_path / "survey.blank.png").write_bytes(path.with_name("survey.blank.png").read_bytes())
    (tmp_path / "survey.toml").write_text(path.read_text().replace(*change, 1))
    with pytest.raises(DataError, match=said):
        PageReader(read_spec(tmp_path / "survey.toml"), reader)


def test_a_place_beyond_the_paper_is_named(traced, tmp_path):
    path = traced("survey")
    (tmp_path / "survey.blank.png").write_bytes(path.with_name("survey.blank.png").read_bytes())
    given = tomllib.loads(path.read_text())
    far = path.read_text().replace(f"at = {given['fields'][0]['at']}", "at = [200, 20, 30, 8]", 1)
    (tmp_path / "survey.toml").write_text(far)
    with pytest.raises(DataError, match=r"field f1.*210 by 297"):
        read_spec(tmp_path / "survey.toml")


@pytest.fixture(scope="module")
def preprinted(traced, tmp_path_factory):
    """The form "survey" with digits printed in its first field: a folder with its scan and a spec for all fields."""
    folder = tmp_path_factory.mktemp("preprinted")
    path = traced("survey")
    page = np.array(Image.open(path.with_name("survey.blank.png")))
    field = read_spec(path).fields[0]
    for box, digit in zip(field.at, "27" * len(field.at), strict=False):
        at = round(8 * (box.x + 1.5)), round(8 * (box.bottom - 1.8))
        cv2.putText(page, digit, at, cv2.FONT_HERSHEY_SIMPLEX, 1.5, 40, 4, cv2.LINE_AA)
    Image.fromarray(page).save(folder / "survey.blank.png")
    (folder / "survey.toml").write_text(path.read_text())
    return folder


def test_digits_that_are_printed_on_the_form_are_never_ok(preprinted, sheets, reader):
    page = np.array(Image.open(preprinted / "survey.blank.png"))
    page = cv2.resize(page, None, fx=sheets.FINE / 8, fy=sheets.FINE / 8).astype(np.float32) / 255
    photo, _ = sheets.photograph(np.random.default_rng(1), page, 10.0)
    spec = read_spec(preprinted / "survey.toml")
    cells = PageReader(spec, reader).read(photo, "photo.jpg").cells
    printed = cells[0, spec.fields[0].name]
    assert printed.text.startswith("2")
    assert printed.status == "unsure"
    assert sum(cell.status == "blank" for cell in cells.values()) >= 0.8 * len(cells)


def test_fields_in_which_something_is_printed_are_not_traced(preprinted, traced, tmp_path):
    first = read_spec(traced("survey")).fields[0]
    given = ["form", "trace", str(preprinted / "survey.blank.png"), "--out"]
    assert CliRunner().invoke(command, [*given, str(tmp_path / "a.toml")]).exit_code == 0
    fields = read_spec(tmp_path / "a.toml").fields
    assert len(fields) == len(read_spec(traced("survey")).fields) - 1
    assert [each.name for each in fields] == [f"f{number}" for number in range(1, len(fields) + 1)]
    place = (first.at[0].x, first.at[0].y, first.at[-1].right - first.at[0].x, first.at[0].height)
    drawn = ["--field", "age", *map(str, place), str(first.boxes)]
    found = CliRunner().invoke(command, [*given, str(tmp_path / "b.toml"), *drawn])
    assert isinstance(found.exception, DataError)
    assert '"age"' in str(found.exception)
    assert not (tmp_path / "b.toml").exists()


@pytest.mark.parametrize("at", ["[209, 130, 2, 8]", "[50, 296, 7, 2]"])
@pytest.mark.parametrize("style", ["boxes", "open"])
def test_a_field_at_the_edge_of_the_paper_is_read(forms, traced, sheets, reader, tmp_path, at, style):
    path = traced("survey")
    (tmp_path / "survey.blank.png").write_bytes(path.with_name("survey.blank.png").read_bytes())
    head = path.read_text().split("[[fields]]")[0]
    field = f'[[fields]]\nname = "edge"\nboxes = 1\nstyle = "{style}"\nat = {at}\n'
    (tmp_path / "survey.toml").write_text(head + field)
    photo, _ = sheets.photograph(np.random.default_rng(1), forms["survey"].page, 10.0)
    (cell,) = PageReader(read_spec(tmp_path / "survey.toml"), reader).read(photo, "photo.jpg").cells.values()
    assert cell.status != "ok"


def test_boxes_that_are_too_narrow_together_are_named(traced, tmp_path):
    path = traced("survey")
    (tmp_path / "survey.blank.png").write_bytes(path.with_name("survey.blank.png").read_bytes())
    head = path.read_text().split("[[fields]]")[0]
    (tmp_path / "survey.toml").write_text(head + '[[fields]]\nname = "n"\nboxes = 8\nat = [50, 50, 12, 8]\n')
    with pytest.raises(DataError, match=r"field n.*less than 2 mm.*8 boxes"):
        read_spec(tmp_path / "survey.toml")


def test_a_traced_form_is_not_printed(traced, tmp_path):
    with pytest.raises(DataError, match="nothing to print"):
        make_sheet(read_spec(traced("survey")), tmp_path / "survey.pdf")


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (np.full((2339, 1654), 250, np.uint8), "Too little is printed"),
        (np.full((1000, 2000), 250, np.uint8), r"outline cannot be seen.*size of its paper"),
    ],
)
def test_a_picture_that_cannot_be_traced_says_what_to_do(tmp_path, picture, said):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "png")
    (tmp_path / "blank.png").write_bytes(file.getvalue())
    found = CliRunner().invoke(
        command, ["form", "trace", str(tmp_path / "blank.png"), "--out", str(tmp_path / "s.toml")]
    )
    assert found.exit_code
    with pytest.raises((DataError, PictureError), match=said):
        raise found.exception
    assert not (tmp_path / "s.toml").exists()


def test_papers_are_known_by_name_or_size():
    assert sides_of("105x148") == (105.0, 148.0)
    with pytest.raises(DataError, match="not a known paper size"):
        sides_of("10x10")


def test_filled_copies_are_read_by_the_command(forms, traced, sheets, hands, tmp_path):
    form = forms["enrolment"]
    rng = np.random.default_rng(9)
    filled = sheets.fill(rng, form.page, form.places, digits_for(form, 3), hands)
    (tmp_path / "a.jpg").write_bytes(sheets.photograph(rng, filled, 15.0)[0])
    (tmp_path / "b.jpg").write_bytes(sheets.photograph(rng, forms["meters"].page, 15.0)[0])
    out = tmp_path / "table.csv"
    given = ["form", "read", str(tmp_path), "--spec", str(traced("enrolment")), "--out", str(out)]
    found = CliRunner().invoke(command, given)
    assert found.exit_code == 1
    assert "b.jpg" in found.output
    assert len(out.read_text("utf-8-sig").splitlines()) == 2


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (297, 210)])
def test_a_picture_that_shows_nothing_is_an_error(shape):
    for level in (0, 128, 255):
        with pytest.raises((DataError, PictureError)):
            trace(np.full(shape, level, np.uint8), "a.png", "A", "A4", None, "mm")


def test_more_fields_than_a_spec_may_have_are_counted_and_not_looked_into(scans, monkeypatch):
    all_fields = trace(scans / "survey.png", "survey", "Survey", "A4", None, "mm").spec.fields
    looked = []

    def printed_in(flat, places):
        looked.extend(places)
        return real(flat, places)

    real = tracing.printed_in
    monkeypatch.setattr(tracing, "MAX_TRACED", 3)
    monkeypatch.setattr(tracing, "printed_in", printed_in)
    traced = trace(scans / "survey.png", "survey", "Survey", "A4", None, "mm")
    assert traced.spec.fields == all_fields[:3]
    assert traced.left_out == len(all_fields) - 3 > 0
    assert len(looked) == 3
