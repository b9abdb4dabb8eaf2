import fcntl
import io
import json
import tarfile
from random import Random

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

import shuzi
from other_readers import DEADLY, CrashingReader, WaitingReader
from shuzi.errors import ClusterError, DataError, ShuziError
from shuzi.scale.location import Location
from shuzi.scale.read_shards import read, row_of
from shuzi.scale.shards import MANIFEST, Order

pytestmark = [pytest.mark.slow, pytest.mark.cluster]


@pytest.fixture(scope="module")
def reader():
    return shuzi.load()


def finished(order, reader, there):
    """Do an order, and return where it ended."""
    *_, last = read(order, reader, there)
    assert last.done == last.shards
    return last


def expected(reader, named):
    """Return the rows that one machine would write."""
    found = reader.read_many(picture for _, picture in named)
    rows = [row_of(name, each) for (name, _), each in zip(named, found, strict=True)]
    return {row["source"]: row for row in rows}


def png(image):
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def test_a_folder_is_read_as_on_one_machine_whatever_is_in_it(reader, there, folder, draw, rows, tmp_path):
    place = folder(60)
    (place / "deep").mkdir()
    draw().save(place / "deep" / "unusual.gif")  # decoded in a child of the process that reads
    (place / "broken.png").write_bytes(b"no picture")
    (place / "empty.jpg").touch()
    draw().convert("RGB").save(place / "pages.pdf", save_all=True, append_images=[draw().convert("RGB")])
    (place / "note.txt").write_text("not read")
    order = Order(str(place), str(tmp_path / "out"), rows=25)
    last = finished(order, reader, there)
    found = rows(order.output)
    names = [f"{place}/{each}" for each in (*(f"{number:04}.png" for number in range(60)), "deep/unusual.gif")]
    names += [f"{place}/{each}" for each in ("broken.png", "empty.jpg", "pages.pdf#1", "pages.pdf#2")]
    assert found == expected(reader, [(name, name) for name in names])
    assert (last.rows, last.failed, last.shards) == (65, 2, 3)
    assert found[f"{place}/broken.png"]["status"] == "error"
    assert found[f"{place}/broken.png"]["error"].startswith(f"{place}/broken.png")


def test_parquet_and_archives_are_read_as_the_pictures_in_them(reader, there, draw, rows, tmp_path):
    pictures = [png(draw()) for _ in range(40)] + [b"no picture"]
    place = tmp_path / "parquet"
    place.mkdir()
    pq.write_table(pa.table({"label": range(20), "png": pictures[:20]}), place / "a.parquet", row_group_size=3)
    nested = pa.array([{"bytes": each, "path": "x.png"} for each in pictures[20:]])
    pq.write_table(pa.table({"image": nested}), place / "b.parquet", row_group_size=8)
    last = finished(Order(str(place), str(tmp_path / "out"), rows=6), reader, there)
    named = [(f"{place}/a.parquet#{number}", each) for number, each in enumerate(pictures[:20])]
    named += [(f"{place}/b.parquet#{number}", each) for number, each in enumerate(pictures[20:])]
    assert rows(tmp_path / "out") == expected(reader, named)
    assert (last.shards, last.pictures, last.rows) == (4 + 3, 41, 41)

    archive = tmp_path / "some.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        for number, each in enumerate(pictures):
            for ending, content in (("png", each), ("cls", b"7")):
                member = tarfile.TarInfo(f"{number:06}.{ending}")
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
    last = finished(Order(str(archive), str(tmp_path / "other")), reader, there)
    named = [(f"{archive}/{number:06}.png", each) for number, each in enumerate(pictures)]
    assert rows(tmp_path / "other") == expected(reader, named)
    assert (last.shards, last.pictures, last.rows) == (1, None, 41)


def test_a_picture_that_ends_the_process_is_a_row_with_its_error(there, folder, rows, tmp_path):
    place = folder(30)
    for name in ("deadly.png", "also.png"):
        Image.new("L", DEADLY[::-1], 255).save(place / name)
    reader = shuzi.load()
    reader.__class__ = CrashingReader
    last = finished(Order(str(place), str(tmp_path / "out"), rows=16), reader, there)
    found = rows(tmp_path / "out")
    assert {name for name, row in found.items() if row["status"] == "error"} == {
        f"{place}/also.png",
        f"{place}/deadly.png",
    }
    assert "ended, twice" in found[f"{place}/deadly.png"]["error"]
    assert (len(found), last.failed) == (32, 2)


