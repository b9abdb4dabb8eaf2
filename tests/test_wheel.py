import subprocess
import sys
import zipfile
from pathlib import Path

from shuzi.models.store import shipped

ROOT = Path(__file__).parent.parent


def test_a_wheel_carries_the_models_mnist_and_both_languages(tmp_path):
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        for name, path in shipped().items():
            assert archive.read(f"shuzi/models/{name}.onnx") == path.read_bytes()
    assert "shuzi/data/files/train-images-idx3-ubyte.gz" in names
    assert {f"shuzi/messages/{code}/LC_MESSAGES/shuzi.mo" for code in ("zh", "en")} <= names
    assert not [name for name in names if name.endswith(".po")]
