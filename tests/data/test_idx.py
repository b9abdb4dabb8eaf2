import gzip
import hashlib
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from shuzi.data import formats
from shuzi.data.mnist import FILES, PACKAGED
from shuzi.errors import IdxError

CODES = {
    "u1": (0x08, "B"),
    "i1": (0x09, "b"),
    "i2": (0x0B, "h"),
    "i4": (0x0C, "i"),
    "f4": (0x0D, "f"),
    "f8": (0x0E, "d"),
}
HEAD = b"\0\0\x08\x02" + struct.pack(">2I", 2, 3)
SOUND = HEAD + bytes(range(6))

arrays = st.sampled_from(sorted(CODES)).flatmap(
    lambda name: hnp.arrays(name, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)


def _by_hand(array):
    code, letter = CODES[array.dtype.str[1:]]
    head = struct.pack(f">4B{array.ndim}I", 0, 0, code, array.ndim, *array.shape)
    return head + struct.pack(f">{array.size}{letter}", *array.ravel().tolist())


def _write(path, content):
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def _problem(path, **options):
    with pytest.raises(IdxError) as caught:
        formats.read_idx(path, **options)
    assert path.name in caught.value.sentence("en")
    assert path.name in caught.value.sentence("zh")
    return caught.value


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("idx")


@pytest.mark.parametrize("ending", ["", ".gz"])
@given(array=arrays)
def test_what_is_written_by_hand_is_read_and_what_is_written_is_as_by_hand(folder, ending, array):
    path = _write(folder / f"array{ending}", _by_hand(array))
    found = formats.read_idx(path)
    assert found.shape == array.shape
    assert found.dtype == array.dtype
    assert found.dtype.isnative
    assert found.tobytes() == array.tobytes()
    assert formats.read_header(path).shape == array.shape
    formats.write_idx(path, array)
    written = path.read_bytes()
    assert (gzip.decompress(written) if ending else written) == _by_hand(array)
    assert formats.sha256(array) == hashlib.sha256(_by_hand(array)).hexdigest()


def test_an_array_is_written_in_order_however_it_lies_in_memory(tmp_path):
    array = np.arange(24, dtype="<i4").reshape(2, 3, 4)
    for each in (array.T, array[:, ::-2], array.astype(">i4"), np.asfortranarray(array)):
        formats.write_idx(tmp_path / "a", each)
        assert (tmp_path / "a").read_bytes() == _by_hand(np.ascontiguousarray(each, "<i4"))


def test_the_array_that_is_read_can_be_changed(tmp_path):
    formats.read_idx(_write(tmp_path / "a", SOUND))[0, 0] = 9


BAD = {
    "first byte": (b"\1" + SOUND[1:], "error.idx.magic", 0),
    "second byte": (b"\0\7" + SOUND[2:], "error.idx.magic", 1),
    "a picture": (b"\x89PNG\r\n\x1a\n", "error.idx.magic", 0),
    "unknown type": (b"\0\0\x0a" + SOUND[3:], "error.idx.type", 2),
    "65 dimensions": (b"\0\0\x08\x41" + bytes(300), "error.idx.dimensions", 3),
    "empty": (b"", "error.idx.short", 0),
    "short magic": (SOUND[:3], "error.idx.short", 3),
    "short header": (SOUND[:10], "error.idx.short", 10),
    "no body": (HEAD, "error.idx.short", 12),
    "short body": (SOUND[:-1], "error.idx.short", 17),
    "long body": (SOUND + b"\0", "error.idx.long", 18),
}


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_its_name_and_the_byte(tmp_path, name, ending):
    content, key, byte = BAD[name]
    problem = _problem(_write(tmp_path / f"bad file{ending}", content))
    assert problem.key == key
    assert problem.values.get("byte", byte) == byte
    assert str(byte) in str(problem)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.9, 0.999])
def test_a_gzip_file_that_is_cut_off_says_so(tmp_path, share):
    rng = np.random.default_rng(0)
    whole = gzip.compress(_by_hand(rng.integers(0, 256, (40, 50), dtype=np.uint8)))
    path = tmp_path / "cut.gz"
    path.write_bytes(whole[: int(share * len(whole))])
    assert _problem(path).key == ("error.idx.gzip_short" if share else "error.idx.short")


@pytest.mark.parametrize("place", [-8, -4, 40])
def test_a_gzip_file_with_a_wrong_byte_is_refused(tmp_path, place):
    rng = np.random.default_rng(0)
    content = bytearray(gzip.compress(_by_hand(rng.integers(0, 256, (40, 50), dtype=np.uint8))))
    content[place] ^= 0xFF
    path = tmp_path / "wrong.gz"
    path.write_bytes(content)
    assert _problem(path).key == "error.idx.gzip"


