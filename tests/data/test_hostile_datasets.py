"""Files that run code, follow links or fill the memory are refused."""

import io
import tracemalloc
import zipfile
import zlib

import h5py
import numpy as np
import pytest

from shuzi.data.idx import LARGEST
from shuzi.data.npz import read_npz
from shuzi.errors import DataError


def test_pickled_objects_are_never_loaded(tmp_path, problem_of):
    class Harmful:
        def __reduce__(self):
            return (tmp_path / "harm").touch, ()

    path = tmp_path / "digits.npz"
    np.savez(path, images=np.array([Harmful()], dtype=object), labels=np.zeros(1, np.uint8), allow_pickle=True)
    assert problem_of(path) == "error.data.unreadable"
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize("zeros", [LARGEST + 1, 3 << 30])
def test_a_small_npz_that_would_take_gigabytes_is_refused_before_it_does(tmp_path, zeros, problem_of):
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
        key = problem_of(path)
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


def test_only_what_numpy_itself_writes_is_decompressed(tmp_path, few, problem_of):
    np.savez(tmp_path / "a.npz", images=few.images, labels=few.labels)
    with (
        zipfile.ZipFile(tmp_path / "a.npz") as source,
        zipfile.ZipFile(tmp_path / "b.npz", "w", zipfile.ZIP_LZMA) as target,
    ):
        for each in source.namelist():
            target.writestr(each, source.read(each))
    assert problem_of(tmp_path / "b.npz") == "error.data.unreadable"


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
def test_hdf5_does_not_follow_what_points_to_other_files(tmp_path, monkeypatch, images, problem_of):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret").write_bytes(bytes(3 * 784))
    _hdf5(tmp_path / "other.h5", images=np.zeros(SHAPE, np.uint8))
    path = _hdf5(tmp_path / "digits.h5", labels=LABELS, other=np.zeros(SHAPE, np.uint8), images=images)
    assert problem_of(path) == "error.data.elsewhere"


def test_hdf5_that_takes_too_much_memory_is_refused(tmp_path, problem_of):
    many = (2_000_000, 28, 28)
    path = _hdf5(tmp_path / "a.h5", labels=LABELS, images=lambda file: file.create_dataset("images", many, np.uint8))
    assert path.stat().st_size < 10_000
    assert problem_of(path) == "error.data.large"
    # one chunk may hold far more than its place in the array needs
    with h5py.File(tmp_path / "b.h5", "w") as file:
        file["labels"] = LABELS
        images = file.create_dataset("images", SHAPE, np.uint8, chunks=SHAPE, compression="gzip")
        packer = zlib.compressobj(1)
        chunk = b"".join([packer.compress(bytes(1 << 20)) for _ in range(2_000)] + [packer.flush()])
        images.id.write_direct_chunk((0, 0, 0), chunk)
    assert problem_of(tmp_path / "b.h5") in ("error.data.memory", "error.data.unreadable")
