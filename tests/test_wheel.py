import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from shuzi.models.store import shipped

ROOT = Path(__file__).parent.parent


@pytest.fixture
def build(tmp_path):
    """Build a wheel from a folder and open it."""

    def run(source, name):
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / name]
        done = subprocess.run(command, cwd=source, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        (wheel,) = (tmp_path / name).glob("*.whl")
        return zipfile.ZipFile(wheel)

    return run


def test_a_wheel_carries_the_models_mnist_and_both_languages(build):
    with build(ROOT, "wheel") as archive:
        names = set(archive.namelist())
        for name, path in shipped().items():
            assert archive.read(f"shuzi/models/{name}.onnx") == path.read_bytes()
    assert "shuzi/data/files/train-images-idx3-ubyte.gz" in names
    assert {f"shuzi/messages/{code}/LC_MESSAGES/shuzi.mo" for code in ("zh", "en")} <= names
    assert "shuzi/service/api/docs.css" in names
    assert not [name for name in names if name.endswith(".po")]


def test_a_wheel_carries_the_page_once_it_is_built_and_does_without(build, tmp_path):
    source = tmp_path / "source"
    large = shutil.ignore_patterns("*.onnx", "*-ubyte.gz", "page", "__pycache__")
    shutil.copytree(ROOT / "src", source / "src", ignore=large)
    for name in ("pyproject.toml", "hatch_build.py", ".gitignore", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    page = {"shuzi/service/page/index.html", "shuzi/service/page/assets/index-abc.js"}
    with build(source, "without") as archive:
        assert not page & set(archive.namelist())
    for name in page:
        (source / "src" / name).parent.mkdir(parents=True, exist_ok=True)
        (source / "src" / name).write_text("built", "utf-8")
    with build(source, "with") as archive:
        assert page <= set(archive.namelist())
