"""A blank form is traced over HTTP as the command traces it, and read with what the answer says."""

import base64
import io
import json

import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from shuzi.cli import shuzi as command
from shuzi.errors import DataError
from shuzi.forms.spec import read_spec
from shuzi.service.parts import Settings

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def folder(tmp_path_factory, benchmark_module):
    """A folder with the scan of a blank form, blank.png, its trace by the command, and a filled copy, filled.jpg."""
    layouts, sheets = benchmark_module("layouts"), benchmark_module("sheets")
    folder = tmp_path_factory.mktemp("trace")
    form = next(each for each in layouts.layouts() if each.name == "survey")
    scan = cv2.resize((form.page * 255).astype(np.uint8), (1654, 2339), interpolation=cv2.INTER_AREA)
    Image.fromarray(scan).save(folder / "blank.png")
    (folder / "filled.jpg").write_bytes(sheets.photograph(np.random.default_rng(1), form.page, 10.0)[0])
    given = ["form", "trace", str(folder / "blank.png"), "--out", str(folder / "survey.toml")]
    assert CliRunner().invoke(command, given).exit_code == 0
    return folder


def trace(client, content, name="blank.png", query=""):
    return client.post(f"/v1/forms/trace{query}", files={"picture": (name, content)})


def as_toml(found):
    """Write what the service says of a form as a spec."""
    head = {key: found[key] for key in ("title", "language", "paper", "landscape")} | {"blank": "x.png"}
    tables = [head, *({key: each[key] for key in ("name", "boxes", "style", "at")} for each in found["fields"])]
    texts = ["\n".join(f"{key} = {json.dumps(value)}" for key, value in each.items()) for each in tables]
    return "\n[[fields]]\n".join(texts)


def test_the_form_and_its_fields_are_those_of_the_command(client, folder):
    said = trace(client, (folder / "blank.png").read_bytes(), query="?title=Survey")
    assert said.status_code == 200, said.text
    found, spec = said.json(), read_spec(folder / "survey.toml")
    assert base64.b64decode(found["blank"]) == (folder / "survey.blank.png").read_bytes()
    assert (found["title"], found["size"], found["left_out"], found["pages"]) == ("Survey", [210, 297], 0, 1)
    assert [(each["name"], each["boxes"], each["style"]) for each in found["fields"]] == [
        (each.name, each.boxes, each.style) for each in spec.fields
    ]
    (folder / "said.toml").write_text(as_toml(found).replace("x.png", "survey.blank.png"), "utf-8")
    again = read_spec(folder / "said.toml")
    for one, other in zip(spec.fields, again.fields, strict=True):
        assert np.allclose(one.at, other.at, atol=0.02)


def test_filled_copies_are_read_with_the_answer(client, folder):
    found = client.post("/v1/forms/trace", content=(folder / "blank.png").read_bytes()).json()
    files = {
        "picture": ("filled.jpg", (folder / "filled.jpg").read_bytes()),
        "spec": ("spec.toml", as_toml(found).encode()),
        "blank": ("x.png", base64.b64decode(found["blank"])),
    }
    said = client.post("/v1/forms", files=files).json()
    assert not said["problems"]
    assert [each["name"] for each in said["columns"]] == [each["name"] for each in found["fields"]]


def test_copies_of_the_largest_form_are_read_too(client):
    page = np.full((2_400, 2_400), 255, np.uint8)
    for n in range(60):
        place = (60 + n % 6 * 380, 300 + n // 6 * 220)
        cv2.putText(page, f"{n * 7919 % 9973}", place, cv2.FONT_HERSHEY_PLAIN, 5, 0, 5)
        cv2.rectangle(page, (place[0], place[1] + 30), (place[0] + 40, place[1] + 80), 40, 2)
    content = cv2.imencode(".png", page)[1].tobytes()
    found = trace(client, content, query="?paper=600x600").json()
    assert (found["size"], len(found["fields"])) == ([600, 600], 60)
    files = {"picture": content, "spec": as_toml(found).encode(), "blank": base64.b64decode(found["blank"])}
    said = client.post("/v1/forms", files={key: (f"{key}.png", each) for key, each in files.items()})
    assert said.status_code == 200, said.text
    assert (said.json()["problems"], said.json()["doubtful"], len(said.json()["rows"])) == ([], 0, 1)


def test_any_page_of_a_document_is_traced(client, folder):
    file = io.BytesIO()
    scan = Image.open(io.BytesIO((folder / "blank.png").read_bytes()))
    Image.new("L", scan.size, 255).save(file, "pdf", resolution=200, save_all=True, append_images=[scan])
    found = trace(client, file.getvalue(), "blank.pdf", "?page=2").json()
    assert found["pages"] == 2
    assert len(found["fields"]) == len(read_spec(folder / "survey.toml").fields)
    said = trace(client, file.getvalue(), "blank.pdf", "?page=3")
    assert (said.status_code, said.json()["key"]) == (422, "error.picture.page")
    assert said.json()["detail"].startswith("blank.pdf has no page 3")
    assert trace(client, (folder / "blank.png").read_bytes(), query="?page=2").json()["key"] == "error.picture.page"


DRAWN = '[[fields]]\nname = "a"\nboxes = {boxes}\nat = {at}\n'


def draw(client, content, text):
    files = {"picture": ("blank.png", content), "fields": ("fields", text.encode())}
    return client.post("/v1/forms/trace", files=files)


def test_a_drawn_field_moves_onto_what_is_printed_as_the_command_moves_it(client, folder):
    first = read_spec(folder / "survey.toml").fields[0]
    x, y, wide, high = first.at[0].x - 0.8, first.at[0].y - 0.7, first.at[-1].right - first.at[0].x + 1.5, 10
    text = DRAWN.format(boxes=first.boxes, at=[x, y, wide, high])
    (field,) = draw(client, scan(folder), text).json()["fields"]
    assert (field["name"], field["style"], field["boxes"]) == ("a", first.style, first.boxes)
    assert np.allclose(field["at"][0][:2], first.at[0][:2], atol=0.1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (DRAWN.format(boxes=6, at=[10, 10, 190, 100]), "boxes, but"),
        (DRAWN.format(boxes=6, at=[200, 30, 40, 9]), "reaches beyond the paper"),
        (DRAWN.format(boxes=25, at=[20, 30, 40, 9]), "from 1 to 24"),
        ('roster = "/etc/passwd"\n' + DRAWN.format(boxes=2, at=[20, 30, 40, 9]), "cannot name a roster"),
        ("[[", "fields"),
    ],
)
def test_drawn_fields_that_no_spec_may_have_are_refused(client, folder, text, words):
    said = draw(client, scan(folder), text)
    assert (said.status_code, said.json()["key"]) == (422, "error.service.drawn"), said.text
    assert words in said.json()["detail"]


