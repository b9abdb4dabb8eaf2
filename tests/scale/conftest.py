"""Ray as it is: several raylets on this machine, each a node of one CPU."""

import os
import shutil
import signal
import tempfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("ray", reason="the extra `scale` is not installed")


def pytest_collection_modifyitems(items):
    """Let Ray end its own processes in its own time, and use what it calls deprecated itself."""
    for item in items:
        if "tests/scale" in item.path.as_posix():
            for kind in ("ResourceWarning", "pytest.PytestUnraisableExceptionWarning", "Warning:ray"):
                item.add_marker(pytest.mark.filterwarnings(f"ignore::{kind}"))


class Nodes:
    """A cluster of nodes that can be killed."""

    def __init__(self, count):
        from ray.cluster_utils import Cluster

        # not under pytest's folders: Ray's sockets need a short path
        self.folder = tempfile.mkdtemp(prefix="ray-")
        self._common = {"include_dashboard": False, "object_store_memory": 128 << 20}
        head = {**self._common, "num_cpus": 0, "temp_dir": self.folder}
        self._cluster = self._patiently(Cluster, initialize_head=True, head_node_args=head)
        self.address = self._cluster.address
        self.working = []
        for _ in range(count):
            self.add()

    def add(self):
        """Add a node of one CPU."""
        self.working.append(self._patiently(self._cluster.add_node, num_cpus=1, **self._common))

    @staticmethod
    def _patiently(start, **how):
        """Start something again that Ray found too slow, which happens on a busy machine."""
        for tries_left in (2, 1, 0):
            try:
                return start(**how)
            except Exception as problem:
                if not tries_left or "timed out during startup" not in str(problem):
                    raise
        return None

    def kill(self, node):
        """Kill a node's raylet, as a machine that loses power would end it."""
        self.working.remove(node)
        os.kill(node.all_processes["raylet"][0].process.pid, signal.SIGKILL)

    def end(self):
        """End all of it."""
        import ray

        ray.shutdown()
        self._cluster.shutdown()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def nodes():
    """Two working nodes, beside a head that only coordinates; what is killed must be replaced."""
    path = os.environ.get("PYTHONPATH", "")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), *path.split(os.pathsep)]))
        patch.setenv("RAY_BACKEND_LOG_LEVEL", "fatal")
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
