"""The table that the page shows where no service can read the sample is what is read from it today."""

import importlib.util
import json
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "sample_sheet.py"


@pytest.fixture(scope="module")
def sample_sheet():
    description = importlib.util.spec_from_file_location("sample_sheet", SCRIPT)
    module = importlib.util.module_from_spec(description)
    description.loader.exec_module(module)
    return module


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_table_beside_the_sample_is_what_is_read_from_it(sample_sheet, language):
    stored = json.loads((sample_sheet.SAMPLES / f"scores.{language}.json").read_text("utf-8"))
    read = sample_sheet.table_of(language)
    assert stored["columns"] == read["columns"]
    stored_cells, read_cells = (
        [{name: (cell["text"], cell["status"]) for name, cell in row["cells"].items()} for row in table["rows"]]
        for table in (stored, read)
    )
    assert stored_cells == read_cells
    assert {cell["source"] for row in stored["rows"] for cell in row["cells"].values()} == {f"scores.{language}.webp"}
