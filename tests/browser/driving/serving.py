"""Builds the page and runs `shuzi serve` in its own process."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[3]
WEB = ROOT / "web"
PACKAGE = ROOT / "src" / "shuzi"


class NotReadyError(Exception):
    """A prerequisite of the tests is missing; the message says what to do."""


def build_page() -> None:
    """Build the page if it is missing or older than one of its sources.

    Raises
    ------
    NotReadyError
        npm is missing or fails.
    """
    from shuzi.service.page import PAGE

    _build("build", PAGE / "index.html")


def build_standalone() -> Path:
    """Build the editions without a service in the same way; return the folder of all of them.

    Raises
    ------
    NotReadyError
        npm is missing or fails.
    """
    folder = ROOT / "build" / "standalone"
    _build("build:standalone", folder / "shuzi-full.html")
    return folder


def build_node() -> Path:
    """Build the page's reading for Node in the same way; return the program.

    Raises
    ------
    NotReadyError
        npm is missing or fails.
    """
    program = ROOT / "build" / "node" / "read.mjs"
    _build("build:node", program)
    return program


def build_npm() -> Path:
    """Build and pack the npm package in the same way; return the packed file.

    Raises
    ------
    NotReadyError
        npm is missing or fails.
    """
    folder = ROOT / "build" / "npm"
    _build("build:npm", folder / "types" / "package" / "index.d.ts")
    (packed,) = folder.glob("shuzi-*.tgz")
    return packed


def _build(script: str, last: Path) -> None:
    """Run a script of the page's package, unless the last file that it writes is newer than all it is made from."""
    sources = [each for each in WEB.rglob("*") if each.is_file() and "node_modules" not in each.parts]
    made_from = [*sources, *PACKAGE.glob("models/*.onnx"), *PACKAGE.glob("messages/*/LC_MESSAGES/*.po")]
    made_from += PACKAGE.glob("forms/ready/*.toml")
    if last.exists() and all(each.stat().st_mtime <= last.stat().st_mtime for each in made_from):
        return
    if not sources:
        raise NotReadyError(f"The page is not built, and its sources are not at {WEB}. Run this in a checkout.")
    install_packages()
    _npm("run", script)


def install_packages() -> None:
    """Install the page's locked npm packages, if not done yet.

    Raises
    ------
    NotReadyError
        npm is missing or fails.
    """
    lock, installed = WEB / "package-lock.json", WEB / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        _npm("ci")


def _npm(*arguments: str) -> None:
    beside_python = str(Path(sys.executable).parent)
    path = os.pathsep.join([beside_python, os.environ.get("PATH", "")])
    npm = shutil.which("npm", path=path)
    if npm is None:
        raise NotReadyError(
            "The page must be built, and there is no npm. Install Node 20 or newer, or run `make page`."
        )
    done = subprocess.run(
        [npm, *arguments], cwd=WEB, env=os.environ | {"PATH": path}, capture_output=True, encoding="utf-8"
    )
    if done.returncode:
        raise NotReadyError(f"`npm {' '.join(arguments)}` failed in {WEB}:\n{done.stdout}{done.stderr}")


@contextmanager
def serving(*arguments: str) -> Iterator[str]:
    """Run `shuzi serve` on a free port and yield its address, such as "http://127.0.0.1:40001/"."""
    surroundings = os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", "SHUZI_LANG": "en"}
    command = [sys.executable, "-m", "shuzi", "serve", "--port", "0", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8", env=surroundings)
    assert process.stdout is not None
    try:
        said = process.stdout.readline()
        found = re.search(r"http://\S+/", said)
        if found is None:
            raise NotReadyError(f"`shuzi serve` ended before it was ready: {said or 'it said nothing'}")
        yield found[0]
    finally:
        process.terminate()
        process.communicate()
