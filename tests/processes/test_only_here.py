"""Only `shuzi.processes` starts processes: one place that keeps Ctrl-C from them and leaves none behind."""

import ast
from pathlib import Path

import pytest

import shuzi

SOURCE = Path(shuzi.__file__).parent
MODULES = {"subprocess", "multiprocessing", "pty", "popen2", "loky", "joblib", "_posixsubprocess", "_winapi"}
NAMES = {
    "ProcessPoolExecutor",
    "create_subprocess_exec",
    "create_subprocess_shell",
    "subprocess_exec",
    "subprocess_shell",
}
OF_OS = ("fork", "forkpty", "posix_spawn", "spawn", "exec", "popen", "system", "startfile")


def starters(text):
    """Name what in a module's text could start a process."""
    found = []
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Import(names=names):
                found += [each.name for each in names if MODULES & set(each.name.split("."))]
            case ast.ImportFrom(module=str(module), names=names):
                found += [module] if MODULES & set(module.split(".")) else []
                found += [each.name for each in names if each.name in NAMES | MODULES]
            case ast.Attribute(value=ast.Name(id="os"), attr=name) if name.startswith(OF_OS):
                found.append(name)
            case ast.Attribute(attr=name) if name in NAMES:
                found.append(name)
    return found


def test_no_other_package_starts_a_process():
    others = [each for each in SOURCE.rglob("*.py") if "processes" not in each.relative_to(SOURCE).parts]
    assert len(others) > 100
    assert {str(each): found for each in others if (found := starters(each.read_text(encoding="utf-8")))} == {}


@pytest.mark.parametrize(
    "text",
    [
        "import subprocess",
        "from asyncio.subprocess import PIPE",
        "import multiprocessing.pool as p",
        "from concurrent.futures import ProcessPoolExecutor",
        "import concurrent.futures\nconcurrent.futures.ProcessPoolExecutor(2)",
        "import os\nos.posix_spawn('a', [], {})",
        "import asyncio\nasyncio.create_subprocess_exec('a')",
    ],
)
def test_each_way_to_start_one_is_noticed(text):
    assert starters(text)