@pytest.mark.parametrize(("count", "kills"), [(200, 2), pytest.param(1_000, 10, marks=pytest.mark.long)])
def test_each_picture_is_there_once_whenever_nodes_are_killed(
    count, kills, nodes, gate, there, folder, rows, tmp_path
):
    place, files = folder(count), count // 20
    order = Order(str(place), str(tmp_path / "out"), rows=20)
    reader = shuzi.load()
    reader.__class__ = WaitingReader  # while another node is added, which takes longer than reading
    random = Random(0)
    moments = sorted(random.sample(range(files - 2), kills))
    for progress in read(order, reader, there):
        while moments and progress.done >= moments[0]:
            moments.pop(0)
            nodes.kill(random.choice(nodes.working))
            with gate.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                nodes.add()
    assert not moments
    names = [f"{place}/{number:04}.png" for number in range(count)]
    found = rows(order.output)
    assert sorted(found) == names
    assert progress.done == files
    some = names[:: count // 20]
    assert {name: found[name] for name in some} == expected(shuzi.load(), [(name, name) for name in some])


def test_an_output_of_another_order_is_refused(reader, there, folder, tmp_path):
    place, other, output = folder(4), folder(4, "other"), tmp_path / "out"
    finished(Order(str(place), str(output)), reader, there)
    for order, told in (
        (Order(str(other), str(output)), "INPUT was"),
        (Order(str(place), str(output), rows=2), "--rows-per-file was 1000.*2"),
        (Order(str(place), str(output), column="x"), "--column was"),
    ):
        with pytest.raises(DataError, match=told):
            next(read(order, reader, there))
    with pytest.raises(DataError, match="other models"):
        next(read(Order(str(place), str(output)), shuzi.load("tiny"), there))
    (place / "0003.png").unlink()
    with pytest.raises(DataError, match="have changed"):
        next(read(Order(str(place), str(output)), reader, there))
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "thesis.doc").touch()
    with pytest.raises(DataError, match=r"holds something else: thesis\.doc"):
        next(read(Order(str(place), str(foreign)), reader, there))


def test_what_is_read_is_counted_in_rays_metrics(reader, there, folder, tmp_path):
    import ray

    place = folder(7)
    (place / "broken.png").write_bytes(b"no picture")

    def counted():
        text = ""
        for node in ray.nodes():
            if node["Alive"]:
                address = f"http://{node['NodeManagerAddress']}:{node['MetricsExportPort']}/metrics"
                text += httpx.get(address, trust_env=False, timeout=None).text
        return [line for line in text.splitlines() if "shuzi_pictures" in line and not line.startswith("#")]

    finished(Order(str(place), str(tmp_path / "out")), reader, there)
    while not any('status="error"' in line for line in counted()):
        pass  # Ray reports at intervals
    assert any('status="ok"' in line for line in counted())


@pytest.fixture
def s3(monkeypatch):
    """A bucket behind moto's HTTP server, reached through a socket; no other S3 can be had here."""
    server = pytest.importorskip("moto.server").ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    filesystem = pa.fs.S3FileSystem(
        access_key="a", secret_key="b",  # noqa: S106 - any will do
        region="us-east-1", scheme="http", endpoint_override=f"{host}:{port}",
        allow_bucket_creation=True,
    )  # fmt: skip
    filesystem.create_dir("bucket")
    yield filesystem, f"?scheme=http&region=us-east-1&endpoint_override={host}:{port}"
    server.stop()


def test_s3_is_read_and_written(s3, reader, there, draw, rows):
    filesystem, options = s3
    pictures = {f"in/{number:03}.png": png(draw()) for number in range(50)} | {"in/deep/broken.png": b"no picture"}
    for name, content in pictures.items():
        with filesystem.open_output_stream(f"bucket/{name}") as file:
            file.write(content)
    order = Order(f"s3://a:b@bucket/in{options}", f"s3://a:b@bucket/out{options}", rows=20)
    last = finished(order, reader, there)
    assert (last.rows, last.failed, last.shards) == (51, 1, 3)
    named = [(f"s3://bucket/{name}", content) for name, content in pictures.items()]
    assert rows("bucket/out", filesystem) == expected(reader, named)
    described = json.loads(Location.of(order.output).child(MANIFEST).read())
    assert described["input"] == "s3:bucket/in"
    assert "endpoint" not in json.dumps(described)

    filesystem.delete_file("bucket/out/part-00000001.parquet")
    again = finished(order, reader, there)
    assert again.rows == 20
    assert rows("bucket/out", filesystem) == expected(reader, named)


def test_a_cluster_without_cpus_is_refused(reader, there, folder, tmp_path):
    from dataclasses import replace

    with pytest.raises(ClusterError, match="no CPUs"):
        next(read(Order(str(folder(1)), str(tmp_path / "out")), reader, replace(there, cpus=0)))


def test_nothing_to_read_is_told(reader, there, tmp_path):
    for given in (tmp_path / "none", tmp_path):
        with pytest.raises(ShuziError, match=r"nothing at|no pictures in"):
            next(read(Order(str(given), str(tmp_path / "out")), reader, there))
    assert not list(tmp_path.iterdir())
