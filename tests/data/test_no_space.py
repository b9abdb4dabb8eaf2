"""Where a dataset cannot be written, the error says so and nothing is left."""

import shutil
import subprocess
import sys

import pytest

from shuzi.data.formats import save_dataset
from shuzi.errors import DataError

NAMES = ["digits.npz", "digits"]
FULL = """
import resource, sys
import numpy as np
from shuzi.data.dataset import Dataset
from shuzi.data.formats import save_dataset
from shuzi.errors import DataError
images = np.random.default_rng(0).integers(0, 256, (1_000, 28, 28), np.uint8)
dataset = Dataset(images, np.zeros(1_000, np.uint8))
if sys.argv[2] == "limited":
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    save_dataset(sys.argv[1], dataset)
except DataError as problem:
    print(problem.key)
"""


def _saved_where_it_does_not_fit(path, how):
    return subprocess.run(
        [sys.executable, "-P", "-c", FULL, str(path), how], capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit")
@pytest.mark.parametrize("name", NAMES)
def test_where_it_does_not_fit_the_error_says_so_and_nothing_is_left(tmp_path, name):
    ended = _saved_where_it_does_not_fit(tmp_path / "place" / name, "limited")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "error.data.unwritable\n", "")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.fixture
def full_disk(tmp_path):
    """Mount a disk of 256 kB, if this machine allows it."""
    place = tmp_path / "disk"
    place.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if not mount or not umount:
        pytest.skip("there is no mount")
    mounted = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=256k", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"nothing can be mounted: {mounted.stderr.decode().strip()}")
    yield place
    subprocess.run([umount, place], check=True)


@pytest.mark.parametrize("name", NAMES)
def test_on_a_full_disk_the_error_says_so_and_nothing_is_left(full_disk, name):
    ended = _saved_where_it_does_not_fit(full_disk / name, "")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "error.data.unwritable\n", "")
    assert not [path for path in full_disk.rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", NAMES)
def test_where_nothing_can_be_written_the_error_says_so(tmp_path, few, name):
    (tmp_path / "file").touch()
    with pytest.raises(DataError) as caught:
        save_dataset(tmp_path / "file" / name, few)
    assert caught.value.key == "error.data.unwritable"
