"""Checks for platforms that cannot be run here: other systems, Python versions and languages.

    python tools/platforms.py                    # all of them
    python tools/platforms.py resolve types      # some

resolve    every locked package has a wheel for each Python and system listed in README
types      mypy passes for Windows and macOS
encoding   no file is opened in the machine's default encoding
locale     the tests of text and files where the encoding is GB18030, not UTF-8
debian     the core's tests on Debian's own Python, where there is no TensorFlow
tests      the core's tests on this Python
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
SYSTEMS = ("x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "aarch64-apple-darwin", "x86_64-pc-windows-msvc")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
WITHOUT_TENSORFLOW = ("3.14",)
_NOT_SLOW = "not slow and not long and not browser"  # heavy ones are run
MACOS = "14.0"  # the oldest version that ONNX Runtime is built for
TEXT = (
    "tests/pictures",
    "tests/data",
    "tests/models",
    "tests/cli/test_read_command.py",
    "tests/cli/test_data_command.py",
    "tests/cli/test_localized.py",
    "tests/test_atomic.py",
    "tests/test_errors.py",
    "tests/test_messages.py",
)
CORE = (*TEXT, "tests/ink", "tests/reading", "tests/cases", "tests/examples", "tests/test_concepts.py")


def resolve() -> None:
    """Ask the index for wheels of the locked versions."""
    for python, system in itertools.product(PYTHONS, SYSTEMS):
        extras = ["serve", "pictures", "scale"] + ([] if python in WITHOUT_TENSORFLOW else ["train"])
        chosen = [part for extra in extras for part in ("--extra", extra)]
        settings = ["--python-version", python, "--python-platform", system, "--only-binary", ":all:"]
        lock = ["-c", "requirements/dev.txt", "--no-header", "--quiet", "--output-file", os.devnull]
        compiled = [_beside("uv"), "pip", "compile", "pyproject.toml", *chosen, *settings, *lock]
        _run(compiled, os.environ | {"MACOSX_DEPLOYMENT_TARGET": MACOS})
        print(f"wheels for Python {python} on {system}: {', '.join(['core', *extras])}", flush=True)


def types() -> None:
    """Check types for other operating systems, in parallel: mypy keeps one core busy."""
    mypy = [sys.executable, "-m", "mypy", "--platform"]
    commands = [[*mypy, system, "--cache-dir", f".mypy_cache/{system}"] for system in ("win32", "darwin")]
    running = [subprocess.Popen(command, cwd=ROOT) for command in commands]
    for command, status in zip(commands, [each.wait() for each in running], strict=True):
        _judge(command, status)


def encoding() -> None:
    """Make it an error if shuzi opens text without an explicit encoding; libraries are exempt."""
    only_ours = "error\nignore::EncodingWarning\nerror::EncodingWarning:shuzi"
    # processes started by tests inherit it, and OpenCV opens one of its own files without it
    strict = {"PYTHONWARNDEFAULTENCODING": "1", "PYTHONWARNINGS": "ignore::EncodingWarning:cv2.load_config_py3"}
    _tests(TEXT, os.environ | strict, options=("-o", f"filterwarnings={only_ours}"))


def locale() -> None:
    """Run the tests of text with the encoding GB18030, as on many Chinese machines; they expect English."""
    with tempfile.TemporaryDirectory() as name:
        _run(["localedef", "-i", "en_US", "-f", "GB18030", f"{name}/en_US.GB18030"])
        chinese = {"LOCPATH": name, "LC_ALL": "en_US.GB18030", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        _tests(TEXT, os.environ | chinese)


def debian() -> None:
    """Run the core's tests on /usr/bin/python3, with the core's lock file only."""
    with tempfile.TemporaryDirectory() as name:
        _run(["/usr/bin/python3", "-m", "venv", name])
        python = f"{name}/bin/python"
        pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        _run([*pip, "--require-hashes", "--only-binary", ":all:", "-r", "requirements/core.txt"])
        _run([*pip, "--no-deps", "--no-build-isolation", "-e", "."])
        _tests(CORE, os.environ, python)


def tests() -> None:
    """Run the core's tests on this Python."""
    _tests(CORE, os.environ)


def _tests(
    paths: tuple[str, ...],
    surroundings: Mapping[str, str],
    python: str = sys.executable,
    options: tuple[str, ...] = (),
) -> None:
    workers = ("-n", "auto", "--maxprocesses", "4", "--dist", "loadfile")
    _run([python, "-m", "pytest", "-q", "-m", _NOT_SLOW, *workers, *options, *paths], surroundings)


def _beside(name: str) -> str:
    """Return a program from this Python's folder."""
    return shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}") or name


def _run(command: list[str], surroundings: Mapping[str, str] = os.environ) -> None:
    _judge(command, subprocess.run(command, cwd=ROOT, env=dict(surroundings)).returncode)


def _judge(command: list[str], status: int) -> None:
    if status:
        sys.exit(f"failed · 失败: {' '.join(command)}")


CHECKS = {each.__name__: each for each in (resolve, types, encoding, locale, debian, tests)}


def main() -> None:
    """Run the named checks, or all but the last."""
    chosen = sys.argv[1:] or [name for name in CHECKS if name != "tests"]
    if unknown := set(chosen) - set(CHECKS):
        sys.exit(f"{', '.join(sorted(unknown))}: there is {', '.join(CHECKS)}")
    for name in chosen:
        CHECKS[name]()


if __name__ == "__main__":
    main()