def test_names_and_content_must_agree_on_compression(tmp_path):
    plain, packed = tmp_path / "plain.gz", tmp_path / "packed"
    plain.write_bytes(SOUND)
    packed.write_bytes(gzip.compress(SOUND))
    assert _problem(plain).key == "error.idx.gzip"
    assert _problem(packed).key == "error.idx.magic"


def _header_of(*shape):
    return bytes([0, 0, 8, len(shape)]) + struct.pack(f">{len(shape)}I", *shape)


@pytest.mark.parametrize(
    ("name", "content", "options", "key"),
    [
        ("absurd", _header_of(*[2**32 - 1] * 3), {}, "error.idx.large"),
        ("absurd.gz", _header_of(*[2**32 - 1] * 60), {}, "error.idx.large"),
        ("above.gz", _header_of(1001), {"max_bytes": 1000}, "error.idx.large"),
        ("below", _header_of(2**29), {}, "error.idx.short"),
        ("below.gz", _header_of(2**29), {}, "error.idx.cannot_hold"),
        ("bomb.gz", SOUND + bytes(2**28), {}, "error.idx.long"),
        ("larger.gz", _header_of(2**28) + bytes(2**28), {"max_bytes": 2**20}, "error.idx.large"),
    ],
)
def test_sizes_that_lie_are_found_before_memory_is_taken(tmp_path, name, content, options, key):
    path = tmp_path / name
    path.write_bytes(gzip.compress(content, 1) if path.suffix == ".gz" else content)
    tracemalloc.start()
    try:
        problem = _problem(path, **options)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert problem.key == key
    assert peak < 4e6


def test_the_header_alone_finds_a_lie_in_a_plain_file(tmp_path):
    with pytest.raises(IdxError):
        formats.read_header(_write(tmp_path / "a", SOUND[:-1]))


def test_a_file_that_is_not_there_and_a_folder_cannot_be_read(tmp_path):
    assert _problem(tmp_path / "missing.gz").key == "error.data.unreadable"
    assert _problem(tmp_path / "missing").key == "error.data.unreadable"
    assert _problem(tmp_path).key == "error.data.unreadable"


@pytest.mark.parametrize("dtype", ["i8", "u2", "?", "c8", "f2", "U3", "O", "M8[s]"])
def test_types_that_idx_has_no_code_for_are_not_written(tmp_path, dtype):
    path = tmp_path / "a"
    with pytest.raises(IdxError) as caught:
        formats.write_idx(path, np.zeros(3, dtype))
    assert caught.value.key == "error.idx.type_to_write"
    assert not path.exists()


def test_a_dimension_of_two_to_the_32_is_not_written(tmp_path):
    with pytest.raises(IdxError) as caught:
        formats.write_idx(tmp_path / "a", np.broadcast_to(np.uint8(0), (2**32,)))
    assert caught.value.key == "error.idx.shape_to_write"


def test_the_same_array_gives_the_same_compressed_bytes_under_any_name(tmp_path):
    for name in ("one.gz", "two.gz"):
        formats.write_idx(tmp_path / name, np.arange(9, dtype=np.int16))
    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "two.gz").read_bytes()


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_a_disk_that_fills_up_in_the_middle_leaves_the_old_file(tmp_path, ending):
    resource = pytest.importorskip("resource")
    path = _write(tmp_path / f"a{ending}", SOUND)
    noise = np.random.default_rng(0).integers(0, 256, 10_000, dtype=np.uint8)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, before[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            formats.write_idx(path, noise)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert formats.read_idx(path).tolist() == [[0, 1, 2], [3, 4, 5]]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_hashes_of_mnist_are_those_of_the_uncompressed_files(file):
    with gzip.open(PACKAGED / f"{file.name}.gz") as stream:
        content = stream.read()
    assert len(content) == file.bytes
    assert hashlib.sha256(content).hexdigest() == file.sha256


@pytest.mark.parametrize("shape", [(0, 2**32 - 1, 2**32 - 1, 2**32 - 1), (2**32 - 1, 0, 2**32 - 1)])
def test_absurd_dimensions_are_refused_although_a_zero_among_them_makes_the_body_empty(tmp_path, shape):
    path = tmp_path / "absurd-idx"
    path.write_bytes(bytes([0, 0, 8, len(shape)]) + struct.pack(f">{len(shape)}I", *shape))
    with pytest.raises(IdxError, match=r"absurd-idx.*byte 4"):
        formats.read_idx(path)
