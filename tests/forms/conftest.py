"""Sheets that are printed, filled and photographed by code."""

import sys
from pathlib import Path

import numpy as np
import pytest

import shuzi

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="session")
def reader():
    return shuzi.load()


@pytest.fixture(scope="session")
def sheets():
    """The benchmark's way to make photographs of sheets."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import sheets
    finally:
        sys.path.remove(str(BENCHMARKS))
    return sheets


@pytest.fixture(scope="session")
def hands(sheets):
    validation = shuzi.load_mnist().validation
    return sheets.Hands(validation.images, validation.labels)


@pytest.fixture
def photo(sheets, hands):
    """A function that fills a spec's page with texts and photographs it: returns the JPEG."""

    def made(spec, texts, page=1, seed=0, angle=25.0):
        from shuzi.forms.layout import pages_of

        rng = np.random.default_rng([7, seed])
        printed = sheets.print_sheet(spec)[page - 1]
        filled = sheets.fill(rng, printed, pages_of(spec)[page - 1].places, texts, hands)
        return sheets.photograph(rng, filled, angle)[0]

    return made
