"""The line that installs shuzi and the one that starts a lesson work as they stand, in a folder with any name."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from lessons import COURSE, LANGUAGES, LESSONS, ROOT, blocks, differs, read

LEFT = (".git", ".venv", "build", "dist", "runs", "node_modules", "benchmarks", "docs", "tests", "web", "*cache*")


INDEX = {"zh": COURSE / "README.zh.md", "en": COURSE / "README.md"}


def start(lesson, language):
    """Return the line that installs shuzi, from the course's start page, and the one that runs a lesson."""
    texts = INDEX[language].read_text("utf-8"), read(lesson, language)
    return [next(block.text for block in blocks(text) if block.kind == "sh").rstrip("\n") for text in texts]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.name)
def test_the_lines_mean_the_same_in_every_shell(lesson, language):
    lines = start(lesson, language)
    for line in lines:
        assert "\n" not in line
        assert line.startswith("python ")
        assert not re.search(
            r"['\\$`;&|<>^%!~*?#]", line
        )  # cmd, PowerShell and bash each read these in their own way


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Copy the project to a folder with a Chinese name, beside an environment that has all but shuzi."""
    if not (ROOT / "pyproject.toml").exists():
        pytest.skip("there is no project folder here")
    home = tmp_path_factory.mktemp("用户") / "张三"
    shutil.copytree(ROOT, home / "数 字", ignore=shutil.ignore_patterns(*LEFT))
    subprocess.run([sys.executable, "-m", "venv", home / "环境"], check=True)
    (packages,) = (home / "环境").glob("lib/python3.*/site-packages")
    others = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "others.pth").write_text("\n".join(others), "utf-8")
    return home / "数 字"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the environment's folders have other names")
@pytest.mark.parametrize(("number", "language"), [("01", "zh"), ("02", "en")])
def test_they_work_in_a_folder_with_a_chinese_name(folder, number, language):
    (lesson,) = (each for each in LESSONS if each.name.startswith(number))
    install, run = start(lesson, language)
    surroundings = os.environ | {"PATH": f"{folder.parent / '环境' / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    offline = install.replace("install ", "install --no-index --no-build-isolation ")
    done = subprocess.run(["bash", "-c", f"{offline} && {run}"], cwd=folder, env=surroundings, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    shown = [block for block in blocks(read(lesson, language)) if block.kind == "text"][:-1]  # the solution's is last
    printed = done.stdout.decode().splitlines()
    last = shown[-1].text.splitlines()
    assert not differs("\n".join(printed[-len(last) :]), shown[-1])
