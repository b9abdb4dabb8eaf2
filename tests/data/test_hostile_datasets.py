"""Files that run code or fill the memory are refused."""

import io
import tracemalloc
import zipfile

import numpy as np
import pytest

from shuzi.data.formats import MAX_BYTES, read_npz
from shuzi.errors import DataError


def test_pickled_objects_are_never_loaded(tmp_path, problem_of):
    class Harmful:
        def __reduce__(self):
            return (tmp_path / "harm").touch, ()

    path = tmp_path / "digits.npz"
    np.savez(path, images=np.array([Harmful()], dtype=object), labels=np.zeros(1, np.uint8), allow_pickle=True)
    assert problem_of(path) == "error.data.unreadable"
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize("zeros", [MAX_BYTES + 1, 3 << 30])
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
    assert key == ("error.data.large" if zeros // 784 * 784 > MAX_BYTES else "error.data.unreadable")
    assert peak < 200 << 20


def test_arrays_that_are_small_one_by_one_must_not_be_large_together(tmp_path):
    np.savez_compressed(tmp_path / "many.npz", **{f"x{place}": np.zeros(1_000, np.uint8) for place in range(4)})
    assert len(read_npz(tmp_path / "many.npz", max_bytes=4_000)) == 4
    with pytest.raises(DataError, match="the limit is 999"):
        read_npz(tmp_path / "many.npz", max_bytes=3_999)


def test_only_what_numpy_itself_writes_is_decompressed(tmp_path, few, problem_of):
    np.savez(tmp_path / "a.npz", images=few.images, labels=few.labels)
    with (
        zipfile.ZipFile(tmp_path / "a.npz") as source,
        zipfile.ZipFile(tmp_path / "b.npz", "w", zipfile.ZIP_LZMA) as target,
    ):
        for each in source.namelist():
            target.writestr(each, source.read(each))
    assert problem_of(tmp_path / "b.npz") == "error.data.unreadable"
