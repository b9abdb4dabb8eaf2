"""What is read is decided without a cluster: listing, dividing, comparing."""

import io
import json
import os
import tarfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from shuzi.errors import DataError, PictureError
from shuzi.messages import speaking
from shuzi.scale.location import PARQUET, PICTURES, WEBDATASET, Location, find
from shuzi.scale.read_shards import row_of
from shuzi.scale.shards import MANIFEST, SHARDS, Order, Pending, described, pictures_of, prepare, shards_of


@pytest.fixture
def tree(tmp_path):
    for name in (
        "b.png",
        "a.PNG",
        "deep/c.jpg",
        "deep/er/d.png",
        ".hidden.png",
        ".git/e.png",
        "a.explained.png",
        "f.txt",
    ):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return tmp_path / "in"


def names(given, apart=None):
    return [name for name, _ in find(str(given), apart).files]


def prepared(*order, models="m"):
    found = prepare(Order(*map(str, order[:2]), *order[2:]), models, "en")
    if isinstance(found, DataError):
        raise found
    return found


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("", ["a.PNG", "b.png", "deep/c.jpg", "deep/er/d.png"]),
        ("/*.png", ["b.png"]),
        ("/**/*.png", ["b.png", "deep/er/d.png"]),
        ("/deep/*", ["deep/c.jpg"]),
        ("/**/[cd].*", ["deep/c.jpg", "deep/er/d.png"]),
        ("/[!b].???", ["a.PNG"]),
    ],
)
def test_a_folder_or_a_glob_is_these_files(tree, pattern, expected):
    found = find(f"{tree}{pattern}")
    assert found.kind == PICTURES
    below = os.path.relpath(found.folder.path, tree)
    assert [os.path.normpath(f"{below}/{name}") for name, _ in found.files] == expected


def test_a_file_whose_name_looks_like_a_glob_is_that_file(tree):
    (tree / "scan[1].png").write_bytes(b"x")
    assert names(tree / "scan[1].png") == ["scan[1].png"]


def test_an_output_within_the_input_is_not_read(tree):
    (tree / "out").mkdir()
    (tree / "out" / "part-00000000.parquet").touch()
    with pytest.raises(DataError, match="several kinds"):
        names(tree)
    assert len(names(tree, Location.of(str(tree / "out")))) == 4


def test_a_link_to_a_folder_above_ends(tree):
    (tree / "deep" / "up").symlink_to(tree)
    assert len(names(tree)) == 4


def test_pictures_are_divided_evenly_and_rows_in_whole_groups(tree, tmp_path):
    shards = [shard["files"] for shard, _ in shards_of(find(str(tree)), 3, None)]
    assert shards == [["a.PNG", "b.png", "deep/c.jpg"], ["deep/er/d.png"]]
    table = pa.table({"png": [b"x"] * 25, "label": range(25)})
    pq.write_table(table, tmp_path / "x.parquet", row_group_size=4)  # six of 4 and one of 1
    given = find(str(tmp_path / "x.parquet"))
    assert given.kind == PARQUET
    found = list(shards_of(given, 10, None))
    assert [(shard["first"], count) for shard, count in found] == [(0, 12), (12, 12), (24, 1)]
    read = [name for shard, _ in found for name, _ in pictures_of(PARQUET, given.folder, shard, None)]
    assert read == [f"{tmp_path}/x.parquet#{number}" for number in range(25)]


def test_the_column_of_pictures_is_found_or_must_be_named(tmp_path):
    pq.write_table(pa.table({"a": [b"x"], "b": [b"y"], "c": ["z"]}), tmp_path / "x.parquet")
    given = find(str(tmp_path / "x.parquet"))
    with pytest.raises(DataError, match=r"Name it with --column\. Binary columns: a, b"):
        list(shards_of(given, 10, None))
    with pytest.raises(DataError, match='no binary column "c"'):
        list(shards_of(given, 10, "c"))
    ((shard, _),) = shards_of(given, 10, "b")
    assert [content for _, content in pictures_of(PARQUET, given.folder, shard, "b")] == [b"y"]