def test_a_form_without_boxes_has_no_fields_until_some_are_drawn(client, tmp_path):
    page = np.full((2339, 1654), 255, np.uint8)
    for n in range(60):
        place = (60 + n % 6 * 250, 300 + n // 6 * 190)
        cv2.putText(page, f"{n * 7919 % 9973}", place, cv2.FONT_HERSHEY_PLAIN, 4, 0, 4)
    content = cv2.imencode(".png", page)[1].tobytes()
    found = trace(client, content).json()
    assert (found["fields"], found["size"]) == ([], [210, 297])
    (field,) = draw(client, content, DRAWN.format(boxes=4, at=[60, 10, 60, 12])).json()["fields"]
    assert (field["style"], field["at"]) == ("open", [[60, 10, 60, 12]])
    said = draw(client, content, DRAWN.format(boxes=4, at=[5, 30, 60, 12]))
    assert "Something is printed in the field" in said.json()["detail"]
    (tmp_path / "blank.png").write_bytes(content)
    given = ["form", "trace", str(tmp_path / "blank.png"), "--out", str(tmp_path / "a.toml")]
    refused = CliRunner().invoke(command, given)
    assert isinstance(refused.exception, DataError)
    assert "no empty boxes can be found" in str(refused.exception)
    assert not (tmp_path / "a.toml").exists()


def white(_):
    file = io.BytesIO()
    Image.new("L", (1654, 2339), 255).save(file, "png")
    return file.getvalue()


def square(_):
    file = io.BytesIO()
    Image.new("L", (900, 900), 255).save(file, "jpeg")
    return file.getvalue()


def scan(folder):
    return (folder / "blank.png").read_bytes()


@pytest.mark.parametrize(
    ("content", "query", "status", "key", "words"),
    [
        (white, "", 422, "error.service.trace", "Too little is printed"),
        (white, "?lang=zh", 422, "error.service.trace", "印的东西太少"),
        (square, "", 422, "error.service.trace", "blank.png: the sheet's outline cannot be seen"),
        (scan, "?paper=A9", 422, "error.service.trace", '"A9" is not a known paper size'),
        (scan, "?title=%0A", 422, "error.service.trace", "The title must be"),
        (scan, "?page=0", 422, "error.service.value", "page"),
        (lambda _: b"no picture", "", 422, "error.picture.unknown", "blank.png"),
        (lambda _: b"%PDF-1.7 nothing more", "", 422, "error.picture.damaged", "blank.png"),
        (lambda folder: scan(folder)[:2_000], "", 422, "error.picture.damaged", "blank.png"),
    ],
)
def test_what_cannot_be_traced_says_why(client, folder, content, query, status, key, words):
    said = trace(client, content(folder), query=query)
    assert (said.status_code, said.json()["key"]) == (status, key), said.text
    assert words in said.json()["detail"]


def test_one_form_at_a_time(client, folder):
    files = [("picture", (name, scan(folder))) for name in ("a.png", "b.png")]
    assert client.post("/v1/forms/trace", files=files).json()["key"] == "error.service.pictures"


def test_a_service_without_pdf_takes_none(run_service):
    with run_service(settings=Settings(pdf=False)).client() as client:
        assert trace(client, b"%PDF-1.7").json()["key"] == "error.service.no_pdf"
