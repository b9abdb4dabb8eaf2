"""The shared fixture of patterns holds in Python, as in the page."""

import json
from importlib import util
from pathlib import Path

import pytest

import shuzi

FILE = Path(__file__).parents[1] / "fixtures" / "patterns.json"
TOOL = Path(__file__).parents[2] / "tools" / "pattern_fixtures.py"


@pytest.fixture(scope="module")
def tool():
    spec = util.spec_from_file_location("pattern_fixtures_tool", TOOL)
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def wanted():
    return json.loads(FILE.read_text("utf-8"))


def test_what_fits_and_what_is_wrong(tool, wanted):
    assert json.loads(json.dumps({"patterns": tool.fits(), "wrong": tool.wrong()})) == {
        name: wanted[name] for name in ("patterns", "wrong")
    }
    assert {text for found in wanted["patterns"] for text in found["fits"]} < set(wanted["texts"])
    assert len(wanted["wrong"]) == len(tool.WRONG)


def test_the_best_texts_that_fit(tool, wanted):
    for found, expected in zip(tool.columns(), wanted["columns"], strict=True):
        assert [text for text, _ in found["texts"]] == [text for text, _ in expected["texts"]]
        for (_, mine), (_, theirs) in zip(found["texts"], expected["texts"], strict=True):
            assert mine == pytest.approx(theirs, abs=1e-3)


def test_pictures_read_by_patterns(tool, wanted):
    for found, expected in zip(tool.readings(shuzi.load()), wanted["readings"], strict=True):
        for key in ("picture", "pattern", "text", "status", "advice"):
            assert found[key] == expected[key]
        assert found["confidence"] == pytest.approx(expected["confidence"], abs=0.01)
    assert {each["status"] for each in wanted["readings"]} == {"ok", "unsure", "blank", "not-a-digit"}
    assert {each["advice"] for each in wanted["readings"]} >= {"reading.pattern.none", "reading.pattern.changed"}
