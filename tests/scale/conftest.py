"""Ray as it is: several raylets on this machine, each a node of one CPU."""

import os
import shutil
import signal
import tempfile

import pytest

pytest.importorskip("ray", reason="the extra `scale` is not installed")


def pytest_collection_modifyitems(items):
    """Let Ray end its own processes in its own time."""
    for item in items:
        if "tests/scale" in item.path.as_posix():
            item.add_marker(pytest.mark.filterwarnings("ignore::ResourceWarning"))
            item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"))


class Nodes:
    """A cluster of nodes that can be killed."""

    def __init__(self, count):
        from ray.cluster_utils import Cluster

        # not under pytest's folders: Ray's sockets need a short path
        self.folder = tempfile.mkdtemp(prefix="ray-")
        self._common = {"include_dashboard": False, "object_store_memory": 128 << 20}
        head = {**self._common, "num_cpus": 0, "temp_dir": self.folder}
        self._cluster = Cluster(initialize_head=True, head_node_args=head)
        self.address = self._cluster.address
        self.working = [self.add() for _ in range(count)]

    def add(self):
        """Add a node of one CPU; on a busy machine Ray may find it too slow."""
        for tries_left in (2, 1, 0):
            try:
                return self._cluster.add_node(num_cpus=1, **self._common)
            except Exception as problem:
                if not tries_left or "timed out during startup" not in str(problem):
                    raise
        return None

    def kill(self, node):
        """Kill a node's raylet, as a machine that loses power would."""
        os.kill(node.all_processes["raylet"][0].process.pid, signal.SIGKILL)
        self.working.remove(node)

    def replace(self, node):
        """Kill a node, and let another join."""
        self.kill(node)
        self.working.append(self.add())

    def end(self):
        """End all of it."""
        import ray

        ray.shutdown()
        self._cluster.shutdown()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture
def nodes():
    """Return a function that starts a cluster of so many working nodes, beside a head that only coordinates."""
    started = []

    def start(count=2):
        started.append(Nodes(count))
        return started[-1]

    yield start
    for each in started:
        each.end()
