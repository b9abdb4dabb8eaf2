import json
import socket
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from shuzi import __version__
from shuzi.errors import ClusterError
from shuzi.scale.cluster import alive, ask_nodes, cluster

pytestmark = [pytest.mark.slow, pytest.mark.cluster]


def test_a_cluster_of_this_machine_works_and_leaves_nothing(monkeypatch):
    import ray

    folder = tempfile.mkdtemp(prefix="t")  # short: sockets need it
    monkeypatch.setattr("tempfile.tempdir", folder)

    def who():
        import shuzi

        return shuzi.__version__

    with cluster(cpus=1) as here:
        assert (here.nodes, here.cpus, here.address) == (1, 1, None)
        assert ray.get(ray.remote(who).remote()) == __version__
    assert not ray.is_initialized()
    Path(folder).rmdir()


def test_an_existing_cluster_is_used_and_stays(nodes):
    for _ in range(2):
        with cluster(nodes.address) as there:
            assert (there.nodes, there.cpus, len(alive())) == (2, 2, 2)


def test_what_goes_wrong_on_a_node_is_raised_unless_such_nodes_are_left_out(nodes):
    def size(text):
        return len(text)

    def fail(text):
        raise PermissionError(text)

    with cluster(nodes.address):
        assert [answer for _, answer in ask_nodes(size, "abc")] == [3, 3]
        with pytest.raises(PermissionError, match="forbidden"):
            ask_nodes(fail, "forbidden")
        assert ask_nodes(fail, "forbidden", skip_failures=True) == []


def test_an_address_where_nothing_listens_is_told_at_once():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(ClusterError, match=f"No Ray cluster answered at {address}"), cluster(address):
        pass


def test_an_address_where_something_else_listens_is_no_cluster():
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        address = f"127.0.0.1:{other.server_port}"
        with pytest.raises(ClusterError, match="No Ray cluster answered"), cluster(address):
            pass
        other.shutdown()


@pytest.mark.parametrize("address", ["nonsense", "host:", ":6379", "host:99999"])
def test_what_is_no_address_is_told_before_anything_starts(address):
    with pytest.raises(ClusterError, match="HOST:PORT"), cluster(address):
        pass


def test_a_ray_client_address_is_refused_with_the_way_to_go():
    with pytest.raises(ClusterError, match="ray job submit"), cluster("ray://127.0.0.1:10001"):
        pass


def test_another_version_of_ray_is_named(nodes):
    import ray
    from ray._raylet import GcsClient

    client = GcsClient(address=nodes.address)
    told = json.loads(client.internal_kv_get(b"CLUSTER_METADATA", namespace=b"cluster"))
    assert told["ray_version"] == ray.__version__
    changed = json.dumps(told | {"ray_version": "2.9.3"}).encode()
    client.internal_kv_put(b"CLUSTER_METADATA", changed, True, namespace=b"cluster")
    with pytest.raises(ClusterError, match=r"another version of Ray.*2\.9\.3"), cluster(nodes.address):
        pass
    client.internal_kv_put(b"CLUSTER_METADATA", json.dumps(told).encode(), True, namespace=b"cluster")
