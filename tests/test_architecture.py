"""ARCHITECTURE.md, a newcomer's map, lists exactly the files that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "shuzi"
DOCUMENTS = ["ARCHITECTURE.md", "ARCHITECTURE.zh.md"]


def drawn(text):
    """Return the paths in the tree under src/shuzi/, from their indentation."""
    tree, folders, paths = re.search(r"src/shuzi/\n(.*?)\nweb/", text, re.DOTALL)[1], [], set()
    for line in tree.splitlines():
        names = line.split()
        depth = (len(line) - len(line.lstrip())) // 2
        if names[0].endswith("/"):
            folders = [*folders[: depth - 1], names.pop(0)]
        elif depth == 1:
            folders = []
        paths |= {"".join(folders) + name for name in names if name.endswith(".py")}
    return paths


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_module_is_in_the_tree_and_nothing_else(name):
    there = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")}
    assert drawn((ROOT / name).read_text("utf-8")) == {each for each in there if "__" not in each}


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
