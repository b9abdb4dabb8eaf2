"""Print the size of each package beside the last commit's: files, lines, docstrings, and numbers set by hand.

    python tools/lines.py
    python tools/lines.py --since HEAD~20

A number set by hand is one in the value of a constant of a module. For the page, only files and lines are counted,
without tests.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import numpy as np

ROOT = Path(__file__).parents[1]
KINDS = "files", "lines", "docstrings", "numbers"


def counts_of(name: str, text: str) -> list[int]:
    """Return a file's counts, in the order of `KINDS`."""
    lines = text.count("\n")
    if not name.endswith(".py"):
        return [1, lines, 0, 0]
    tree = ast.parse(text)
    docstrings = numbers = 0
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and ast.get_docstring(
            node
        ):
            first = node.body[0]
            docstrings += (first.end_lineno or first.lineno) - first.lineno + 1
    for node in tree.body:
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            values = [part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant)]
            numbers += sum(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)
    return [1, lines, docstrings, numbers]


def package_of(name: str) -> str:
    """Return the package of a file: `reading`, or `page` for all of the page."""
    parts = PurePosixPath(name).parts
    return "page" if parts[0] == "web" else parts[2] if len(parts) > 3 else "shuzi"


def is_counted(name: str) -> bool:
    """Tell whether a file is the product's own, not a test or something generated."""
    if name.startswith("web/src/"):
        return name.endswith((".ts", ".tsx")) and ".test." not in name
    return name.startswith("src/shuzi/") and name.endswith(".py")


def count(files: Iterable[tuple[str, str]]) -> dict[str, np.ndarray]:
    """Return the counts of each package, from names of files and their texts."""
    packages: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(len(KINDS), int))
    for name, text in files:
        packages[package_of(name)] += counts_of(name, text)
    return packages


def git(*command: str) -> str:
    """Return what git prints."""
    return subprocess.run(["git", *command], cwd=ROOT, capture_output=True, encoding="utf-8", check=True).stdout


def main() -> None:
    """Count the files here and those of a commit, and print both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--since", default="HEAD", metavar="COMMIT")
    since = parser.parse_args().since
    names = [
        name
        for name in git("ls-files", "--cached", "--others", "--exclude-standard").splitlines()
        if is_counted(name)
    ]
    now = count((name, (ROOT / name).read_text("utf-8")) for name in names if (ROOT / name).is_file())
    earlier = [name for name in git("ls-tree", "-r", "--name-only", since).splitlines() if is_counted(name)]
    then = count((name, git("show", f"{since}:{name}")) for name in earlier)
    print(f"{'':12}" + "".join(f"{kind:>18}" for kind in KINDS))
    python = {name: own for name, own in now.items() if name != "page"}
    rows = sorted(python, key=lambda name: -int(python[name][1]))
    for name, packages in (*((name, [name]) for name in rows), ("in all", rows), ("page", ["page"])):
        own, before = (
            sum(part.get(package, np.zeros(len(KINDS), int)) for package in packages) for part in (now, then)
        )
        cells = (
            f"{value:,}" + (f" ({value - old:+,})" if value != old else "")
            for value, old in zip(own, before, strict=True)
        )
        print(f"{name:12}" + "".join(f"{cell:>18}" for cell in cells))


if __name__ == "__main__":
    main()
