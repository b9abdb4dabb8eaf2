"""The page benchmark measures what it claims to; the times themselves are not checked here."""

from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not BENCHMARKS.exists(), reason="a source distribution has no benchmarks"),
]


def test_each_lift_is_timed_until_its_reading_stands_there(open_sheet, monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import page

    monkeypatch.setattr(page, "WARM", 1)
    for kind in (page.digits_alone, page.fourth_digits):
        sheet = open_sheet()
        sheet.page.evaluate(page._TIMER)
        found = page.measure(sheet, kind, 2)
        assert found["lifts"] == 2
        assert found["read right"] == found["of"]
        for total in found["totals"]:
            assert total > 0
        assert found["ms until it stands there"]["median"] > 0
        assert found["ms of reader.read in process"]["median"] > 0
