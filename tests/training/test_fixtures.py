"""What Python learns is still what the page's own training is compared with."""

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (ROOT / "tools").exists(), reason="a source distribution has no tools"),
]


@pytest.fixture(scope="module")
def tool():
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        import training_fixtures
    finally:
        sys.path.pop(0)
    return training_fixtures


@pytest.mark.parametrize("name", ["softmax", "softmax-seed-3", "mlp", "small-convolutions"])
def test_the_curve_is_that_of_the_file(tool, name):
    stored = json.loads((tool.FOLDER / f"{name}.json").read_text())
    found = tool.curve(tool.FIXTURES[name])
    assert found["recipe"] == stored["recipe"]
    assert found["losses"] == pytest.approx(stored["losses"], rel=1e-3)
    assert found["accuracy"] == pytest.approx(stored["accuracy"], abs=0.002)
