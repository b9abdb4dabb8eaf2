import os
import shutil
import subprocess
import sys
import tarfile
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
        done = subprocess.run(command, cwd=source, capture_output=True, encoding="utf-8")
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
    assert {"shuzi/service/templates/docs.css", "shuzi/training/recipes/softmax.toml"} <= names
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


def test_an_sdist_without_the_page_is_refused(tmp_path):
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "src/shuzi/__init__.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path / "dist"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert done.returncode != 0
    assert "make page" in done.stderr
    assert not list(tmp_path.glob("dist/*.tar.gz"))


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Build a release from the committed files, with a placeholder for the built page."""
    if not (ROOT / ".git").exists():
        pytest.skip("which files are published is known to git")
    source, target = tmp_path_factory.mktemp("source") / "shuzi", tmp_path_factory.mktemp("dist")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, encoding="utf-8").stdout
    for name in filter(lambda name: (ROOT / name).is_file(), listed.splitlines()):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    page = source / "src" / "shuzi" / "service" / "page" / "index.html"
    page.parent.mkdir(exist_ok=True)
    page.write_text("built", "utf-8")
    # `make release` has compiled the sentences before
    (source / "src" / "shuzi" / "messages" / "en" / "LC_MESSAGES" / "shuzi.mo").write_bytes(b"")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "tools")
        import distributions

        yield distributions, distributions.build(source, target)


@pytest.mark.slow
def test_a_release_contains_what_the_documents_promise(published):
    distributions, built = published
    for path in built:
        assert distributions.inspect(path) == []


@pytest.mark.slow
def test_missing_parts_are_noticed(published, tmp_path):
    distributions, (_, wheel) = published
    lacking = tmp_path / wheel.name
    with zipfile.ZipFile(wheel) as whole, zipfile.ZipFile(lacking, "w") as less:
        for name in whole.namelist():
            if not name.endswith(("py.typed", "tiny.onnx")):
                less.writestr(name, whole.read(name))
    found = distributions.inspect(lacking)
    assert found == [f"{wheel.name} lacks shuzi/models/tiny.onnx", f"{wheel.name} lacks shuzi/py.typed"]


@pytest.mark.slow
def test_the_tests_of_an_sdist_pass_in_its_folder(published, tmp_path):
    _, (sdist, _) = published
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    subprocess.run([sys.executable, "hatch_build.py"], cwd=folder, check=True)
    here = os.environ | {"PYTHONPATH": f"{folder / 'src'}{os.pathsep}{os.environ['PYTHONPATH']}"}
    pytest_here = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0"]
    # the core's tests run; all others find what they import, since running them too would take minutes
    some = ["tests/data/test_mnist.py", "tests/tools/test_release.py", "tests/test_messages.py"]
    for given in (some, ["--collect-only", "--assert", "plain", "-m", ""]):
        done = subprocess.run([*pytest_here, *given], cwd=folder, env=here, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-4000:]
