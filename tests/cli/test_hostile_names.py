"""File names and card texts are escaped on the terminal, whatever is in them."""

import csv
import io
import json
import re
import shutil
import sys

import numpy as np
import pytest
from PIL import Image

from shuzi.messages import say

OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
HOSTILE = "a\x1b[2J\x1b]0;owned\x07\nError: forged\x9b31m\u202e.png"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="such names cannot be given there")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Change to a folder with a picture with a hostile name, one with a plain name, and a file that is not a
    picture."""
    scans = tmp_path / "scans"
    scans.mkdir()
    for name in (HOSTILE, "plain.png"):
        Image.new("L", (80, 60), 250).save(scans / name, "PNG")
    (scans / f"broken {HOSTILE}").write_bytes(b"\x89PNG\r\n\x1a\n")
    monkeypatch.chdir(tmp_path)
    return scans


@pytest.mark.parametrize("arguments", [[], ["--lang", "zh"], ["--csv"], ["--json"], ["--explain", HOSTILE]], ids=str)
def test_what_is_read_has_one_line_a_picture_and_no_escape_sequences(shuzi, folder, arguments):
    ended = shuzi("read", *arguments, "scans")
    assert ended.code == 1
    assert not OBEYED.search(ended.out.replace("\r\n", "\n"))
    assert not OBEYED.search(ended.err)
    assert len(ended.out.splitlines()) == {"--csv": 4, "--json": 3}.get(next(iter(arguments), ""), 2)
    assert len(ended.err.splitlines()) == 2 if arguments[:1] == ["--explain"] else 1
    assert not re.search("^Error: forged", ended.out + ended.err, re.MULTILINE)


def test_json_keeps_the_name(shuzi, folder):
    ended = shuzi("read", "--json", f"scans/{HOSTILE}")
    assert json.loads(ended.out)["source"] == f"scans/{HOSTILE}"


@pytest.mark.parametrize("name", ["=1+1.png", "+1.png", "-1.png", "@SUM(A1).png", "\t=1.png", " =1.png"])
def test_a_name_that_looks_like_a_formula_is_a_text_in_a_table(shuzi, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    Image.new("L", (80, 60), 250).save(name, "PNG")
    for given in (name, f"gone {name}"):
        ended = shuzi("read", "--csv", "--", given)
        _, (source, *_, message) = csv.reader(io.StringIO(ended.out))
        assert not re.match(r"[\s]*[=+\-@]", source)
        assert not re.match(r"[\s]*[=+\-@]", message)
        assert source.removeprefix("'").replace("\\t", "\t") == given


@pytest.mark.parametrize(
    "arguments",
    [
        ["read", HOSTILE],
        ["read", f"--{HOSTILE}"],
        ["read", "--model", HOSTILE, "scans"],
        ["evaluate", HOSTILE],
        ["models", "describe", HOSTILE],
        ["data", "info", HOSTILE],
        ["data", "info", "--data-dir", HOSTILE],
        ["data", "import", HOSTILE, "out.npz"],
        ["data", "import", "scans", "out.npz"],
        ["data", "export", HOSTILE],
        ["train", "--resume", HOSTILE],
        [HOSTILE],
    ],
    ids=str,
)
def test_errors_repeat_what_was_given_without_what_a_terminal_obeys(shuzi, folder, arguments):
    ended = shuzi(*arguments)
    assert ended.code in (1, 2)
    assert not OBEYED.search(ended.out + ended.err)


def test_a_list_of_reasons_keeps_its_lines_and_each_reason_has_one():
    said = say("data.import.left_out", "en", n=2, reasons=["one\n  - forged", "two"])
    assert [line for line in said.splitlines() if line.startswith("  - ")] == ["  - one\\n  - forged", "  - two"]


def test_what_a_card_says_is_shown_and_not_obeyed(shuzi, finished_run, tmp_path):
    import onnx

    from shuzi.models.card import METADATA_KEY

    path = tmp_path / "model.onnx"
    shutil.copy(finished_run() / "model.onnx", path)
    model = onnx.load(path)
    (entry,) = (each for each in model.metadata_props if each.key == METADATA_KEY)
    card = json.loads(entry.value)
    entry.value = json.dumps(card | {"licence": HOSTILE, "command": HOSTILE})
    onnx.save(model, path)
    for arguments in (["models", "describe", path], ["models", "describe", path, "--json"]):
        ended = shuzi(*arguments)
        assert ended.code == 0
        assert "forged" in ended.out
        assert not OBEYED.search(ended.out + ended.err)
        assert not re.search("^Error: forged", ended.out, re.MULTILINE)


def test_numbers_and_arrays_are_formatted_as_ever():
    assert say("train.step", "en", step=10, loss=np.float32(1.5)) == "Step    10, loss now: 1.50"
