"""The page reads composed pages as Python does; `benchmarks/page_parity.py` compares 2,000 of them."""

from pathlib import Path

import pytest

from driving.serving import build_node

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not BENCHMARKS.exists(), reason="a source distribution has no benchmarks"),
]


@pytest.fixture
def parity(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import page_parity

    monkeypatch.setattr(page_parity, "NODE", build_node())
    return page_parity


def test_composed_pages_are_read_alike(parity):
    found = parity.compare(parity.pages(24, seed=3))
    assert found["same text and status"] == found["n"], found["different"]
    assert found["boxes within a pixel"] == found["with boxes"]


def test_test_images_are_classified_alike(parity):
    for name in ("default", "tiny", "softmax"):
        found = parity.classify(name)
        assert found["same digit"] == found["n"] == 10_000
        assert found["largest difference of a probability"] <= 0.01
