"""The commands and code in README and the guides work, in both languages."""

import csv
import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).parents[2]
SHORT = ("README", "docs/index", "docs/how-to/read-a-folder", "docs/how-to/choose-a-model", "docs/how-to/forms")
LONG = ("docs/how-to/train", "docs/how-to/train-on-your-own")
NOT_HERE = re.compile(r"^(?:make |python -m pip install )")  # commands that install or start everything


def pages(names, long=()):
    """Run a test with the English pages: a test below checks that the Chinese ones show the same code."""
    given = [pytest.param(ROOT / f"{name}.md", marks=[pytest.mark.long] if name in long else []) for name in names]
    return pytest.mark.parametrize("page", given, ids=lambda path: path.relative_to(ROOT).as_posix())


def run(page, blocks):
    """Run a page's code blocks in order; Python blocks share one namespace."""
    surroundings = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    names, ran = {"__name__": "__main__"}, 0
    for language, text in blocks(page):
        if language == "python":
            exec(compile(text, f"{page.name}: {text.splitlines()[0]}", "exec"), names)  # noqa: S102
            ran += 1
        elif language == "sh":
            lines = [line for line in text.splitlines() if not NOT_HERE.match(line)]
            script = "set -eu\n" + "\n".join(lines)
            done = subprocess.run(["bash", "-c", script], env=surroundings, capture_output=True, text=True)
            assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
            ran += bool(lines)
    assert ran
    return names


@pages(SHORT)
def test_readme_and_the_guides_of_reading(page, blocks, desk, capsys):
    names = run(page, blocks)
    if "reading" in names:
        assert names["reading"].text == "7210"
    if (table := desk / "numbers.csv").exists():
        with table.open(encoding="utf-8-sig") as file:
            assert [row["text"] for row in csv.DictReader(file)] == ["721", "04", "959"]


@pytest.mark.slow
@pages(LONG, long=["docs/how-to/train-on-your-own"])
def test_the_guides_of_training(page, blocks, desk):
    pytest.importorskip("tensorflow")
    run(page, blocks)
    assert list(desk.glob("runs/*/model.onnx"))


@pages(["docs/how-to/use-from-programs"])
def test_the_guide_for_other_programs(page, blocks, desk, served, capsys):
    pytest.importorskip("uvicorn")
    found = {}
    for language, text in blocks(page):
        here = text.replace("http://127.0.0.1:8000", served)
        if language == "python":
            exec(compile(here, page.name, "exec"), {})  # noqa: S102
            found[language] = capsys.readouterr().out
        elif language == "sh":
            assert shutil.which("curl")
            command = ["bash", "-c", here.replace("curl ", "curl -sS --noproxy '*' ")]
            found[language] = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        elif language == "js" and shutil.which("node"):
            Path("ask.mjs").write_text(here, "utf-8")
            found[language] = subprocess.run(["node", "ask.mjs"], capture_output=True, text=True, check=True).stdout
    assert {"python", "sh"} <= set(found)
    assert all("7210" in said for said in found.values()), found


@pytest.mark.parametrize("page", ["mathematics.md", "mathematics.zh.md"])
def test_the_page_of_mathematics_computes_what_it_says(page, blocks):
    shown = "\n".join(text for _, text in blocks(ROOT / "docs" / "explanation" / page))
    test = doctest.DocTestParser().get_doctest(shown, {"np": np}, page, page, 0)
    result = doctest.DocTestRunner().run(test)
    assert result.attempted > 8
    assert not result.failed


def test_both_languages_show_the_same_code(blocks):
    for page in (*SHORT, *LONG, "docs/how-to/use-from-programs", "docs/explanation/mathematics"):
        shown = []
        for ending in (".md", ".zh.md"):
            code = []
            for language, text in blocks(ROOT / f"{page}{ending}"):
                plain = re.sub(r"\s*#.*|//.*", "", text)
                code.append(
                    re.sub(r'"[^"]*"', '""', plain) if language == "toml" else plain
                )  # labels in the reader's language
            shown.append(code)
        assert shown[0] == shown[1], page
