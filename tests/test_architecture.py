"""ARCHITECTURE.md, a newcomer's map, names what exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "shuzi"
DOCUMENTS = ["ARCHITECTURE.md", "ARCHITECTURE.zh.md"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_package_has_a_line_and_nothing_else(name):
    text = (ROOT / name).read_text("utf-8")
    (table,) = re.findall(r"^\| (?:in|在) `src/shuzi`.*\n(?:\|.*\n)+", text, re.MULTILINE)
    first = [row.split("|")[1] for row in table.splitlines()[2:]]
    named = [package for cell in first for package in re.findall(r"`([a-z_]+)`", cell)]
    there = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert sorted(named) == sorted(package for package in there if "__" not in package)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_a_newcomer_is_told_to_change_is_there(name):
    text = (ROOT / name).read_text("utf-8")
    (table,) = re.findall(r"^(?:\| (?:to change|要改什么) .*\n)(?:\|.*\n)+", text, re.MULTILINE)
    rows = re.findall(r"^\| (.+) \| (.+) \| (.+) \|$", table, re.MULTILINE)[2:]
    assert len(rows) >= 8
    for row in rows:
        for cell in row[1:]:
            quoted = re.findall(r"`([^`]+)`", cell.replace("{zh,en}", "zh"))
            named = [ROOT / each for each in quoted if "/" in each and " " not in each]
            assert all(each.exists() for each in named), cell
            text = "".join(each.read_text("utf-8") for each in named if each.is_file())
            names = [each for each in quoted if re.fullmatch("_?[A-Z][A-Za-z_]+|as_[a-z]+", each)]
            assert all(re.search(rf"\b{each}\b", text) for each in names), cell
