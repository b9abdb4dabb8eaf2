"""Photographs of forms are read over HTTP as the command reads them."""

import io
import json

import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from shuzi.cli import shuzi as command

SPEC = 'title = "Scores"\nrows = 3\nroster = "class.csv"\n[[fields]]\nname = "id"\nboxes = 3\namong_column = "id"\n'
ROSTER = "id\n101\n202\n303\n"
TEXTS = {(0, "id"): "101", (1, "id"): "303", (2, "id"): "202"}


@pytest.fixture(scope="module")
def sheets(benchmark_module):
    sheets = benchmark_module("sheets")
    sheets.layouts = benchmark_module("layouts").layouts
    return sheets


@pytest.fixture(scope="module")
def files(sheets, tmp_path_factory):
    """A spec with its roster, and a photograph of a filled sheet: the folder that holds them."""
    from shuzi import load_mnist
    from shuzi.forms.spec import read_spec

    folder = tmp_path_factory.mktemp("forms")
    (folder / "scores.toml").write_text(SPEC)
    (folder / "class.csv").write_text(ROSTER)
    digits = load_mnist().validation
    spec = read_spec(folder / "scores.toml")
    (page,) = sheets.print_sheet(spec)
    rng = np.random.default_rng(3)
    filled = sheets.fill(rng, page, sheets.places_of(spec), TEXTS, sheets.Hands(digits.images, digits.labels))
    (folder / "sheet.jpg").write_bytes(sheets.photograph(rng, filled, 10.0)[0])
    return folder


def sent(folder, *names, roster=True):
    fields = [("picture", (name, (folder / name).read_bytes())) for name in names]
    fields.append(("spec", ("scores.toml", (folder / "scores.toml").read_bytes())))
    return fields + ([("roster", ("r.csv", (folder / "class.csv").read_bytes()))] if roster else [])


def test_the_table_is_the_one_that_the_command_writes(client, files, monkeypatch):
    monkeypatch.chdir(files)
    given = ["form", "read", "sheet.jpg", "--spec", "scores.toml", "--out", "table.json"]
    assert CliRunner().invoke(command, given).exit_code == 0
    said = client.post("/v1/forms", files=sent(files, "sheet.jpg"))
    assert said.status_code == 200, said.text
    assert said.json() == json.loads((files / "table.json").read_text())
    assert [row["cells"]["id"]["text"] for row in said.json()["rows"]] == ["101", "303", "202"]


def test_the_same_picture_and_no_picture_are_problems_of_their_own(client, files):
    (files / "again.jpg").write_bytes((files / "sheet.jpg").read_bytes())
    (files / "not.jpg").write_bytes(b"nothing")
    said = client.post("/v1/forms?lang=zh", files=sent(files, "sheet.jpg", "again.jpg", "not.jpg")).json()
    assert len(said["rows"]) == 3
    assert [each["source"] for each in said["problems"]] == ["again.jpg", "not.jpg"]
    assert "sheet.jpg" in said["problems"][0]["message"]


def test_other_kinds_of_pictures_are_decoded_as_for_reading(client, files):
    Image.open(files / "sheet.jpg").save(files / "sheet.pdf", resolution=150)
    said = client.post("/v1/forms", files=sent(files, "sheet.pdf")).json()
    assert not said["problems"]
    assert [row["cells"]["id"]["source"] for row in said["rows"]] == ["sheet.pdf#1"] * 3


def test_a_broken_document_is_called_by_its_name(client, files):
    (files / "broken.pdf").write_bytes(b"%PDF-1.7 nothing more")
    said = client.post("/v1/forms", files=sent(files, "sheet.jpg", "broken.pdf")).json()
    assert len(said["rows"]) == 3
    assert [each["source"] for each in said["problems"]] == ["broken.pdf"]
    assert said["problems"][0]["message"].startswith("broken.pdf is damaged")


def test_a_truncated_photograph_is_called_by_its_name(client, files):
    (files / "cut.jpg").write_bytes((files / "sheet.jpg").read_bytes()[:5_000])
    (problem,) = client.post("/v1/forms", files=sent(files, "cut.jpg")).json()["problems"]
    assert problem["message"].startswith("cut.jpg is damaged")


def test_ruled_tables_need_no_spec(client):
    picture = np.full((700, 900), 245, np.uint8)
    for n in range(4):
        cv2.line(picture, (100, 100 + 150 * n), (800, 100 + 150 * n), 40, 3)
    for n in range(5):
        cv2.line(picture, (100 + 175 * n, 100), (100 + 175 * n, 550), 40, 3)
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "png")
    said = client.post("/v1/forms?table=true", files={"picture": ("table.png", file.getvalue())}).json()
    assert [each["name"] for each in said["columns"]] == ["A", "B", "C", "D"]
    assert {cell["status"] for row in said["rows"] for cell in row["cells"].values()} == {"blank"}
    sent = {"picture": ("table.png", file.getvalue())}
    assert client.post("/v1/forms?table=true&rows=3&columns=4", files=sent).json() == said
    refused = client.post("/v1/forms?table=true&columns=5", files=sent).json()
    assert (refused["rows"], [each["source"] for each in refused["problems"]]) == ([], ["table.png"])
    assert client.post("/v1/forms?rows=3", files=sent).json()["key"] == "error.service.shape"


