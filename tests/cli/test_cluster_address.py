"""A cluster that accepts no connection is reported and given up: Ray itself would wait for ever."""

import subprocess
import sys
from contextlib import nullcontext

import pytest
from click.testing import CliRunner

from shuzi.cli import shuzi as command

PROGRAM = """
import threading
import shuzi.scale.cluster
from shuzi.cli import cluster
shuzi.scale.cluster.cluster = lambda *_: threading.Event().wait()
cluster._TELL, cluster._GIVE_UP = 0.1, 0.3
with cluster.connected("192.0.2.1:6379"):
    pass
"""


def test_a_cluster_that_never_lets_in_is_told_of_and_given_up():
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    waits, error = ended.stderr.splitlines()
    assert ended.returncode == 1
    assert "192.0.2.1:6379" in waits
    assert "192.0.2.1:6379" in error


@pytest.mark.parametrize("failed", [0, 2])
def test_pictures_that_could_not_be_read_are_seen_in_the_exit_status(monkeypatch, tmp_path, failed):
    pytest.importorskip("ray", reason="the extra `scale` is not installed")
    from shuzi.scale import cluster, read_shards

    monkeypatch.setattr(cluster, "cluster", lambda *_: nullcontext(cluster.Cluster(None, 1, 1)))
    monkeypatch.setattr(read_shards, "read", lambda *_: iter([read_shards.Progress(1, 1, 3, rows=3, failed=failed)]))
    ended = CliRunner().invoke(command, ["scale", "read", str(tmp_path), str(tmp_path / "out")])
    assert ended.exit_code == min(failed, 1), ended.output
