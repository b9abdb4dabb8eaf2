"""A model's folder can be uploaded as it is: its page tells the card's facts, and its snippets run."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from shuzi.data.collection import REGISTERS
from shuzi.errors import ModelError
from shuzi.messages import speaking
from shuzi.models.card import OF_OWN_PICTURES, OF_REGISTERS, OWN, Source
from shuzi.models.description import describe_size, write_upload
from shuzi.models.onnx_file import read_card, read_content, with_card
from shuzi.models.store import PARTNERS, shipped

PAGES = ("README.md", "README.zh.md")


def front_matter(page):
    yaml = pytest.importorskip("yaml")
    return yaml.safe_load(page.split("---\n")[1])


@pytest.fixture
def card_of():
    return lambda path: read_card(read_content(path), path)


@pytest.mark.parametrize("name", shipped())
def test_the_page_has_the_card_s_scores_and_no_other_figures(name, card_of, tmp_path):
    path = shipped()[name]
    names = write_upload(path, tmp_path / "folder")
    assert set(names) == {file.name for file in (tmp_path / "folder").iterdir()}
    assert (tmp_path / "folder" / f"{name}.onnx").read_bytes() == path.read_bytes()
    cards = [card_of(file) for file in (tmp_path / "folder").glob("*.onnx")]
    assert all(sha256 in {card.weights for card in cards} for sha256 in partners(card_of(path)))
    known = {f"{value:.{digits}%}" for card in cards for value in shares(card) for digits in (1, 2)}
    for file in PAGES:
        text = (tmp_path / "folder" / file).read_text("utf-8")
        figures = set(re.findall(r"\d+\.\d+%", text))
        assert figures
        assert figures <= known
    facts = front_matter((tmp_path / "folder" / "README.md").read_text("utf-8"))
    assert facts["license"] == "apache-2.0"
    (model,) = facts["model-index"]
    told = {(result["dataset"]["split"], result["metrics"][0]["value"]) for result in model["results"]}
    assert told == {(part, score["accuracy"]) for part, score in card_of(path).scores.items()}


def partners(card):
    return card.calibration.partners.values() if card.calibration else ()


def shares(card):
    numbers = card.calibration.numbers.values() if card.calibration else ()
    scores = [value for score in card.scores.values() for value in (score["accuracy"], *score["interval"])]
    return [*scores, *card.thresholds.values(), *numbers]


@pytest.mark.parametrize("name", shipped())
def test_its_snippets_run_in_the_folder(name, tmp_path):
    write_upload(shipped()[name], tmp_path / "folder")
    Image.fromarray(np.full((60, 60), 255, np.uint8)).save(tmp_path / "folder" / "number.png")
    text = (tmp_path / "folder" / "README.md").read_text("utf-8")
    snippets = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(snippets) == (1 if name in PARTNERS else 2)
    for snippet in snippets:
        done = subprocess.run(
            [sys.executable, "-c", snippet], cwd=tmp_path / "folder", capture_output=True, encoding="utf-8"
        )
        assert done.returncode == 0, done.stderr
    said = {file: (tmp_path / "folder" / file).read_text("utf-8") for file in PAGES}
    assert len({tuple(re.findall(r"```python\n(.*?)```", page, re.DOTALL)) for page in said.values()}) == 1


def test_sources_of_all_its_models_are_named(tmp_path, monkeypatch):
    """One day the line recogniser will have learnt from registers too."""
    from shuzi.models import store

    folder = tmp_path / "shipped"
    folder.mkdir()
    for name, path in shipped().items():
        content, card = read_content(path), read_card(read_content(path), path)
        if name == "line":
            source = Source(REGISTERS.name, {"registers": "ab" * 32}, REGISTERS.citation)
            content, _ = with_card(content, replace(card, data=(*card.data, source), licence=OF_REGISTERS), path)
        (folder / f"{name}.onnx").write_bytes(content)
    monkeypatch.setattr(store, "SHIPPED", folder)
    write_upload(folder / "default.onnx", tmp_path / "folder")
    text = (tmp_path / "folder" / "LICENSE.md").read_text("utf-8")
    for named in ("CC BY-SA 3.0", "10.5281/zenodo.1195803", REGISTERS.citation):
        assert text.count(named) >= 2  # in both languages


def test_a_model_of_ones_own_pictures_is_not_said_to_be_free(tmp_path):
    path = shipped()["tiny"]
    card = read_card(read_content(path), path)
    own = replace(card, data=(Source(OWN, {"images": "cd" * 32}, OF_OWN_PICTURES),), licence=OF_OWN_PICTURES)
    content, _ = with_card(read_content(path), own, path)
    (tmp_path / "mine.onnx").write_bytes(content)
    write_upload(tmp_path / "mine.onnx", tmp_path / "folder")
    facts = front_matter((tmp_path / "folder" / "README.md").read_text("utf-8"))
    assert (facts["license"], facts["license_link"]) == ("other", "LICENSE.md")
    assert "datasets" not in facts


def test_what_is_there_is_never_overwritten(tmp_path):
    (tmp_path / "folder").mkdir()
    write_upload(shipped()["tiny"], tmp_path / "folder")  # an empty one is taken
    with pytest.raises(ModelError, match="already exists"), speaking("en"):
        write_upload(shipped()["softmax"], tmp_path / "folder")
    assert (tmp_path / "folder" / "tiny.onnx").exists()
    assert not (tmp_path / "folder" / "softmax.onnx").exists()


def test_the_command_writes_it_or_says_what_is_missing(tmp_path):
    surroundings = os.environ | {"PYTHONUTF8": "1", "SHUZI_LANG": "en"}

    def shuzi(*given):
        command = [sys.executable, "-m", "shuzi", "models", "export", *map(str, given)]
        return subprocess.run(command, capture_output=True, encoding="utf-8", env=surroundings)

    done = shuzi("tiny", "--card", tmp_path / "folder", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert set(json.loads(done.stdout)["files"]) == {file.name for file in (tmp_path / "folder").iterdir()}
    for given in (["--format", "onnx"], ["--out", "a.onnx"], [], ["--card", tmp_path / "b", "--out", "a.onnx"]):
        assert shuzi("tiny", *given).returncode == 2
    assert not (tmp_path / "b").exists()


def test_a_size_is_in_kilobytes_or_megabytes():
    assert [describe_size(size) for size in (33_900, 2_700_000)] == ["34 kB", "2.7 MB"]