def test_what_is_damaged_is_an_error_in_place_of_the_rest(tmp_path):
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as archive:
        for number in range(3):
            member = tarfile.TarInfo(f"{number}.png")
            member.size = 20_000
            archive.addfile(member, io.BytesIO(bytes(20_000)))
    (tmp_path / "x.tar").write_bytes(whole.getvalue()[:45_000])
    given = find(str(tmp_path / "x.tar"))
    assert given.kind == WEBDATASET
    *rest, (name, last) = pictures_of(WEBDATASET, given.folder, {"file": "x.tar"}, None)
    assert [name for name, _ in rest] == [f"{tmp_path}/x.tar/0.png", f"{tmp_path}/x.tar/1.png"]
    assert name == f"{tmp_path}/x.tar"
    assert isinstance(last, DataError)
    (tmp_path / "y.parquet").write_bytes(b"PAR1 no parquet")
    with pytest.raises(DataError, match=r"Cannot read .*y\.parquet"):
        list(shards_of(find(str(tmp_path / "y.parquet")), 10, None))


def test_a_manifest_is_made_once_and_compared_later(tree, tmp_path):
    out = tmp_path / "out"
    manifest, _ = prepared(tree, out, 3)
    assert (manifest.shards, manifest.pictures, manifest.kind) == (2, 4, PICTURES)
    pending = Pending(Location.of(str(out)))
    assert [described(Location.of(str(out)), row["start"], row["length"]) for row in pending.as_rows()] == [
        {"files": ["a.PNG", "b.png", "deep/c.jpg"]},
        {"files": ["deep/er/d.png"]},
    ]
    before = (out / MANIFEST).stat().st_ino
    (out / "part-00000000.parquet").touch()
    assert prepared(tree, out, 3)[0] == manifest
    assert (out / MANIFEST).stat().st_ino == before
    assert list(Pending(Location.of(str(out))).numbers) == [1]
    (tree / "b.png").write_bytes(b"larger")
    with pytest.raises(DataError, match="have changed"):
        prepared(tree, out, 3)


def test_a_run_that_died_before_its_manifest_begins_anew(tree, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / SHARDS).write_text("{}", "utf-8")
    assert prepared(tree, out)[0].shards == 1


def test_a_manifest_of_another_time_or_that_is_damaged_is_told(tree, tmp_path):
    out = tmp_path / "out"
    prepared(tree, out)
    told = json.loads((out / MANIFEST).read_text("utf-8"))
    (out / MANIFEST).write_text(json.dumps(told | {"format": 9}), "utf-8")
    with pytest.raises(DataError, match="format 9"):
        prepared(tree, out)
    (out / MANIFEST).write_text("{", "utf-8")
    with pytest.raises(DataError, match="is damaged"):
        prepared(tree, out)


def test_an_output_that_is_a_file_is_told(tree):
    with pytest.raises(DataError, match="is a file"):
        prepared(tree, tree / "f.txt")


@pytest.mark.parametrize("address", ["nonsense://me:secret@there/x", "s3://me:secret@/x?secret_key=secret"])
def test_an_address_that_cannot_be_used_is_told_without_its_secrets(address):
    with pytest.raises(DataError) as told:
        Location.of(address)
    assert "is not a usable address" in str(told.value)
    assert "secret" not in str(told.value).partition(":")[0]


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_name_that_is_no_text_is_read_and_shown(tmp_path):
    path = tmp_path / os.fsdecode(b"\xff.png")
    Image.new("L", (9, 9)).save(path)
    manifest, folder = prepared(tmp_path, tmp_path / "out")
    (row,) = Pending(Location.of(str(tmp_path / "out"))).as_rows()
    shard = described(Location.of(str(tmp_path / "out")), row["start"], row["length"])
    ((name, picture),) = pictures_of(manifest.kind, folder, shard, None)
    assert picture == path
    assert row_of(name, PictureError("error.picture.blank"))["source"] == f"{tmp_path}/\\udcff.png"


def test_errors_in_rows_are_in_the_language_of_the_order():
    with speaking("zh"):
        row = row_of("a.png", PictureError("error.picture.empty", path="where it was"))
    assert "a.png" in row["error"]
    assert "where it was" not in row["error"]
    assert row["error"] != row_of("a.png", PictureError("error.picture.empty", path="a.png"))["error"]
