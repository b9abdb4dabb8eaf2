"""An address becomes a Ray cluster to work on; without one, a cluster starts on this machine alone."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from shuzi import __version__
from shuzi.errors import ClusterError, require
from shuzi.processes.cores import cores

# bytes of shared memory for the object store of a local cluster: only small objects pass through it
_OBJECT_STORE = 128 << 20
_SECONDS = 10.0  # seconds for a cluster to answer
_LATE, _TRIES = "timed out during startup", 3  # Ray gives a node 30 seconds, too few on a machine that is busy
_MAX_FOLDER = 24  # characters: the path of a socket in it may have 107, and Ray adds 65 to shuzi's 15
_MAX_MESSAGE = 300  # characters of Ray's messages


@dataclass(frozen=True)
class Cluster:
    """A cluster that this process is connected to."""

    address: str | None  # where it was found, or None if it was started here
    nodes: int  # how many machines it has
    cpus: int  # how many CPUs Ray may use on all of them


@contextmanager
def cluster(address: str | None = None, cpus: int | None = None) -> Iterator[Cluster]:
    """Connect to a cluster, or start one on this machine; leave or end it after the block.

    A local cluster has no dashboard, whose API would answer anyone, and requires a random token; its temporary
    folder is removed with it. Ray's usage statistics are off (`shuzi`).

    `address`: ``"HOST:PORT"`` of a cluster that this machine belongs to, or ``"auto"`` for the one that runs here;
    None starts one. `cpus`: CPUs of a local cluster; None is as many as this process may use.

    >>> with cluster("nonsense"):
    ...     pass
    Traceback (most recent call last):
    ...
    shuzi.errors.ClusterError: "nonsense" is not a cluster address. Give HOST:PORT, such as 10.0.0.1:6379, or "auto".
    """
    if address is not None and address != "auto":
        _check_address(address)
    # otherwise Ray warns of a future change that matters only to users of GPUs
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # its C++ part writes to the terminal
    # a node ends itself if its agent has not started by then; the default of 15 seconds is short on a busy machine
    os.environ.setdefault("RAY_agent_register_timeout_ms", "120000")
    ray = require("ray", "scale", "extra.scale")
    if address is not None and address != "auto":
        _check_answers(address)
    with _alone(cpus) if address is None else nullcontext({"address": address}) as settings:
        try:
            _connect(settings, address)
            check_nodes()
            yield Cluster(address, len(alive()), int(ray.cluster_resources().get("CPU", 0)))
        finally:
            ray.shutdown()


def alive() -> list[dict[str, Any]]:
    """Return Ray's description of each node that can work."""
    import ray

    nodes: list[dict[str, Any]] = ray.nodes()
    return [node for node in nodes if node["Alive"] and node["Resources"].get("CPU")]


def ask_nodes(question: Callable[..., Any], *given: Any, skip_failures: bool = False) -> list[tuple[str, Any]]:
    """Call a function on each node that can work; return the nodes' addresses, each with its answer.

    A node that has just been lost, which tasks survive, is left out. What the function raises is raised here, unless
    `skip_failures` leaves its node out too.
    """
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    ask = ray.remote(num_cpus=0, max_retries=1)(question)
    asked = []
    for node in alive():
        there = NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
        asked.append((node["NodeManagerAddress"], ask.options(scheduling_strategy=there).remote(*given)))
    found = []
    for address, answer in asked:
        try:
            found.append((address, ray.get(answer)))
        except ray.exceptions.RayTaskError:
            if not skip_failures:
                raise
        except ray.exceptions.RayError:
            continue
    return found


def check_nodes() -> None:
    """Make sure that each node has this version of shuzi."""

    def version() -> str | None:  # sent by value, since shuzi may not be installed there
        try:
            import shuzi
        except ImportError:
            return None
        return shuzi.__version__

    for node, found in ask_nodes(version, skip_failures=True):
        if found != __version__:
            key = "error.cluster.no_shuzi" if found is None else "error.cluster.shuzi"
            raise ClusterError(key, node=node, found=found, version=__version__)


def last_line(problem: BaseException) -> str:
    """Return the last line of one of Ray's errors, which names the cause; the error's type if it says nothing.

    >>> last_line(ValueError("the task failed")), last_line(TimeoutError())
    ('the task failed', 'TimeoutError')
    """
    return (str(problem).strip().splitlines() or [type(problem).__name__])[-1]


def _connect(settings: dict[str, Any], address: str | None) -> None:
    import ray

    for tries_left in reversed(range(_TRIES)):
        try:
            ray.init(**settings, log_to_driver=False, logging_level=logging.CRITICAL)
        except (Exception, SystemExit) as problem:  # Ray ends the process if it cannot connect
            if isinstance(problem, SystemExit) and problem.code == signal.SIGTERM:
                raise  # its owner ends it
            if not (tries_left and _LATE in str(problem)):
                raise _explained(problem, address) from problem
            ray.shutdown()
        else:
            return


@contextmanager
def _alone(cpus: int | None) -> Iterator[dict[str, Any]]:
    """Yield the settings of a cluster that is started here, which answers to this process only."""
    # Ray listens on the network and asks for a token, which it would otherwise leave in the home folder
    os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    usual = tempfile.gettempdir()
    parent = "/tmp" if os.name == "posix" and len(usual) > _MAX_FOLDER else usual  # noqa: S108 - a folder in it
    with (
        tempfile.TemporaryDirectory(prefix="shuzi-", dir=parent, ignore_cleanup_errors=True) as folder,
        # without a dashboard Ray still starts its process, which asks the addresses of clouds where it runs; it does
        # without it where the port is taken
        socket.create_server(("127.0.0.1", 0)) as taken,
    ):
        local = {"num_cpus": cpus or cores(), "object_store_memory": _OBJECT_STORE, "include_dashboard": False}
        there = {"address": "local", "_node_ip_address": "127.0.0.1", "_temp_dir": folder}
        yield local | there | {"dashboard_port": taken.getsockname()[1]}


def _check_address(address: str) -> None:
    host, colon, port = address.rpartition(":")
    if "://" in address:
        raise ClusterError("error.cluster.client", address=address)
    if not (host and colon and port.isascii() and port.isdigit() and 0 < int(port) < 65_536):
        raise ClusterError("error.cluster.address", address=address)


def _check_answers(address: str) -> None:
    """Make sure that a Ray server answers there: `ray.init` would try for minutes and end the process."""
    grpc = require("grpc", "scale", "extra.scale")
    if os.environ.get("RAY_USE_TLS", "0") not in ("", "0"):
        return  # that would need Ray's certificates
    with grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        try:
            grpc.channel_ready_future(channel).result(timeout=_SECONDS)
        except grpc.FutureTimeoutError:
            raise ClusterError("error.cluster.unreachable", address=address, seconds=f"{_SECONDS:g}") from None


def _explained(problem: BaseException, address: str | None) -> ClusterError:
    """Turn an error of `ray.init` into one that says what to do."""
    import platform

    import ray

    said = " ".join(str(problem).split())[:_MAX_MESSAGE]
    if address is None:
        return ClusterError("error.cluster.start", reason=said or type(problem).__name__)
    if "ersion mismatch" in said:
        return ClusterError(
            "error.cluster.ray", address=address, ray=ray.__version__, python=platform.python_version(), reason=said
        )
    if address == "auto" and isinstance(problem, ConnectionError):
        return ClusterError("error.cluster.none")
    return ClusterError("error.cluster.refused", address=address, reason=said or type(problem).__name__)
