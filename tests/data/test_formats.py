import io
import shutil
import subprocess
import sys
import tracemalloc
import zipfile
import zlib

import h5py
import numpy as np
import pytest

from shuzi.data.dataset import Dataset
from shuzi.data.formats import IDX_IMAGES, IDX_LABELS, load_dataset, save_dataset
from shuzi.data.idx import LARGEST
from shuzi.data.npz import read_npz
from shuzi.errors import DataError, ShuziError

NAMES = ["digits.npz", "digits.h5", "digits.hdf5", "digits"]
FILES = NAMES[:3]


@pytest.fixture
def few(mnist):
    return Dataset(mnist.test.images[:30], mnist.test.labels[:30])


def _problem(path):
    with pytest.raises(ShuziError) as caught:
        load_dataset(path)
    assert path.stem in str(caught.value)
    return caught.value.key


@pytest.mark.parametrize("name", NAMES)
def test_what_is_saved_comes_back(tmp_path, few, name):
    path = tmp_path / "new folder" / name
    save_dataset(path, few)
    again = load_dataset(path, seed=7)
    np.testing.assert_array_equal(again.images, few.images)
    np.testing.assert_array_equal(again.labels, few.labels)
    assert again.seed == 7


@pytest.mark.parametrize("name", NAMES)
def test_saving_again_replaces_what_was_there(tmp_path, few, name):
    save_dataset(tmp_path / name, few)
    save_dataset(tmp_path / name, Dataset(few.images[:2], few.labels[:2]))
    assert len(load_dataset(tmp_path / name)) == 2
    assert len(list(tmp_path.iterdir())) == 1


def test_the_files_can_be_read_without_shuzi(tmp_path, few):
    save_dataset(tmp_path / "a.npz", few)
    save_dataset(tmp_path / "a.h5", few)
    with np.load(tmp_path / "a.npz") as npz, h5py.File(tmp_path / "a.h5") as hdf5:
        for file in (npz, hdf5):
            assert sorted(file) == ["images", "labels"]
            assert (file["images"][:] == few.images).all()


@pytest.mark.parametrize("name", ["digits.csv", "digits.npy", "digits.h5.zip"])
def test_another_ending_is_refused_before_anything_is_written(tmp_path, few, name):
    for act in (lambda path: save_dataset(path, few), load_dataset):
        with pytest.raises(DataError) as caught:
            act(tmp_path / name)
        assert caught.value.key == "error.data.ending"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_there_is_an_error_that_says_so(tmp_path, name):
    assert _problem(tmp_path / name) == "error.data.no_file"


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_cut_off_is_an_error(tmp_path, few, name, share):
    path = tmp_path / name
    save_dataset(path, few)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    assert _problem(path) == "error.data.unreadable"


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_an_error_or_still_sound_but_never_a_crash(tmp_path, few, name):
    path = tmp_path / name
    save_dataset(path, few)
    content, rng, refused = path.read_bytes(), np.random.default_rng(0), 0
    rounds = 60 if name.endswith(".npz") else 15  # each of the others starts a process
    for _ in range(rounds):
        damaged = bytearray(content)
        for place in rng.integers(0, len(content), 5):
            damaged[place] ^= rng.integers(1, 256)
        path.write_bytes(damaged)
        try:
            assert load_dataset(path).images.shape[1:] == (28, 28)
        except ShuziError as problem:
            refused += bool(problem.sentence("zh"))
    assert refused > rounds / 3


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ({"images": np.zeros((2, 28, 28), np.uint8)}, "error.data.no_arrays"),
        ({"x": np.zeros(1), "labels": np.zeros(2, np.uint8)}, "error.data.no_arrays"),
        ({"images": np.zeros((2, 784), np.uint8), "labels": np.zeros(2, np.uint8)}, "error.data.images"),
        ({"images": np.zeros((2, 28, 28), np.uint8), "labels": np.zeros(2)}, "error.data.labels"),
        ({"images": np.zeros((2, 28, 28), np.uint8), "labels": np.full(2, 10, np.uint8)}, "error.data.label"),
    ],
)
@pytest.mark.parametrize("ending", [".npz", ".h5"])
def test_other_arrays_than_images_and_labels_are_refused(tmp_path, content, key, ending):
    path = tmp_path / f"digits{ending}"
    if ending == ".npz":
        np.savez(path, **content)
    else:
        with h5py.File(path, "w") as file:
            for name, values in content.items():
                file[name] = values
    with pytest.raises(DataError) as caught:
        load_dataset(path)
    assert caught.value.key == key


@pytest.mark.parametrize("put", [lambda file: file.create_group("images"), lambda file: file.update(images=3)])
def test_a_group_or_a_single_number_in_hdf5_is_no_array(tmp_path, put):
    path = tmp_path / "digits.h5"
    with h5py.File(path, "w") as file:
        file["labels"] = np.zeros(1, np.uint8)
        put(file)
    assert _problem(path) == "error.data.unreadable"


def test_an_array_alone_under_the_name_of_a_dataset_is_refused(tmp_path):
    with (tmp_path / "digits.npz").open("wb") as file:
        np.save(file, np.zeros(3))
    assert _problem(tmp_path / "digits.npz") == "error.data.unreadable"


