"""Sheets that are printed, filled and photographed by code."""

import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import shuzi
from shuzi.cli import shuzi as command
from shuzi.forms.spec import read_spec


@pytest.fixture(scope="session")
def reader():
    return shuzi.load()


@pytest.fixture(scope="session")
def sheets(benchmark_module):
    """The benchmark's way to make photographs of sheets."""
    return benchmark_module("sheets")


@pytest.fixture(scope="session")
def hands(sheets):
    validation = shuzi.load_mnist().validation
    return sheets.Hands(validation.images, validation.labels)


@pytest.fixture(scope="session")
def photo(sheets, hands):
    """A function that fills a page of a spec's sheet with texts and photographs it: returns the JPEG."""

    def made(spec, texts, page=1, seed=0, angle=25.0, sheet=1):
        from shuzi.forms.layout import pages_of

        rng = np.random.default_rng([7, seed])
        pages = pages_of(spec)
        printed = sheets.print_sheet(spec, copies=sheet)[(sheet - 1) * len(pages) + page - 1]
        filled = sheets.fill(rng, printed, pages[page - 1].fields, texts, hands)
        return sheets.photograph(rng, filled, angle)[0]

    return made


@pytest.fixture(scope="session")
def forms(benchmark_module):
    """The benchmark's five forms, by name."""
    return {each.name: each for each in benchmark_module("layouts").layouts()}


@pytest.fixture(scope="session")
def scans(forms, tmp_path_factory):
    """Scans of the blank forms at 200 dots per inch."""
    folder = tmp_path_factory.mktemp("scans")
    for name, form in forms.items():
        scan = cv2.resize((form.page * 255).astype(np.uint8), (1654, 2339), interpolation=cv2.INTER_AREA)
        Image.fromarray(scan).save(folder / f"{name}.png")
    return folder


@pytest.fixture(scope="session")
def traced(scans, tmp_path_factory):
    """The specs that the command makes of the scans, by name."""
    folder = tmp_path_factory.mktemp("specs")

    def made(name):
        path = folder / f"{name}.toml"
        if not path.exists():
            found = CliRunner().invoke(command, ["form", "trace", str(scans / f"{name}.png"), "--out", str(path)])
            assert found.exit_code == 0, found.output
        return path

    return made


@pytest.fixture
def spec(tmp_path):
    """Read a spec from a text, with tables beside it."""

    def read(text, **tables):
        for name, content in tables.items():
            (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")
        path = tmp_path / "spec.toml"
        path.write_text(text, encoding="utf-8")
        return read_spec(path)

    return read
