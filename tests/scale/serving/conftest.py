import os
import signal
import socket
import subprocess
import sys

import pytest


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
        process = subprocess.Popen(
            [sys.executable, "-m", "shuzi", "scale", "serve", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        started.append(process)
        return process

    yield start
    for each in started:
        if each.poll() is None:
            each.send_signal(signal.SIGKILL)
        each.communicate()
