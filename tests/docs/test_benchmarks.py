"""Every figure in the tables of docs/benchmarks is computed from the raw results."""

import math
import re
from pathlib import Path

import pytest

import form_figures
import reader_figures
import time_figures
from reader_figures import RECIPES, RESULTS

ROOT = Path(__file__).parents[2]
PAGES = {"en": ROOT / "docs" / "benchmarks.md", "zh": ROOT / "docs" / "benchmarks.zh.md"}

pytestmark = pytest.mark.skipif(not RESULTS.exists(), reason="a source distribution has no raw results")


def figures(row):
    """Return the numbers in a table row, without the first cell, which names the measurement."""
    cells = row.strip("|").split("|")[1:]
    # code is a name: /v1/read is not a figure
    return [found.replace(",", "") for cell in cells for found in re.findall(r"\d[\d,]*(?:\.\d+)?", _bare(cell))]


def _bare(cell):
    return re.sub(r"`[^`]*`|float32|bfloat16", "", cell)


def tables(language):
    """Return the rows of each table in a page, without the header."""
    text = PAGES[language].read_text("utf-8")
    found = re.findall(r"^\|.*\n\| --- .*\n((?:\|.*\n)+)", text, re.MULTILINE)
    return [[figures(row) for row in table.splitlines()] for table in found]


@pytest.mark.parametrize("language", PAGES)
def test_figures_are_those_of_the_raw_results(language):
    expected = [
        reader_figures.recipes(),
        reader_figures.epochs(),
        reader_figures.references(),
        reader_figures.shipped(),
        reader_figures.pen_strokes(),
        reader_figures.real_numbers(),
        reader_figures.rivals("compare-cheques"),
        reader_figures.rivals("compare-registers"),
        reader_figures.rivals("compare-formulas"),
        reader_figures.rivals("compare-logs"),
        reader_figures.rivals("compare-displays"),
        reader_figures.displays(),
        reader_figures.photographs(),
        reader_figures.whole_numbers(language),
        reader_figures.calibration(),
        reader_figures.lines(),
        reader_figures.listed(),
        *form_figures.forms(),
        form_figures.ticks(),
        *form_figures.traced(),
        form_figures.filled(),
        form_figures.labelled(),
        form_figures.ruled(),
        form_figures.drawn(),
        reader_figures.corrections(),
        reader_figures.corrections_of_numbers(),
        reader_figures.fine_tuning(),
        time_figures.training_times(),
        time_figures.reading_times(),
        time_figures.before_and_now(),
        time_figures.costly(),
        time_figures.page_runtimes(),
        time_figures.page_times(),
    ]
    found = tables(language)
    assert len(found) == len(expected)
    for told, computed in zip(found, expected, strict=True):
        if computed[0][0] is None:  # the test below checks the first column
            told = [row[1:] if position < len(RECIPES) else row for position, row in enumerate(told)]
            computed = [row[1:] if row[0] is None else row for row in computed]
        assert told == computed


@pytest.mark.parametrize("language", PAGES)
def test_parameters_are_those_of_the_networks(language):
    pytest.importorskip("tensorflow")
    from shuzi.training.network import build
    from shuzi.training.recipe import recipe

    told = {row[0] for row in tables(language)[0][: len(RECIPES)]}
    networks = [build(recipe(name)) for name in RECIPES]
    assert told == {str(sum(math.prod(each.shape) for each in network.trainable_weights)) for network in networks}


@pytest.mark.parametrize(("language", "name"), [("en", "README.md"), ("zh", "README.zh.md")])
def test_figures_in_readme_are_among_them(language, name):
    known = {figure for table in tables(language) for row in table for figure in row}
    text = (ROOT / name).read_text("utf-8")
    shares = re.findall(r"^\|.*?(\d+\.\d+) ?%", text, re.MULTILINE)
    assert len(shares) == 8
    assert set(shares) <= known