@pytest.fixture(scope="module")
def traced(sheets, tmp_path_factory):
    """A spec that was traced, its blank form, and a photograph of a copy: the folder that holds them."""
    tmp_path = tmp_path_factory.mktemp("traced")
    form = next(each for each in sheets.layouts() if each.name == "survey")
    scan = cv2.resize((form.page * 255).astype(np.uint8), (1654, 2339), interpolation=cv2.INTER_AREA)
    Image.fromarray(scan).save(tmp_path / "blank.png")
    given = ["form", "trace", str(tmp_path / "blank.png"), "--out", str(tmp_path / "survey.toml")]
    assert CliRunner().invoke(command, given).exit_code == 0
    photo, _ = sheets.photograph(np.random.default_rng(1), form.page, 10.0)
    (tmp_path / "a.jpg").write_bytes(photo)
    return tmp_path


def with_blank(folder, blank):
    fields = {
        each: (name, (folder / name).read_bytes()) for each, name in (("picture", "a.jpg"), ("spec", "survey.toml"))
    }
    return fields | {"blank": ("x.png", blank)}


def test_a_traced_form_is_sent_with_its_blank(client, traced, sheets):
    form = next(each for each in sheets.layouts() if each.name == "survey")
    said = client.post("/v1/forms", files=with_blank(traced, (traced / "survey.blank.png").read_bytes())).json()
    assert not said["problems"]
    assert len(said["columns"]) == len(form.places)


@pytest.mark.parametrize("kind", ["pdf", "gif", "tiff", "jpeg"])
def test_a_blank_that_is_no_plain_png_is_refused_before_it_is_decoded(client, traced, kind):
    file = io.BytesIO()
    Image.open(traced / "survey.blank.png").save(file, kind)
    said = client.post("/v1/forms", files=with_blank(traced, file.getvalue()))
    assert (said.status_code, said.json()["key"]) == (422, "error.service.spec")
    assert "x.png must be a plain PNG" in said.json()["detail"]


@pytest.mark.parametrize(
    ("change", "status", "key", "words"),
    [
        (lambda each: each[:1], 422, "error.service.form_or_table", "table=true"),
        (
            lambda each: each[:-1],
            422,
            "error.service.spec",
            "class.csv.*not sent.*as the roster",
        ),
        (lambda each: each[1:], 422, "error.service.no_picture", ""),
        (lambda each: [*each, each[-1]], 422, "error.service.field_twice", "roster"),
        (lambda each: [*each, ("photo", ("a", b"b"))], 422, "error.service.field", "picture.*spec.*blank.*hand"),
        (lambda each: [*each, ("hand", ("a.npz", b"b"))], 422, "error.service.hand", "a.npz"),
        (lambda each: [each[0], ("spec", ("s.toml", b"title = 1"))], 422, "error.service.spec", "line 1.*title"),
        (lambda each: [each[0], ("spec", (None, b"\xff"))], 422, "error.service.spec", "spec is not UTF-8"),
        (lambda each: [each[0], ("spec", ("s.toml", b"\xff"))], 422, "error.service.spec", "s.toml"),
        (lambda each: [each[0], ("spec", ("s.toml", b"#" * 200_001))], 422, "error.service.spec", "200,000 bytes"),
        (
            lambda each: [*each[:-1], ("roster", ("r.csv", b"id" + b"," * 10**7))],
            422,
            "error.service.spec",
            "r.csv.*10,000,000",
        ),
        (lambda each: [*each, ("blank", ("b.png", b"-"))], 422, "error.service.spec", "names no blank"),
        (lambda each: [each[0]] * 33 + each[1:], 413, "error.service.pictures", "32"),
    ],
)
def test_a_request_that_cannot_be_met_says_why(client, files, change, status, key, words):
    said = client.post("/v1/forms", files=change(sent(files, "sheet.jpg")))
    assert (said.status_code, said.json()["key"]) == (status, key)
    assert said.headers["content-type"] == "application/problem+json"
    import re

    assert re.search(words, said.json()["detail"], re.DOTALL)


def test_a_spec_opens_no_file_of_the_machine(client, files):
    spec = SPEC.replace("class.csv", "/etc/passwd")
    fields = [("picture", ("a.jpg", (files / "sheet.jpg").read_bytes())), ("spec", ("s.toml", spec))]
    said = client.post("/v1/forms", files=fields)
    assert said.json()["key"] == "error.service.spec"
    assert "not sent" in said.json()["detail"]


