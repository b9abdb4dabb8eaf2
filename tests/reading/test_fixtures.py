"""The shared fixtures hold: each step from a picture to its reading gives what it gave, in Python as in any port."""

import json
from importlib import util
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import shuzi

FOLDER = Path(__file__).parents[1] / "fixtures" / "reading"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
DISPLAYS = FOLDER.with_name("displays")
TOOL = Path(__file__).parents[2] / "tools" / "fixtures.py"

PROBABILITY, PIXEL = 0.01, 1.0  # what a port may differ by
LEVELS = 2  # of 255, in a map


@pytest.fixture(scope="module")
def tool():
    spec = util.spec_from_file_location("fixtures_tool", TOOL)
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def reader():
    return shuzi.load()


def compare(found, expected, where=""):
    if isinstance(expected, dict):
        assert found.keys() == expected.keys(), where
        for key in expected:
            compare(found[key], expected[key], f"{where}.{key}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), where
        for place, (one, other) in enumerate(zip(found, expected, strict=True)):
            compare(one, other, f"{where}[{place}]")
    elif isinstance(expected, float) or (isinstance(expected, int) and "box" in where):
        allowed = PIXEL if "box" in where or "frame" in where else PROBABILITY
        allowed *= max(1.0, abs(expected)) if "scores" in where else 1.0
        assert abs(found - expected) <= allowed, (where, found, expected)
    else:
        assert found == expected, (where, found, expected)


def compare_maps(written, folder, name):
    maps = sorted(path.name for path in folder.glob(f"{name}.*.png") if ".picture." not in path.name)
    assert maps == sorted(path.name for path in written.glob("*.png"))
    for each in maps:
        seen, expected = (np.asarray(Image.open(place / each), int) for place in (written, folder))
        assert seen.shape == expected.shape
        assert np.abs(seen - expected).max(initial=0) <= LEVELS, each


@pytest.mark.parametrize("name", NAMES)
def test_every_step_of_a_reading_gives_what_it_gave(tool, reader, name, tmp_path, monkeypatch):
    monkeypatch.setattr(tool, "FOLDER", tmp_path)
    grey = np.asarray(Image.open(FOLDER / f"{name}.picture.png"))
    found = tool.steps(reader, name, grey)
    compare(json.loads(json.dumps(found)), json.loads((FOLDER / f"{name}.json").read_text()))
    compare_maps(tmp_path, FOLDER, name)


@pytest.mark.parametrize("name", sorted(path.stem for path in DISPLAYS.glob("*.json")))
def test_every_step_of_reading_a_display_gives_what_it_gave(tool, name, tmp_path):
    grey = np.asarray(Image.open(DISPLAYS / f"{name}.picture.png"))
    found = tool.display_steps(shuzi.load("display"), name, grey, tmp_path)
    compare(json.loads(json.dumps(found)), json.loads((DISPLAYS / f"{name}.json").read_text()))
    compare_maps(tmp_path, DISPLAYS, name)


def test_the_pictures_lead_through_every_branch():
    readings = [json.loads((FOLDER / f"{name}.json").read_text()) for name in NAMES]
    assert {each["reading"]["status"] for each in readings} == {"ok", "unsure", "blank", "not-a-digit"}
    assert {each["simple"] for each in readings} == {True, False}
    assert {len(each["lines"]) for each in readings} >= {0, 1, 2, 3}
    assert any(each["reading"]["marks"] for each in readings)
    assert {mine["kind"] for each in readings for mine in each["reading"]["ignored"]} >= {
        "ruling",
        "sign",
        "print",
        "neighbour",
        "unknown",
    }
