import gzip
import http.server
import socket
import threading

import numpy as np
import pytest

from shuzi.data import formats, mnist
from shuzi.data.mnist import PACKAGED, TEST_IMAGES, TEST_LABELS, Places, read_file
from shuzi.errors import DownloadError

GOOD = (PACKAGED / f"{TEST_LABELS.name}.gz").read_bytes()
OTHER = bytearray(gzip.decompress(GOOD))
OTHER[5_000] ^= 1
PAGE = b"\n  <!DOCTYPE html><title>Welcome to this wireless network</title>"


class Misbehaving(http.server.BaseHTTPRequestHandler):
    """Each folder of this server has its own way to fail; /good/ has the real files."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append(self.path)
        self.close_connection = True
        getattr(self, self.path.split("/")[1])()

    def log_message(self, *_):
        pass

    def send(self, body, length=None, status=200):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def good(self):
        self.send((PACKAGED / self.path.split("/")[2]).read_bytes())

    def missing(self):
        self.send(PAGE, status=404)

    def broken(self):
        self.send(b"", status=500)

    def page(self):
        self.send(PAGE)

    def cut(self):
        self.send(GOOD[:2_000], length=len(GOOD))

    def cut_before(self):
        self.send(GOOD[:2_000])

    def other(self):
        self.send(gzip.compress(bytes(OTHER)))

    def endless(self):
        self.send(bytes(TEST_LABELS.bytes + 1))

    def empty(self):
        self.send(b"")

    def hang_up(self):
        pass

    def half_a_chunk(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"7d0\r\n" + GOOD[:1_000])

    def no_length(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(GOOD)

    def moved(self):
        self.send_response(302)
        self.send_header("Location", self.path.replace("moved", "good"))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def silent(self):
        self.server.over.wait(20)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Misbehaving) as running:
        running.asked, running.over = [], threading.Event()
        running.address = f"http://127.0.0.1:{running.server_port}"
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.over.set()
        running.shutdown()
        thread.join()


@pytest.fixture
def closed(monkeypatch):
    """Return an address without a listener: this test holds its port."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}/"


def _places(tmp_path, *tried):
    return Places(tmp_path / "no package", tmp_path / "cache", tried)


FAILURES = {
    "missing": "error.mirror.status",
    "broken": "error.mirror.status",
    "page": "error.mirror.page",
    "cut": "error.mirror.cut",
    "cut_before": "error.mirror.content",
    "other": "error.mirror.content",
    "endless": "error.mirror.large",
    "empty": "error.mirror.content",
    "hang_up": "error.mirror.connection",
    "half_a_chunk": "error.mirror.connection",
}


@pytest.mark.parametrize("way", FAILURES)
def test_each_failure_has_its_reason_and_the_next_mirror_is_asked(server, tmp_path, way):
    bad, good = f"{server.address}/{way}/", f"{server.address}/good/"
    with pytest.raises(DownloadError) as caught:
        read_file(TEST_LABELS, places=_places(tmp_path, bad))
    reason = caught.value.values["tried"][-1]
    assert (type(reason), reason.key) == (DownloadError, FAILURES[way])
    assert reason.values["address"] == f"{bad}{TEST_LABELS.name}.gz"
    assert list((tmp_path / "cache").iterdir()) == []

    path, labels = read_file(TEST_LABELS, places=_places(tmp_path, bad, good))
    assert path.read_bytes() == GOOD
    assert labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert list((tmp_path / "cache").iterdir()) == [path]


def test_when_all_fail_one_error_says_all_that_was_tried_in_either_language(server, closed, tmp_path):
    tried = [*(f"{server.address}/{way}/" for way in FAILURES), closed, "ftp://127.0.0.1/"]
    with pytest.raises(DownloadError) as caught:
        read_file(TEST_LABELS, places=_places(tmp_path, *tried))
    assert len(caught.value.values["tried"]) == len(tried) + 2
    for language, reason in (("zh", "服务器回答 404"), ("en", "the server answered 404")):
        said = caught.value.sentence(language)
        assert [address for address in tried if address not in said] == []
        assert str(tmp_path / "no package") in said
        assert reason in said


def test_where_nobody_listens_there_is_no_connection(closed, tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with pytest.raises(DownloadError) as caught:
        read_file(TEST_LABELS, places=_places(tmp_path, closed))
    assert caught.value.values["tried"][-1].key == "error.mirror.connection"


def test_a_mirror_that_says_nothing_is_given_up(server, tmp_path, monkeypatch):
    monkeypatch.setattr(mnist, "_PATIENCE", 0.1)
    tried = [f"{server.address}/{way}/" for way in ("silent", "good")]
    assert read_file(TEST_LABELS, places=_places(tmp_path, *tried))[0].read_bytes() == GOOD


@pytest.mark.parametrize("way", ["no_length", "moved"])
def test_a_mirror_may_leave_out_the_length_or_point_elsewhere(server, tmp_path, way):
    path, _ = read_file(TEST_LABELS, places=_places(tmp_path, f"{server.address}/{way}/"))
    assert path.read_bytes() == GOOD


def test_a_file_from_the_disk_is_no_mirror(tmp_path):
    with pytest.raises(DownloadError) as caught:
        read_file(TEST_LABELS, places=_places(tmp_path, f"{PACKAGED.as_uri()}/"))
    assert caught.value.values["tried"][-1].key == "error.mirror.address"


def test_a_cache_that_cannot_be_written_is_not_blamed_on_the_network(server, tmp_path):
    (tmp_path / "cache").write_text("a file stands where the folder should be", "utf-8")
    with pytest.raises(DownloadError) as caught:
        read_file(TEST_LABELS, places=_places(tmp_path, f"{server.address}/good/"))
    assert caught.value.values["tried"][-1].key == "error.data.unwritable"


def test_progress_grows_to_the_total(server, tmp_path):
    told = []
    places = _places(tmp_path, f"{server.address}/good/")
    read_file(TEST_IMAGES, places=places, progress=lambda *each: told.append(each))
    size = (PACKAGED / f"{TEST_IMAGES.name}.gz").stat().st_size
    assert {(name, total) for name, _, total in told} == {(f"{TEST_IMAGES.name}.gz", size)}
    done = [each[1] for each in told]
    assert len(done) > 5
    assert done == sorted(set(done))
    assert done[-1] == size


def test_the_second_time_nothing_is_fetched(server, tmp_path):
    places = _places(tmp_path, f"{server.address}/good/")
    first = read_file(TEST_LABELS, places=places)
    assert len(server.asked) == 1
    second = read_file(TEST_LABELS, places=places)
    assert len(server.asked) == 1
    assert first[0] == second[0]
    np.testing.assert_array_equal(first[1], second[1])


def test_a_damaged_file_in_the_cache_is_fetched_again(server, tmp_path):
    places = _places(tmp_path, f"{server.address}/good/")
    damaged = tmp_path / "cache" / f"{TEST_LABELS.name}.gz"
    damaged.parent.mkdir()
    damaged.write_bytes(GOOD[:-100])
    read_file(TEST_LABELS, places=places)
    assert damaged.read_bytes() == GOOD
    assert formats.read_idx(damaged).shape == (10_000,)
