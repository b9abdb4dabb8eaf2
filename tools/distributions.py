"""A source tree becomes an sdist, and the sdist a wheel; either can be checked for problems."""

from __future__ import annotations

import email.parser
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from email.message import Message
from pathlib import Path

LANGUAGES, MODELS = ("zh", "en"), ("default", "detector", "line", "line-detector", "tiny", "softmax")
MNIST = tuple(
    f"shuzi/data/files/{part}-ubyte.gz"
    for part in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
)
IN_WHEEL = (
    *MNIST,
    *(f"shuzi/models/{name}.onnx" for name in MODELS),
    *(f"shuzi/messages/{code}/LC_MESSAGES/shuzi.mo" for code in LANGUAGES),
    "shuzi/messages/zh/LC_MESSAGES/click.mo",
    "shuzi/data/files/LICENSE.md",
    "shuzi/py.typed",
    "shuzi/service/page/index.html",
)
IN_SDIST = (
    *(f"src/{name}" for name in IN_WHEEL if not name.endswith(".mo")),
    *(f"src/shuzi/messages/{code}/LC_MESSAGES/shuzi.po" for code in LANGUAGES),
    *(
        f"{name}{ending}"
        for name in ("README", "CHANGELOG", "ARCHITECTURE", "SECURITY")
        for ending in (".md", ".zh.md")
    ),
    "LICENSE",
    "CITATION.cff",
    "Makefile",
    "Dockerfile",
    "mkdocs.yml",
    "hatch_build.py",
    "requirements/dev.txt",
    "course/01-line/lesson.py",
    "docs/how-to/serving.md",
    "docs/pictures/reading.png",
    "examples/cnn.py",
    "tests/conftest.py",
    "web/package-lock.json",
)
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
LICENCES = ("LICENSE", "src/shuzi/data/files/LICENSE.md", "src/shuzi/models/LICENSE.md")
PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]


def build(root: Path, target: Path) -> tuple[Path, Path]:
    """Build an sdist from a folder and a wheel from the sdist, which proves that the sdist is complete.

    Returns
    -------
    The sdist and the wheel.
    """
    _hatchling(root, "sdist", target)
    (sdist,) = target.glob("*.tar.gz")
    with tempfile.TemporaryDirectory() as name:
        with tarfile.open(sdist) as archive:
            archive.extractall(name, filter="data")
        (unpacked,) = Path(name).iterdir()
        _hatchling(unpacked, "wheel", target)
    (wheel,) = target.glob("*.whl")
    return sdist, wheel


def _hatchling(folder: Path, kind: str, target: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(target.resolve())]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def inspect(path: Path) -> list[str]:
    """Return what a built sdist or wheel lacks that the documentation promises; [] if it is complete."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            names = set(wheel.namelist())
            (metadata,) = (wheel.read(name) for name in names if name.endswith(".dist-info/METADATA"))
        wanted = IN_WHEEL
        unwanted = [name for name in names if name.endswith((".po", ".pyc")) or name.startswith("tests/")]
    else:
        with tarfile.open(path) as sdist:
            inside = {member.name.partition("/")[2]: member for member in sdist.getmembers()}
            told = sdist.extractfile(inside["PKG-INFO"])
            metadata = told.read() if told else b""
        names, wanted = set(inside), IN_SDIST
        unwanted = [name for name in names if name.endswith((".mo", ".pyc")) or "node_modules" in name]
    problems = [f"{path.name} lacks {name}" for name in wanted if name not in names]
    problems += [f"{path.name} holds {name}" for name in unwanted]
    return problems + [
        f"{path.name}: {each}" for each in _told_wrong(email.parser.BytesParser().parsebytes(metadata))
    ]


def _told_wrong(metadata: Message) -> list[str]:
    """Return what is missing from the metadata."""
    problems = []
    if metadata["Author"] != "shuzi contributors":
        problems.append(f"the authors are {metadata['Author']}")
    if metadata["License-Expression"] != "Apache-2.0 AND CC-BY-SA-3.0 AND CC-BY-4.0":
        problems.append(f"the licence is {metadata['License-Expression']}")
    if set(metadata.get_all("License-File", [])) != set(LICENCES):
        problems.append("a file with a licence is not named")
    declared = set(metadata.get_all("Classifier", []))
    wanted = {f"Programming Language :: Python :: {version}" for version in PYTHONS} | {"Typing :: Typed"}
    problems += [f"there is no classifier {each}" for each in sorted(wanted - declared)]
    if set(metadata.get_all("Provides-Extra", [])) != set(PROJECT["optional-dependencies"]):
        problems.append(f"the extras are {metadata.get_all('Provides-Extra', [])}")
    return problems
