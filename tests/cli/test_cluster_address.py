"""A cluster that lets nobody in is told of, and given up: Ray itself would wait for ever."""

import subprocess
import sys

PROGRAM = """
import threading
import shuzi.scale.cluster
from shuzi.cli.scale import address
shuzi.scale.cluster.cluster = lambda *_: threading.Event().wait()
address._TELL, address._GIVE_UP = 0.1, 0.3
with address.connected("192.0.2.1:6379"):
    pass
"""


def test_a_cluster_that_never_lets_in_is_told_of_and_given_up():
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    waits, error = ended.stderr.splitlines()
    assert ended.returncode == 1
    assert "192.0.2.1:6379" in waits
    assert "192.0.2.1:6379" in error
