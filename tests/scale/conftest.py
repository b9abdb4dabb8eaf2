"""Ray as it is: several raylets on this machine, each a node of one CPU."""

import contextlib
import os
import shutil
import signal
import socket
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ray = pytest.importorskip("ray", reason="the extra `scale` is not installed")


# clusters of several nodes are untested on Windows, Ray says
collect_ignore_glob = ["*.py"] if sys.platform == "win32" else []


def pytest_collection_modifyitems(items):
    """Let Ray end its own processes in its own time, and use what it calls deprecated itself.

    Ray Data fails in a process that goes back to a cluster after it was connected to another one, so the tests that
    start clusters of their own come last.
    """
    items.sort(key=lambda item: item.path.parts[-2:] == ("scale", "test_cluster.py"))
    for item in items:
        if "tests/scale" in item.path.as_posix():
            for kind in ("ResourceWarning", "pytest.PytestUnraisableExceptionWarning", "Warning:ray"):
                item.add_marker(pytest.mark.filterwarnings(f"ignore::{kind}"))


def _again(start, **how):
    """Start a node, and once more if Ray finds it too slow: it has 30 seconds, too few on a very busy machine."""
    with contextlib.suppress(Exception):
        return start(**how)
    return start(**how)


class Nodes:
    """A cluster of nodes that can be killed."""

    def __init__(self, count):
        from ray._common.utils import get_default_ray_temp_dir
        from ray.cluster_utils import Cluster

        # where a first cluster in tests notes its address; only Ray's other ways to start make the folder
        Path(get_default_ray_temp_dir()).mkdir(parents=True, exist_ok=True)
        # not under pytest's folders: Ray's sockets need a short path
        self.folder = tempfile.mkdtemp(prefix="ray-")
        self._common = {"include_dashboard": False, "object_store_memory": 128 << 20}
        self._taken = socket.create_server(("127.0.0.1", 0))  # so that no dashboard process is started, see `cluster`
        port = {"dashboard_host": "127.0.0.1", "dashboard_port": self._taken.getsockname()[1]}
        head = {**self._common, **port, "num_cpus": 0, "temp_dir": self.folder}
        self._cluster = _again(Cluster, initialize_head=True, head_node_args=head)
        self.address = self._cluster.address
        self.working = []
        for _ in range(count):
            self.add()

    def add(self):
        """Add a node of one CPU."""
        self.working.append(_again(self._cluster.add_node, num_cpus=1, **self._common))

    def kill(self, node):
        """Kill a node's raylet, as a machine that loses power would end it."""
        self.working.remove(node)
        os.kill(node.all_processes["raylet"][0].process.pid, signal.SIGKILL)

    def end(self):
        """End all of it."""
        ray.shutdown()
        self._cluster.shutdown()
        self._taken.close()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def gate(tmp_path_factory):
    """Return a file that holds up `WaitingReader` while it is locked."""
    path = tmp_path_factory.mktemp("gate") / "gate"
    path.touch()
    return path


@pytest.fixture(scope="session")
def nodes(gate):
    """Two working nodes, beside a head that only coordinates; what is killed must be replaced."""
    from other_readers import GATE

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)
        patch.setenv("RAY_BACKEND_LOG_LEVEL", "fatal")
        patch.setenv(GATE, str(gate))
        patch.setenv("RAY_agent_register_timeout_ms", "120000")  # see `cluster`
        patch.setenv("RAY_worker_niceness", "0")  # Ray lets what it runs wait for everything else on the machine
        started = Nodes(2)
        yield started
        started.end()


@pytest.fixture(scope="module")
def there(nodes):
    """Connect this process to the nodes."""
    from shuzi.scale.cluster import cluster

    with cluster(nodes.address) as connected:
        yield connected


@pytest.fixture(scope="session")
def draw(mnist):
    """Return a function that draws a number on paper, another one each time."""
    rng = np.random.default_rng(0)

    def page():
        paper = np.full((60, 130), 250, np.uint8)
        for place, each in enumerate(rng.integers(0, len(mnist.test.labels), 3)):
            paper[16:44, 10 + 36 * place : 38 + 36 * place] = 255 - mnist.test.images[each]
        return Image.fromarray(paper)

    return page


@pytest.fixture
def rows():
    """Return a function that reads the rows of an output, whose sources it finds only once each."""
    import pyarrow.parquet as pq

    def read(output, filesystem=None):
        table = pq.read_table(output, filesystem=filesystem)
        found = {row["source"]: row for row in table.to_pylist()}
        assert len(found) == table.num_rows
        return found

    return read


@pytest.fixture
def folder(draw, tmp_path):
    """Return a function that fills a folder with so many pictures."""

    def fill(count, name="pictures"):
        place = tmp_path / name
        place.mkdir()
        for number in range(count):
            draw().save(place / f"{number:04}.png")
        return place

    return fill