def test_pickled_objects_are_never_loaded(tmp_path):
    class Harmful:
        def __reduce__(self):
            return (tmp_path / "harm").touch, ()

    path = tmp_path / "digits.npz"
    np.savez(path, images=np.array([Harmful()], dtype=object), labels=np.zeros(1, np.uint8), allow_pickle=True)
    assert _problem(path) == "error.data.unreadable"
    assert not (tmp_path / "harm").exists()


def test_a_folder_must_hold_both_idx_files(tmp_path, few):
    save_dataset(tmp_path / "digits", few)
    (tmp_path / "digits" / IDX_LABELS).unlink()
    assert _problem(tmp_path / "digits") == "error.data.unreadable"


def test_a_folder_whose_files_do_not_fit_each_other_is_refused(tmp_path, few):
    save_dataset(tmp_path / "one", few)
    save_dataset(tmp_path / "two", Dataset(few.images[:3], few.labels[:3]))
    (tmp_path / "one" / IDX_IMAGES).replace(tmp_path / "two" / IDX_IMAGES)
    with pytest.raises(DataError) as caught:
        load_dataset(tmp_path / "two")
    assert caught.value.key == "error.data.counts"


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


@pytest.mark.parametrize("zeros", [LARGEST + 1, 3 << 30])
def test_a_small_npz_that_would_take_gigabytes_is_refused_before_it_does(tmp_path, zeros):
    path = tmp_path / "digits.npz"
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|u1", "fortran_order": False, "shape": (zeros // 784, 28, 28)}
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open("images.npy", "w", force_zip64=True) as file:
            file.write(header.getvalue())
            for _ in range(64):
                file.write(bytes(1 << 20))
        with archive.open("labels.npy", "w") as file:
            np.save(file, np.zeros(zeros // 784, np.uint8))
    tracemalloc.start()
    try:
        key = _problem(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert key == ("error.data.large" if zeros // 784 * 784 > LARGEST else "error.data.unreadable")
    assert peak < 200 << 20


def test_arrays_that_are_small_one_by_one_must_not_be_large_together(tmp_path):
    np.savez_compressed(tmp_path / "many.npz", **{f"x{place}": np.zeros(1_000, np.uint8) for place in range(4)})
    assert len(read_npz(tmp_path / "many.npz", largest=4_000)) == 4
    with pytest.raises(DataError, match="the limit is 999"):
        read_npz(tmp_path / "many.npz", largest=3_999)


def test_only_what_numpy_itself_writes_is_decompressed(tmp_path, few):
    np.savez(tmp_path / "a.npz", images=few.images, labels=few.labels)
    with (
        zipfile.ZipFile(tmp_path / "a.npz") as source,
        zipfile.ZipFile(tmp_path / "b.npz", "w", zipfile.ZIP_LZMA) as target,
    ):
        for each in source.namelist():
            target.writestr(each, source.read(each))
    assert _problem(tmp_path / "b.npz") == "error.data.unreadable"


def _hdf5(path, **datasets):
    with h5py.File(path, "w") as file:
        for name, value in datasets.items():
            if callable(value):
                value(file)
            else:
                file[name] = value
    return path


LABELS = np.zeros(3, np.uint8)
SHAPE = (3, 28, 28)


def _virtual(file):
    layout = h5py.VirtualLayout(SHAPE, np.uint8)
    layout[:] = h5py.VirtualSource("other.h5", "images", SHAPE)
    file.create_virtual_dataset("images", layout)


ELSEWHERE = {
    "external storage": lambda file: file.create_dataset(
        "images", SHAPE, np.uint8, external=[("secret", 0, 3 * 784)]
    ),
    "external link": h5py.ExternalLink("other.h5", "images"),
    "soft link": h5py.SoftLink("/other"),
    "virtual": _virtual,
}


@pytest.mark.parametrize("images", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_hdf5_does_not_follow_what_points_to_other_files(tmp_path, monkeypatch, images):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret").write_bytes(bytes(3 * 784))
    _hdf5(tmp_path / "other.h5", images=np.zeros(SHAPE, np.uint8))
    path = _hdf5(tmp_path / "digits.h5", labels=LABELS, other=np.zeros(SHAPE, np.uint8), images=images)
    assert _problem(path) == "error.data.elsewhere"


def test_hdf5_that_takes_too_much_memory_is_refused(tmp_path):
    many = (2_000_000, 28, 28)
    path = _hdf5(tmp_path / "a.h5", labels=LABELS, images=lambda file: file.create_dataset("images", many, np.uint8))
    assert path.stat().st_size < 10_000
    assert _problem(path) == "error.data.large"
    # one chunk may hold far more than its place in the array needs
    with h5py.File(tmp_path / "b.h5", "w") as file:
        file["labels"] = LABELS
        images = file.create_dataset("images", SHAPE, np.uint8, chunks=SHAPE, compression="gzip")
        packer = zlib.compressobj(1)
        chunk = b"".join([packer.compress(bytes(1 << 20)) for _ in range(2_000)] + [packer.flush()])
        images.id.write_direct_chunk((0, 0, 0), chunk)
    assert _problem(tmp_path / "b.h5") in ("error.data.memory", "error.data.unreadable")


@pytest.mark.parametrize("name", NAMES)
def test_where_nothing_can_be_written_the_error_says_so(tmp_path, few, name):
    (tmp_path / "file").touch()
    with pytest.raises(DataError) as caught:
        save_dataset(tmp_path / "file" / name, few)
    assert caught.value.key == "error.data.unwritable"