@pytest.fixture(scope="module")
def wrong_hand(files, tmp_path_factory):
    """The ones of this very sheet, as somebody keeps them whose ones are sevens."""
    from shuzi import load
    from shuzi.forms.collect import read_forms
    from shuzi.forms.read import PageReader
    from shuzi.forms.spec import read_spec

    class Watched:
        """A reader that notes what it classifies."""

        def __init__(self):
            self.reader, self.images = load(), []

        def classify_or_reject(self, images):
            self.images.append(images)
            return self.reader.classify_or_reject(images)

        def __getattr__(self, name):
            return getattr(self.reader, name)

    watched = Watched()
    read_forms(PageReader(read_spec(files / "scores.toml"), watched), [files / "sheet.jpg"])
    images = np.concatenate(watched.images)
    ones = images[watched.reader.classify(images).argmax(axis=1) == 1]
    assert len(ones)
    path = tmp_path_factory.mktemp("hand") / "sevens.npz"
    np.savez(path, images=ones, labels=np.full(len(ones), 7, np.uint8))
    return path


def test_corrected_digits_are_taken_into_account_as_the_command_does(client, files, wrong_hand, monkeypatch):
    monkeypatch.chdir(files)
    (files / "plain.toml").write_text(SPEC.replace('roster = "class.csv"\n', "").replace('among_column = "id"\n', ""))
    # the rules may change after printing, and the roster was for a rule only
    given = ["form", "read", "sheet.jpg", "--spec", "plain.toml", "--hand", str(wrong_hand), "--out", "hand.json"]
    assert CliRunner().invoke(command, given).exit_code == 0
    fields = [
        ("picture", ("sheet.jpg", (files / "sheet.jpg").read_bytes())),
        ("spec", ("plain.toml", (files / "plain.toml").read_bytes())),
    ]
    hand = ("hand", ("mine.npz", wrong_hand.read_bytes()))
    plain, said = (client.post("/v1/forms", files=each).json() for each in (fields, [*fields, hand]))
    assert [row["cells"]["id"]["text"] for row in plain["rows"]] == ["101", "303", "202"]
    assert [row["cells"]["id"]["text"] for row in said["rows"]] == ["707", "303", "202"]
    assert said == json.loads((files / "hand.json").read_text())
    assert client.post("/v1/forms", files=fields).json() == plain  # nobody else reads with it


def test_ruled_tables_are_read_with_corrected_digits_too(client, wrong_hand):
    picture = np.full((400, 400), 245, np.uint8)
    picture[100:300, 190:210] = 40  # a page on which nothing is written is skipped
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "png")
    fields = {"picture": ("table.png", file.getvalue()), "hand": ("mine.npz", wrong_hand.read_bytes())}
    said = client.post("/v1/forms?table=true", files=fields)
    assert said.status_code == 200
    assert "no ruled table" in said.json()["problems"][0]["message"]


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"images": np.zeros((1, 28, 28), np.uint8)}, "labels"),
        ({"images": np.zeros((1, 27, 28), np.uint8), "labels": np.zeros(1, np.uint8)}, "27"),
        ({"images": np.zeros((100_000, 28, 28), np.uint8), "labels": np.zeros(100_000, np.uint8)}, "64,000,000"),
        ({"images": np.zeros((10_001, 28, 28), np.uint8), "labels": np.zeros(10_001, np.uint8)}, "10,001.*10,000"),
    ],
)
def test_digits_that_cannot_be_used_are_refused_before_anything_is_read(client, files, arrays, words):
    import re

    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    fields = [*sent(files, "sheet.jpg"), ("hand", ("mine.npz", file.getvalue()))]
    said = client.post("/v1/forms", files=fields)
    assert (said.status_code, said.json()["key"]) == (422, "error.service.hand")
    assert re.search(words, said.json()["detail"])


def test_a_model_that_cannot_know_a_hand_is_called_by_its_name(client, files, wrong_hand):
    fields = [*sent(files, "sheet.jpg"), ("hand", ("mine.npz", wrong_hand.read_bytes()))]
    said = client.post("/v1/forms?model=softmax", files=fields)
    assert (said.status_code, said.json()["key"]) == (422, "error.service.hand")
    assert "softmax does not output features" in said.json()["detail"]
    assert "onnx" not in said.text


def test_a_number_that_no_spec_can_have_is_refused_in_words(client, files):
    spec = 'title = "Scores"\nrows = 0x' + "f" * 3_600
    fields = [*sent(files, "sheet.jpg", roster=False)[:1], ("spec", ("s.toml", spec.encode()))]
    said = client.post("/v1/forms", files=fields)
    assert (said.status_code, said.json()["key"]) == (422, "error.service.spec")
