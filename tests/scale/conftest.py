"""Ray as it is: several raylets on this machine, each a node of one CPU."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
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


def shuzi(*arguments, **options):
    """Return the process of `python -m shuzi`."""
    return subprocess.Popen(
        [sys.executable, "-m", "shuzi", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        **options,
    )


def done(process):
    """Wait for a process that is expected to succeed, and return its output."""
    out, err = process.communicate()
    assert process.returncode == 0, err
    return out


def bound():
    """Bind a process to one core, on which `shuzi train` has one thread."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


@pytest.fixture
def train(tmp_path):
    """Return a function that trains with `shuzi train` on one core, and returns the run folder."""

    def run(recipe, **options):
        folder = tmp_path / "alone" / ",".join(f"{name}={value}" for name, value in options.items())
        given = [text for name, value in options.items() for text in (f"--{name.replace('_', '-')}", value)]
        done(shuzi("train", recipe, *given, "--out", folder, preexec_fn=bound))
        return folder

    return run


class Sweep:
    """`shuzi scale sweep` in a folder, on a cluster, and what it leaves there."""

    def __init__(self, folder, address):
        self.folder = folder
        self._address = address
        self._started = []

    def start(self, *arguments, here=False):
        """Start it, in a new folder or with --resume; on the cluster, or on one of this machine alone."""
        place = () if "--resume" in arguments else ("--out", self.folder)
        where = () if here else ("--address", self._address)
        self._started.append(shuzi("scale", "sweep", *arguments, *place, *where))
        return self._started[-1]

    def resume(self):
        """Continue to the end, and return what it prints."""
        return done(self.start("--resume", self.folder))

    def decisions(self):
        """Return what has been recorded so far."""
        file = self.folder / "trials.jsonl"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return [json.loads(line) for line in lines]

    def ends(self):
        """Return the steps after which each trial ended, by its run folder."""
        return {self.folder / each["trial"]: each["steps"] for each in self.decisions()}

    def kill_one(self, process):
        """Kill the process of a trial that goes on after its first rung, and return its run folder."""
        line = next(line for line in process.stderr if "continues" in line)
        run = self.folder / line.partition(": ")[0]
        while process.poll() is None:
            with contextlib.suppress(OSError, ValueError):  # it takes the lock again in a moment
                os.kill(json.loads((run / ".holder.json").read_text(encoding="utf-8"))["pid"], signal.SIGKILL)
                return run
        return None

    def end(self):
        for each in self._started:
            if each.poll() is None:
                each.send_signal(signal.SIGKILL)
                each.communicate()


@pytest.fixture
def sweep(tmp_path, nodes):
    """Return a sweep; what is left of it at the end is killed."""
    found = Sweep(tmp_path / "sweep", nodes.address)
    yield found
    found.end()


@pytest.fixture(scope="session")
def ended():
    """Wait for a process that is expected to succeed, and return its output."""
    return done


@pytest.fixture(scope="session")
def assert_same_run():
    """Compare two run folders bit for bit."""

    def compare(one, other):
        for name in ("recipe.toml", "model.onnx", "card.json"):
            assert (one / name).read_bytes() == (other / name).read_bytes(), name
        (newest,), (expected,) = (list((each / "checkpoints").iterdir()) for each in (one, other))
        assert newest.name == expected.name
        with np.load(newest) as found, np.load(expected) as wanted:
            assert found.files == wanted.files
            assert all(np.array_equal(found[name], wanted[name]) for name in found.files)

    return compare


@pytest.fixture
def free_port():
    """Return a port that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def serve():
    """Return a function that starts `shuzi scale serve`; what is left at the end is killed."""
    started = []

    def start(*arguments):
        started.append(shuzi("scale", "serve", *arguments))
        return started[-1]

    yield start
    for each in started:
        if each.poll() is None:
            each.send_signal(signal.SIGKILL)
        each.communicate()
